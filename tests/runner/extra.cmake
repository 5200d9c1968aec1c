# Preloaded by test_faults.cpp: makes the n-th call that changes a file fail.
add_library(write_faults MODULE ${CMAKE_CURRENT_SOURCE_DIR}/runner/faults/shim.cpp)
target_link_libraries(write_faults PRIVATE ${CMAKE_DL_LIBS})
target_compile_options(write_faults PRIVATE -fno-sanitize=all -Wno-nonnull)
target_link_options(write_faults PRIVATE -fno-sanitize=all)
add_dependencies(test_runner write_faults)
target_compile_definitions(test_runner PRIVATE LAMELLA_FAULTS="${binary_folder}/tests/libwrite_faults.so")
# Every call in turn and twenty random moments, with the long tests.
add_test(NAME "runner: a fault at every call that changes a file" COMMAND test_runner "a fault at any call that changes a file gives an error and a whole checkpoint that the run goes on from")
add_test(NAME "runner: twenty kills at random moments" COMMAND test_runner "a run killed at random moments and resumed gives the uninterrupted run's files byte for byte")
set_tests_properties("runner: a fault at every call that changes a file" "runner: twenty kills at random moments" PROPERTIES LABELS slow TIMEOUT 3600
                     WORKING_DIRECTORY ${CMAKE_SOURCE_DIR} ENVIRONMENT "LAMELLA_FAULTS_EVERY=1;LAMELLA_KILLS=20")
