add_test(NAME "house: no arrow runs back up" COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/house/arrow.sh ${CMAKE_SOURCE_DIR})
add_test(NAME "house: every complaint has its test" COMMAND sh ${CMAKE_CURRENT_SOURCE_DIR}/house/complaints.sh ${CMAKE_SOURCE_DIR})
