#include "network.hpp"

namespace trainer {

void Chain::add(int in, int out, bool linear, bool may_skip, std::size_t& offset) {
  Layer layer{in, out, offset, linear, Skip::none};
  if (may_skip && out == in) layer.skip = Skip::same;
  if (may_skip && out == 2 * in) layer.skip = Skip::twice;
  offset += layer.size();
  layers_.push_back(layer);
  states_.emplace_back();
}

namespace {

/// y = W x; one input is an outer product, which Eigen's general product is slow at.
void multiply(const Layer& l, const float* p, const Matrix& x, Matrix& y) {
  if (l.in == 1) y.noalias() = l.weight(p).col(0) * x.row(0);
  else y.noalias() = l.weight(p) * x;
}

void add_skip(const Layer& l, const Matrix& x, Matrix& y) {
  if (l.skip == Skip::same) y += x;
  if (l.skip == Skip::twice) {
    y.topRows(l.in) += x;
    y.bottomRows(l.in) += x;
  }
}

void add_skip_back(const Layer& l, const Matrix& y, Matrix& x) {
  if (l.skip == Skip::same) x += y;
  if (l.skip == Skip::twice) x += y.topRows(l.in) + y.bottomRows(l.in);
}

}  // namespace

const Matrix& Chain::forward(const float* p, const Matrix& x) {
  y_ = x;
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    const Layer& l = layers_[k];
    LayerState& s = states_[k];
    s.x.swap(y_);
    multiply(l, p, s.x, s.t);
    s.t.colwise() += l.bias(p);
    if (!l.linear) s.t = s.t.array().tanh();
    y_ = s.t;
    add_skip(l, s.x, y_);
  }
  return y_;
}

Matrix Chain::backward(const float* p, Matrix adjoint) const {
  Matrix z, x;
  for (std::size_t k = layers_.size(); k-- > 0;) {
    const Layer& l = layers_[k];
    const LayerState& s = states_[k];
    if (l.linear) z = adjoint;
    else z = adjoint.array() * (1.0f - s.t.array().square());
    x.noalias() = l.weight(p).transpose() * z;
    add_skip_back(l, adjoint, x);
    adjoint.swap(x);
  }
  return adjoint;
}

const Matrix& Chain::tangent(const float* p, const Matrix& dx) {
  dy_ = dx;
  for (std::size_t k = 0; k < layers_.size(); ++k) {
    const Layer& l = layers_[k];
    LayerState& s = states_[k];
    s.dx.swap(dy_);
    multiply(l, p, s.dx, s.dz);
    if (l.linear) dy_ = s.dz;
    else dy_ = s.dz.array() * (1.0f - s.t.array().square());
    add_skip(l, s.dx, dy_);
  }
  return dy_;
}

void Chain::reverse(const float* p, Matrix& value_adjoint, Matrix& tangent_adjoint, float* gradient, bool inputs) {
  Matrix z, dz, x, dx;
  for (std::size_t k = layers_.size(); k-- > 0;) {
    const Layer& l = layers_[k];
    const LayerState& s = states_[k];
    if (l.linear) {
      z = value_adjoint;
      dz = tangent_adjoint;
    } else {
      const auto slope = 1.0f - s.t.array().square();
      dz = tangent_adjoint.array() * slope;
      z = value_adjoint.array() * slope - 2.0f * s.t.array() * s.dz.array() * dz.array();
    }
    Eigen::Map<Matrix> gw(gradient + l.offset, l.out, l.in);
    Eigen::Map<Vector> gb(gradient + l.offset + static_cast<std::size_t>(l.out * l.in), l.out);
    gw.noalias() += z * s.x.transpose();
    gw.noalias() += dz * s.dx.transpose();
    gb += z.rowwise().sum();
    if (k == 0 && !inputs) return;
    x.noalias() = l.weight(p).transpose() * z;
    dx.noalias() = l.weight(p).transpose() * dz;
    add_skip_back(l, value_adjoint, x);
    add_skip_back(l, tangent_adjoint, dx);
    value_adjoint.swap(x);
    tangent_adjoint.swap(dx);
  }
}

}  // namespace trainer
