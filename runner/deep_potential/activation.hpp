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

/// phi(x) and dphi/dx.
struct ValueAndSlope {
  double value, slope;
};
ValueAndSlope activate(Activation kind, double silut_threshold, double x);

}  // namespace lamella
