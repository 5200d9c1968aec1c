// Dense layers of a Deep Potential with their derivatives, batched by columns.
#pragma once

#include <Eigen/Dense>
#include <vector>

namespace trainer {

using Matrix = Eigen::MatrixXf;  // features x samples
using Vector = Eigen::VectorXf;
using MapM = Eigen::Map<const Matrix>;
using MapV = Eigen::Map<const Vector>;

enum class Skip { none, same, twice };

/// One layer y = skip(x) + tanh(W x + b); W is out x in, column-major, in a flat array of parameters, b follows it.
struct Layer {
  int in = 0, out = 0;
  std::size_t offset = 0;
  bool linear = false;
  Skip skip = Skip::none;

  std::size_t size() const { return static_cast<std::size_t>(out) * static_cast<std::size_t>(in + 1); }
  MapM weight(const float* p) const { return MapM(p + offset, out, in); }
  MapV bias(const float* p) const { return MapV(p + offset + static_cast<std::size_t>(out * in), out); }
};

/// What one layer keeps of one batch: its input, its tanh, and the tangents of both along a direction.
struct LayerState {
  Matrix x, t;    // input; tanh(z)
  Matrix dx, dz;  // tangent of the input; tangent of z
};

/// A chain of layers: values, derivative to the input, tangents, and the gradient to the parameters of
/// sum_i (a_i y_i + dot(y)_i), where dot is the derivative along a given tangent of the input (second order).
class Chain {
 public:
  void add(int in, int out, bool linear, bool may_skip, std::size_t& offset);
  const std::vector<Layer>& layers() const { return layers_; }

  const Matrix& forward(const float* p, const Matrix& x);
  Matrix backward(const float* p, Matrix adjoint) const;
  const Matrix& tangent(const float* p, const Matrix& dx);
  /// Adjoints of the value and of its tangent; gives those of the input unless `inputs` is false; adds to `gradient`.
  void reverse(const float* p, Matrix& value_adjoint, Matrix& tangent_adjoint, float* gradient, bool inputs);

 private:
  std::vector<Layer> layers_;
  std::vector<LayerState> states_;
  Matrix y_, dy_;
};

}  // namespace trainer
