# The inner loop of g(r) is worth the vectoriser; no flag here changes the arithmetic.
set_source_files_properties(observe/pair_counts.cpp PROPERTIES COMPILE_OPTIONS "-O3")
# CGAL names std::cerr. In a program that is not position-independent throughout, that moves cerr into the program, where a library
# loaded apart (deepmd-kit's, RTLD_DEEPBIND) finds another one that nobody initialised, and crashes. -fPIC keeps it in libstdc++.
set_property(SOURCE ${CMAKE_SOURCE_DIR}/observe/voids.cpp APPEND PROPERTY COMPILE_OPTIONS -fPIC)
