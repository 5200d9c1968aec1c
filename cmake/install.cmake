include(GNUInstallDirs)
install(TARGETS lamella RUNTIME DESTINATION ${CMAKE_INSTALL_BINDIR})
install(DIRECTORY structures/ DESTINATION ${CMAKE_INSTALL_DATADIR}/lamella/structures)
