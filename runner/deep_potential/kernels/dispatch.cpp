#include <cstring>

#include "runner/deep_potential/fast_evaluator.hpp"
#include "runner/deep_potential/kernels/kernels.hpp"
#include "runner/instruction_sets.hpp"

namespace lamella {

namespace {

bool machine_runs(const char* name) {
  __builtin_cpu_init();
  if (std::strcmp(name, "avx512") == 0)
    return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512dq") && __builtin_cpu_supports("avx512bw") &&
           __builtin_cpu_supports("avx512vl") && __builtin_cpu_supports("fma");
  if (std::strcmp(name, "avx2") == 0) return __builtin_cpu_supports("avx2") && __builtin_cpu_supports("fma");
  return std::strcmp(name, "baseline") == 0;
}

template <class Real>
const Kernels<Real>* pick(const Kernels<float>* single, const Kernels<double>* twice) {
  if constexpr (sizeof(Real) == 4) return single;
  else return twice;
}

}  // namespace

template <class Real>
const Kernels<Real>* kernels_named(const char* name) {
  if (!machine_runs(name)) return nullptr;
  if (std::strcmp(name, "avx512") == 0) return pick<Real>(avx512::single_kernels(), avx512::double_kernels());
  if (std::strcmp(name, "avx2") == 0) return pick<Real>(avx2::single_kernels(), avx2::double_kernels());
  return pick<Real>(baseline::single_kernels(), baseline::double_kernels());
}

template <class Real>
const Kernels<Real>& best_kernels() {
  return *best_of_instruction_sets(kernels_named<Real>);
}

template const Kernels<float>* kernels_named<float>(const char*);
template const Kernels<double>* kernels_named<double>(const char*);
template const Kernels<float>& best_kernels<float>();
template const Kernels<double>& best_kernels<double>();

std::string kernel_name() { return best_kernels<double>().name; }

}  // namespace lamella
