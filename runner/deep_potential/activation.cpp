#include "runner/deep_potential/activation.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.hpp"

namespace lamella {

namespace {

double sigmoid(double x) { return x >= 0 ? 1.0 / (1.0 + std::exp(-x)) : std::exp(x) / (1.0 + std::exp(x)); }

ValueAndSlope silu(double x) {
  const double s = sigmoid(x);
  return {x * s, s + x * s * (1.0 - s)};
}

/// 0.5 x (1 + tanh(sqrt(2/pi) (x + cubic x^3))): the tanh form, which deepmd-kit uses for both of its names.
ValueAndSlope gelu(double x, double cubic) {
  const double root = 0.7978845608028654;
  const double t = std::tanh(root * (x + cubic * x * x * x));
  return {0.5 * x * (1.0 + t), 0.5 * (1.0 + t) + 0.5 * x * (1.0 - t * t) * root * (1.0 + 3.0 * cubic * x * x)};
}

ValueAndSlope silut(double threshold, double x) {
  if (x < threshold) return silu(x);
  const ValueAndSlope end = silu(threshold);
  const double t = std::tanh(end.slope * (x - threshold));
  return {t + end.value, end.slope * (1.0 - t * t)};
}

}  // namespace

ActivationChoice parse_activation(std::string name, const std::string& where) {
  std::transform(name.begin(), name.end(), name.begin(), [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
  static const std::pair<const char*, Activation> names[] = {
      {"tanh", Activation::tanh},       {"linear", Activation::linear}, {"none", Activation::linear}, {"relu", Activation::relu},
      {"relu6", Activation::relu6},     {"softplus", Activation::softplus}, {"sigmoid", Activation::sigmoid}, {"gelu", Activation::gelu},
      {"gelu_tf", Activation::gelu_tf}, {"silu", Activation::silu},     {"silut", Activation::silut}, {"custom_silu", Activation::silut}};
  const std::size_t colon = name.find(':');
  const std::string stem = name.substr(0, colon);
  for (const auto& [known, kind] : names) {
    if (stem != known || (colon != std::string::npos && kind != Activation::silut)) continue;
    ActivationChoice choice{kind, 3.0};
    if (colon == std::string::npos) return choice;
    const char* end = name.data() + name.size();
    const auto read = std::from_chars(name.data() + colon + 1, end, choice.silut_threshold);
    if (read.ec == std::errc() && read.ptr == end && std::isfinite(choice.silut_threshold)) return choice;
  }
  fail_input({where, "an activation that deepmd-kit does not offer", "'" + name.substr(0, 40) + "'",
              "tanh, relu, relu6, softplus, sigmoid, gelu, gelu_tf, silu, silut[:threshold], linear, none", ""});
}

std::string activation_name(Activation kind, double silut_threshold) {
  switch (kind) {
    case Activation::linear: return "linear";
    case Activation::tanh: return "tanh";
    case Activation::relu: return "relu";
    case Activation::relu6: return "relu6";
    case Activation::softplus: return "softplus";
    case Activation::sigmoid: return "sigmoid";
    case Activation::gelu: return "gelu";
    case Activation::gelu_tf: return "gelu_tf";
    case Activation::silu: return "silu";
    case Activation::silut: return silut_threshold == 3.0 ? "silut" : fmt::format("silut:{}", silut_threshold);
  }
  return "";
}

ValueAndSlope activate(Activation kind, double silut_threshold, double x) {
  switch (kind) {
    case Activation::linear: return {x, 1.0};
    case Activation::tanh: {
      const double t = std::tanh(x);
      return {t, 1.0 - t * t};
    }
    case Activation::relu: return x > 0 ? ValueAndSlope{x, 1.0} : ValueAndSlope{0.0, 0.0};
    case Activation::relu6: return x <= 0 ? ValueAndSlope{0.0, 0.0} : x < 6 ? ValueAndSlope{x, 1.0} : ValueAndSlope{6.0, 0.0};
    case Activation::softplus: return {x > 0 ? x + std::log1p(std::exp(-x)) : std::log1p(std::exp(x)), sigmoid(x)};
    case Activation::sigmoid: {
      const double s = sigmoid(x);
      return {s, s * (1.0 - s)};
    }
    case Activation::gelu: return gelu(x, kGeluCubic);
    case Activation::gelu_tf: return gelu(x, kGeluCubicInTensorFlow);
    case Activation::silu: return silu(x);
    case Activation::silut: return silut(silut_threshold, x);
  }
  return {0.0, 0.0};
}

}  // namespace lamella
