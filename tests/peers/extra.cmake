# Comparisons with other programs, each by its own code. Every tests/peers/*.py is one ctest entry, labelled "peers":
#   $LAMELLA_PEERS_PYTHON NAME.py LAMELLA SOURCE BUILD
# and prints its figures. Every tests/peers/*.cpp is a small program peer_NAME in the build folder that they may call.
# scripts/peers makes the environment.
file(GLOB peer_programs CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/peers/*.cpp)
foreach(source ${peer_programs})
  get_filename_component(name ${source} NAME_WE)
  add_executable(peer_${name} ${source})
  target_link_libraries(peer_${name} PRIVATE lamella::builder)
  set_target_properties(peer_${name} PROPERTIES ENABLE_EXPORTS ON)
endforeach()
file(GLOB peer_scripts CONFIGURE_DEPENDS ${CMAKE_CURRENT_SOURCE_DIR}/peers/*.py)
foreach(script ${peer_scripts})
  get_filename_component(name ${script} NAME_WE)
  if(name MATCHES "^_")
    continue()  # shared helpers
  endif()
  add_test(NAME "peers: ${name}" COMMAND bash -c "exec \"\${LAMELLA_PEERS_PYTHON:-python3}\" ${script} $<TARGET_FILE:lamella> ${CMAKE_SOURCE_DIR} ${CMAKE_BINARY_DIR}")
  set_tests_properties("peers: ${name}" PROPERTIES LABELS peers TIMEOUT 900 SKIP_RETURN_CODE 77)
endforeach()
