#include "runner/deep_potential/kernels/kernel_bodies.hpp"

namespace lamella::avx2 {

const Kernels<float>* single_kernels() {
  static constexpr Kernels<float> kernels = make_kernels<float>("AVX2");
  return &kernels;
}
const Kernels<double>* double_kernels() {
  static constexpr Kernels<double> kernels = make_kernels<double>("AVX2");
  return &kernels;
}

}  // namespace lamella::avx2
