# Against other people's programs: every *.py here is one test (label "peers"), run by the Python that LAMELLA_PEERS_PYTHON
# names and given the folder of the built programs. A script ends with 77 when its peer is not installed: skipped, not passed.
file(GLOB peer_scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/peers/*.py)
foreach(script ${peer_scripts})
  get_filename_component(peer ${script} NAME_WE)
  if(NOT peer MATCHES "^_")
    add_test(NAME "peers: ${peer}" COMMAND sh -c "exec \"\${LAMELLA_PEERS_PYTHON:-python3}\" \"$0\" \"$1\"" ${script} ${CMAKE_BINARY_DIR})
    set_tests_properties("peers: ${peer}" PROPERTIES LABELS peers SKIP_RETURN_CODE 77 TIMEOUT 1800)
  endif()
endforeach()

file(GLOB peer_programs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/peers/*.cpp)
foreach(source ${peer_programs})  # small programs that write what a script then reads
  get_filename_component(program ${source} NAME_WE)
  add_executable(peers_${program} ${source})
  target_link_libraries(peers_${program} PRIVATE lamella::builder)
  set_target_properties(peers_${program} PROPERTIES ENABLE_EXPORTS ON)
endforeach()
