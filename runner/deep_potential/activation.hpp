#pragma once
#include <string>

#include "runner/deep_potential/model.hpp"

namespace lamella {

/// An activation as deepmd-kit spells it: "tanh", "none", "silut:10.0" (the number is where silu turns into tanh).
struct ActivationChoice {
  Activation kind = Activation::tanh;
  double silut_threshold = 3.0;
};
/// Throws Error (bad_input) naming `where` when deepmd-kit has no such activation.
ActivationChoice parse_activation(std::string name, const std::string& where);
/// The name back, for `lamella info`.
std::string activation_name(Activation kind, double silut_threshold);

/// The number before x^3 in gelu. TensorFlow's own gelu ("gelu_tf" in a graph) rounds it to float32 even in a double net: 1e-9 eV/atom.
inline constexpr double kGeluCubic = 0.044715, kGeluCubicInTensorFlow = 0.044715f;

/// phi(x) and dphi/dx.
struct ValueAndSlope {
  double value, slope;
};
ValueAndSlope activate(Activation kind, double silut_threshold, double x);

}  // namespace lamella
