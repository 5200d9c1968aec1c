#include "runner/deep_potential/embedding_function.hpp"

#include <algorithm>
#include <cmath>

#include "runner/deep_potential/activation.hpp"

namespace lamella {

namespace {

ActivationCurve tanh_value(double x) {
  const double t = std::tanh(x), d = 1.0 - t * t;
  return {t, d, -2.0 * t * d};
}

/// x/2 (1 + tanh(c (x + a x^3))), c = sqrt(2/pi): the form both gelu names mean in deepmd-kit.
ActivationCurve gelu_value(double x, double a) {
  const double c = std::sqrt(2.0 / M_PI);
  const double u1 = c * (1.0 + 3.0 * a * x * x), u2 = c * 6.0 * a * x;
  const ActivationCurve t = tanh_value(c * (x + a * x * x * x));
  const double t1 = t.first * u1, t2 = t.second * u1 * u1 + t.first * u2;
  return {0.5 * x * (1.0 + t.value), 0.5 * (1.0 + t.value) + 0.5 * x * t1, t1 + 0.5 * x * t2};
}

ActivationCurve sigmoid_value(double x) {
  const double s = x >= 0 ? 1.0 / (1.0 + std::exp(-x)) : std::exp(x) / (1.0 + std::exp(x));
  return {s, s * (1.0 - s), s * (1.0 - s) * (1.0 - 2.0 * s)};
}

ActivationCurve silu_value(double x) {
  const ActivationCurve s = sigmoid_value(x);
  return {x * s.value, s.value + x * s.first, 2.0 * s.first + x * s.second};
}

/// silu below the threshold T, above it tanh(slope (x - T)) + silu(T), slope = silu'(T).
ActivationCurve silut_value(double x, double threshold) {
  if (x < threshold) return silu_value(x);
  const ActivationCurve at = silu_value(threshold), t = tanh_value(at.first * (x - threshold));
  return {t.value + at.value, t.first * at.first, t.second * at.first * at.first};
}

}  // namespace

ActivationCurve activation_curve(Activation kind, double silut_threshold, double x) {
  switch (kind) {
    case Activation::linear: return {x, 1.0, 0.0};
    case Activation::tanh: return tanh_value(x);
    case Activation::relu: return {std::max(x, 0.0), x > 0 ? 1.0 : 0.0, 0.0};
    case Activation::relu6: return {std::min(std::max(x, 0.0), 6.0), x > 0 && x < 6 ? 1.0 : 0.0, 0.0};
    case Activation::softplus: {
      const ActivationCurve s = sigmoid_value(x);
      return {std::max(x, 0.0) + std::log1p(std::exp(-std::abs(x))), s.value, s.first};
    }
    case Activation::sigmoid: return sigmoid_value(x);
    case Activation::gelu: return gelu_value(x, kGeluCubic);
    case Activation::gelu_tf: return gelu_value(x, kGeluCubicInTensorFlow);
    case Activation::silu: return silu_value(x);
    case Activation::silut: return silut_value(x, silut_threshold);
  }
  return {x, 1.0, 0.0};
}

bool has_kinks(Activation kind) { return kind == Activation::relu || kind == Activation::relu6; }

EmbeddingFunction::EmbeddingFunction(const Network* network, const DeepPotentialModel::Table* table)
    : network_(network), table_(table), width_(table ? table->width : network->empty() ? 0 : network->back().out) {
  int widest = std::max(1, width_);  // a graph leaves the nets of excluded pairs out: no layers, no channels
  if (network)
    for (const DenseLayer& layer : *network) widest = std::max({widest, layer.in, layer.out});
  for (int d = 0; d < 3; ++d) in_[d].resize(widest), out_[d].resize(widest);
}

bool EmbeddingFunction::smooth() const {
  if (table_) return true;
  for (const DenseLayer& layer : *network_)
    if (has_kinks(layer.activation) || layer.activation == Activation::silut) return false;  // silut's second derivative jumps
  return true;
}

void EmbeddingFunction::evaluate(double s, double* g, double* first, double* second) {
  if (width_ == 0) return;
  if (table_) evaluate_table(s, g, first, second);
  else evaluate_network(s, g, first, second);
}

void EmbeddingFunction::evaluate_network(double s, double* g, double* first, double* second) {
  in_[0][0] = s;
  in_[1][0] = 1.0;
  in_[2][0] = 0.0;
  for (const DenseLayer& layer : *network_) {
    const int n = layer.out;
    for (int d = 0; d < 3; ++d) std::fill_n(out_[d].begin(), n, 0.0);
    if (!layer.bias.empty()) std::copy_n(layer.bias.begin(), n, out_[0].begin());
    for (int i = 0; i < layer.in; ++i) {
      const double* w = layer.weight.data() + static_cast<std::size_t>(i) * n;
      for (int d = 0; d < 3; ++d) {
        const double x = in_[d][i];
        double* y = out_[d].data();
        for (int o = 0; o < n; ++o) y[o] += x * w[o];
      }
    }
    for (int o = 0; o < n; ++o) {
      const ActivationCurve a = activation_curve(layer.activation, layer.silut_threshold, out_[0][o]);
      const double scale = layer.idt.empty() ? 1.0 : layer.idt[o], x1 = out_[1][o], x2 = out_[2][o];
      out_[0][o] = scale * a.value;
      out_[1][o] = scale * a.first * x1;
      out_[2][o] = scale * (a.second * x1 * x1 + a.first * x2);
      if (layer.resnet)
        for (int d = 0; d < 3; ++d) out_[d][o] += in_[d][o % layer.in];
    }
    for (int d = 0; d < 3; ++d) std::swap(in_[d], out_[d]);
  }
  std::copy_n(in_[0].begin(), width_, g);
  std::copy_n(in_[1].begin(), width_, first);
  std::copy_n(in_[2].begin(), width_, second);
}

void EmbeddingFunction::evaluate_table(double s, double* g, double* first, double* second) const {
  const DeepPotentialModel::Table& t = *table_;
  const long rows = static_cast<long>(t.data.size()) / (6L * t.width), coarse = static_cast<long>((t.upper - t.lower) / t.stride1);
  const auto start = [&](long row) { return row < coarse ? t.lower + row * t.stride1 : t.upper + (row - coarse) * t.stride2; };
  const double inside = std::min(std::max(s, t.lower), t.max);
  const long row = std::min(inside < t.upper ? static_cast<long>((inside - t.lower) / t.stride1) : coarse + static_cast<long>((inside - t.upper) / t.stride2), rows - 1);
  const double x = inside - start(row), beyond = s - inside;
  const double* a = t.data.data() + static_cast<std::size_t>(row) * t.width * 6;
  for (int m = 0; m < t.width; ++m, a += 6) {
    first[m] = a[1] + x * (2 * a[2] + x * (3 * a[3] + x * (4 * a[4] + x * 5 * a[5])));
    g[m] = a[0] + x * (a[1] + x * (a[2] + x * (a[3] + x * (a[4] + x * a[5])))) + first[m] * beyond;
    second[m] = beyond == 0.0 ? 2 * a[2] + x * (6 * a[3] + x * (12 * a[4] + x * 20 * a[5])) : 0.0;
  }
}

}  // namespace lamella
