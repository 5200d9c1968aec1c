# A program run from the tree it was built in finds structures/ there; installed or copied, it looks beside itself first.
set_source_files_properties(${CMAKE_SOURCE_DIR}/lattice/structures_folder.cpp PROPERTIES COMPILE_DEFINITIONS LAMELLA_SOURCE_STRUCTURES="${CMAKE_SOURCE_DIR}/structures")
