find_package(Python3 COMPONENTS Interpreter REQUIRED)
add_test(NAME "builder: the command line builds and refuses"
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/builder/command_line.py $<TARGET_FILE:lamella> ${CMAKE_SOURCE_DIR})
# 10,000 random specifications, in two halves.
foreach(half 0 1)
  math(EXPR first "1 + ${half} * 100000")
  add_test(NAME "builder: 5000 random specifications ${half}" COMMAND test_builder "random specifications give a valid stack or a clear error")
  set_tests_properties("builder: 5000 random specifications ${half}" PROPERTIES LABELS slow TIMEOUT 3600 WORKING_DIRECTORY ${CMAKE_SOURCE_DIR}
                       ENVIRONMENT "LAMELLA_RANDOM_SPECIFICATIONS=5000;LAMELLA_RANDOM_SEED=${first}")
endforeach()
# Sweeps under kill -9: a short round with every change (the sanitizers would only make it longer), fifty points and ten kills with the long tests.
if(NOT LAMELLA_SANITIZE)
  add_test(NAME "builder: a sweep survives kill -9"
           COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/builder/sweep.py $<TARGET_FILE:lamella> ${CMAKE_SOURCE_DIR})
endif()
add_test(NAME "builder: a sweep of 50 points survives ten kill -9"
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/builder/sweep.py $<TARGET_FILE:lamella> ${CMAKE_SOURCE_DIR} 50 10)
set_tests_properties("builder: a sweep of 50 points survives ten kill -9" PROPERTIES LABELS slow TIMEOUT 3600)
add_test(NAME "builder: a million atoms in 30 s and 2 GB"
         COMMAND ${Python3_EXECUTABLE} ${CMAKE_CURRENT_SOURCE_DIR}/builder/million.py $<TARGET_FILE:lamella> ${CMAKE_SOURCE_DIR})
set_tests_properties("builder: a million atoms in 30 s and 2 GB" PROPERTIES LABELS slow TIMEOUT 900)
