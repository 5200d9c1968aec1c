#include <cstdlib>
#include <cstring>
#include <initializer_list>

#include "runner/ion_pairs/ion_pairs.hpp"

namespace lamella {

const IonKernels* ion_kernels_named(const char* name) {
  __builtin_cpu_init();
  if (std::strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return &avx512::ion_kernels;
  if (std::strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return &avx2::ion_kernels;
  return std::strcmp(name, "baseline") == 0 ? &baseline::ion_kernels : nullptr;
}

const IonKernels& best_ion_kernels() {
  if (const char* wish = std::getenv("LAMELLA_KERNELS"))
    if (const IonKernels* found = ion_kernels_named(wish)) return *found;
  for (const char* name : {"avx512", "avx2"})
    if (const IonKernels* found = ion_kernels_named(name)) return *found;
  return baseline::ion_kernels;
}

}  // namespace lamella
