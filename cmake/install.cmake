# `cmake --install`: the program with its manual page, completions and structures (component "program"), and the library for
# other CMake projects (component "development"): find_package(lamella), target lamella::builder.
include(GNUInstallDirs)
include(CMakePackageConfigHelpers)

# What the program says about itself. Not under the sanitizers, where nobody installs.
if(NOT LAMELLA_SANITIZE)
  set(words ${CMAKE_BINARY_DIR}/words)
  file(MAKE_DIRECTORY ${words})
  add_custom_command(OUTPUT ${words}/lamella.1 ${words}/lamella ${words}/_lamella ${words}/lamella.fish
    COMMAND lamella manual > lamella.1 COMMAND lamella completion bash > lamella COMMAND lamella completion zsh > _lamella COMMAND lamella completion fish > lamella.fish
    DEPENDS lamella WORKING_DIRECTORY ${words} VERBATIM)
  add_custom_target(words ALL DEPENDS ${words}/lamella.1)
  install(FILES ${words}/lamella.1 DESTINATION ${CMAKE_INSTALL_MANDIR}/man1 COMPONENT program)
  install(FILES ${words}/lamella DESTINATION ${CMAKE_INSTALL_DATADIR}/bash-completion/completions COMPONENT program)
  install(FILES ${words}/_lamella DESTINATION ${CMAKE_INSTALL_DATADIR}/zsh/vendor-completions COMPONENT program)
  install(FILES ${words}/lamella.fish DESTINATION ${CMAKE_INSTALL_DATADIR}/fish/vendor_completions.d COMPONENT program)
endif()
install(TARGETS lamella RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR} COMPONENT program)
install(DIRECTORY structures/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lamella/structures COMPONENT program)
install(FILES README.md CHANGELOG.md DESTINATION ${CMAKE_INSTALL_DOCDIR} COMPONENT program)
install(DIRECTORY docs/ DESTINATION ${CMAKE_INSTALL_DOCDIR}/docs COMPONENT program)
install(FILES cmake/debian-copyright DESTINATION ${CMAKE_INSTALL_DOCDIR} RENAME copyright COMPONENT program)

set(package ${CMAKE_INSTALL_LIBDIR}/cmake/lamella)
set(floors base lattice observe export runner amorph builder)
foreach(floor ${floors})
  install(TARGETS lamella_${floor} EXPORT lamella ARCHIVE DESTINATION ${CMAKE_INSTALL_LIBDIR} COMPONENT development)
  install(DIRECTORY ${floor}/ DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}/lamella/${floor} COMPONENT development FILES_MATCHING PATTERN "*.hpp" PATTERN cli EXCLUDE)
endforeach()
install(EXPORT lamella NAMESPACE lamella:: FILE lamella-targets.cmake DESTINATION ${package} COMPONENT development)
configure_package_config_file(cmake/lamella-config.cmake.in ${CMAKE_BINARY_DIR}/lamella-config.cmake INSTALL_DESTINATION ${package})
write_basic_package_version_file(${CMAKE_BINARY_DIR}/lamella-config-version.cmake COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_BINARY_DIR}/lamella-config.cmake ${CMAKE_BINARY_DIR}/lamella-config-version.cmake cmake/dependencies.cmake
  DESTINATION ${package} COMPONENT development)
include(cmake/debian.cmake)
