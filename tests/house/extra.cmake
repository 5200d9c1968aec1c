add_test(NAME "house: no arrow runs back up" COMMAND bash ${CMAKE_CURRENT_SOURCE_DIR}/house/arrow.sh ${CMAKE_SOURCE_DIR})
