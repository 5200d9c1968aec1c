#include "runner/deep_potential/kernels/kernel_bodies.hpp"

namespace lamella::baseline {

const Kernels<float>* single_kernels() {
  static constexpr Kernels<float> kernels = make_kernels<float>("baseline");
  return &kernels;
}
const Kernels<double>* double_kernels() {
  static constexpr Kernels<double> kernels = make_kernels<double>("baseline");
  return &kernels;
}

}  // namespace lamella::baseline
