#include <cstring>

#include "runner/instruction_sets.hpp"
#include "runner/ion_pairs/ion_pairs.hpp"

namespace lamella {

const IonKernels* ion_kernels_named(const char* name) {
  __builtin_cpu_init();
  if (std::strcmp(name, "avx512") == 0 && __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512vl")) return &avx512::ion_kernels;
  if (std::strcmp(name, "avx2") == 0 && __builtin_cpu_supports("avx2")) return &avx2::ion_kernels;
  return std::strcmp(name, "baseline") == 0 ? &baseline::ion_kernels : nullptr;
}

const IonKernels& best_ion_kernels() { return *best_of_instruction_sets(ion_kernels_named); }

}  // namespace lamella
