# lamella_floor(NAME USES lib...): one static library per floor from every source in its folder (builder/cli/main.cpp
# apart, which is the program). New files are picked up at the next build.
function(lamella_floor name)
  cmake_parse_arguments(FLOOR "" "" "USES" ${ARGN})
  file(GLOB_RECURSE sources CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/${name}/*.cpp ${CMAKE_SOURCE_DIR}/${name}/*.cc)
  list(FILTER sources EXCLUDE REGEX "builder/cli/main\\.cpp$")
  if(NOT sources)
    file(WRITE ${CMAKE_BINARY_DIR}/empty_${name}.cpp "")
    set(sources ${CMAKE_BINARY_DIR}/empty_${name}.cpp)
  endif()
  add_library(lamella_${name} STATIC ${sources})
  add_library(lamella::${name} ALIAS lamella_${name})
  target_include_directories(lamella_${name} PUBLIC ${CMAKE_SOURCE_DIR})
  target_link_libraries(lamella_${name} PUBLIC ${FLOOR_USES})
  if(EXISTS ${CMAKE_SOURCE_DIR}/${name}/floor.cmake)  # a floor's own extras: generated sources, per-file flags
    include(${CMAKE_SOURCE_DIR}/${name}/floor.cmake)
  endif()
endfunction()
