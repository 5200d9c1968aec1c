#pragma once
#include <span>
#include <vector>

#include "runner/deep_potential/model.hpp"

namespace lamella {

/// One input through one network and back, in clear loops. Keeps what the way back needs; reuse one object, it does not
/// allocate after the first pass.
class NetworkPass {
 public:
  /// Outputs of the last layer.
  std::span<const double> forward(const Network& network, std::span<const double> input);
  /// d(sum_k upstream_k output_k)/d(input), for the input of the last forward pass through the same network.
  std::span<const double> backward(const Network& network, std::span<const double> upstream);

 private:
  struct Layer {
    std::vector<double> output, slope;  // slope: d(output without the skip)/d(x W + b)
  };
  std::vector<Layer> layers_;
  std::vector<double> gradient_, previous_, scaled_;
};

}  // namespace lamella
