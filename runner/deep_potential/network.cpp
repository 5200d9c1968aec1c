#include "runner/deep_potential/network.hpp"

#include "runner/deep_potential/activation.hpp"

namespace lamella {

std::span<const double> NetworkPass::forward(const Network& network, std::span<const double> input) {
  if (layers_.size() < network.size()) layers_.resize(network.size());
  std::span<const double> x = input;
  for (std::size_t l = 0; l < network.size(); ++l) {
    const DenseLayer& layer = network[l];
    Layer& kept = layers_[l];
    const std::size_t out = static_cast<std::size_t>(layer.out), in = static_cast<std::size_t>(layer.in);
    kept.output.assign(out, 0.0);
    kept.slope.resize(out);
    for (std::size_t k = 0; k < in; ++k)
      for (std::size_t o = 0; o < out; ++o) kept.output[o] += x[k] * layer.weight[k * out + o];
    for (std::size_t o = 0; o < out; ++o) {
      const double z = kept.output[o] + (layer.bias.empty() ? 0.0 : layer.bias[o]);
      ValueAndSlope phi = activate(layer.activation, layer.silut_threshold, z);
      if (!layer.idt.empty()) {
        phi.value *= layer.idt[o];
        phi.slope *= layer.idt[o];
      }
      kept.output[o] = phi.value + (layer.resnet ? x[o % in] : 0.0);
      kept.slope[o] = phi.slope;
    }
    x = kept.output;
  }
  return x;
}

std::span<const double> NetworkPass::backward(const Network& network, std::span<const double> upstream) {
  gradient_.assign(upstream.begin(), upstream.end());
  for (std::size_t l = network.size(); l-- > 0;) {
    const DenseLayer& layer = network[l];
    const std::size_t out = static_cast<std::size_t>(layer.out), in = static_cast<std::size_t>(layer.in);
    scaled_.resize(out);
    for (std::size_t o = 0; o < out; ++o) scaled_[o] = gradient_[o] * layers_[l].slope[o];
    previous_.assign(in, 0.0);
    for (std::size_t k = 0; k < in; ++k)
      for (std::size_t o = 0; o < out; ++o) previous_[k] += layer.weight[k * out + o] * scaled_[o];
    if (layer.resnet)
      for (std::size_t o = 0; o < out; ++o) previous_[o % in] += gradient_[o];
    gradient_.swap(previous_);
  }
  return gradient_;
}

}  // namespace lamella
