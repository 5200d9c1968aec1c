# The inner loop of g(r) is worth the vectoriser; no flag here changes the arithmetic.
set_source_files_properties(observe/pair_counts.cpp PROPERTIES COMPILE_OPTIONS "-O3")
