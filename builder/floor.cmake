# The report's style and scripts (builder/report/) become strings of the program, so that a page needs no network and no file beside it.
set(report_assets "")
foreach(asset page.css charts.js viewer.js)
  set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS ${CMAKE_SOURCE_DIR}/builder/report/${asset})
  file(READ ${CMAKE_SOURCE_DIR}/builder/report/${asset} asset_text)
  string(REPLACE "." "_" asset_name ${asset})
  string(APPEND report_assets "const std::string_view ${asset_name} = R\"lamella(${asset_text})lamella\";\n")
endforeach()
file(CONFIGURE OUTPUT ${CMAKE_BINARY_DIR}/generated/report_assets.cpp CONTENT
  "#include \"builder/report/assets.hpp\"\n\nnamespace lamella::report {\n@report_assets@}  // namespace lamella::report\n" @ONLY)
target_sources(lamella_builder PRIVATE ${CMAKE_BINARY_DIR}/generated/report_assets.cpp)
