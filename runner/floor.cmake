# (GCC 12 warns of uninitialised values inside its own AVX-512 header.)
# The Deep Potential's inner loops, once per instruction set; kernels/dispatch.cpp chooses when the program starts.
set(kernels deep_potential/kernels)
set_source_files_properties(${CMAKE_SOURCE_DIR}/runner/${kernels}/avx512.cpp PROPERTIES COMPILE_OPTIONS
  "-O3;-fno-rounding-math;-Wno-maybe-uninitialized;-Wno-uninitialized;-mavx512f;-mavx512dq;-mavx512bw;-mavx512vl;-mavx2;-mfma;-mprefer-vector-width=512")
set_source_files_properties(${CMAKE_SOURCE_DIR}/runner/${kernels}/avx2.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math;-mavx2;-mfma")
set_source_files_properties(${CMAKE_SOURCE_DIR}/runner/${kernels}/baseline.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math")
set_source_files_properties(${CMAKE_SOURCE_DIR}/runner/deep_potential/embedding_function.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math")
# Ions' pair forces, likewise; no fused products, so that every set gives the same bits (-ffp-contract=off stands for all files).
set(ions ${CMAKE_SOURCE_DIR}/runner/ion_pairs)
set_source_files_properties(${ions}/avx512.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math;-fno-math-errno;-Wno-psabi;-Wno-maybe-uninitialized;-Wno-uninitialized;-mavx512f;-mavx512dq;-mavx512vl;-mprefer-vector-width=512")
set_source_files_properties(${ions}/avx2.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math;-fno-math-errno;-Wno-psabi;-mavx2")
set_source_files_properties(${ions}/baseline.cpp PROPERTIES COMPILE_OPTIONS "-O3;-fno-rounding-math;-fno-math-errno;-Wno-psabi")
