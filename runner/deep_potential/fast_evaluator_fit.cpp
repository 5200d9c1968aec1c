#include <algorithm>

#include "runner/deep_potential/activation.hpp"
#include "runner/deep_potential/fast_evaluator_block.hpp"

namespace lamella {

/// y = phi(y) idt (+ x), slope = phi' idt, row by row; tanh by the kernels, the rarer ones one by one in double.
template <class Real>
void BlockWorker<Real>::activate_rows(const PackedLayer<Real>& layer, const Real* x, std::ptrdiff_t x_stride, Real* y, Real* slope, int rows) const {
  for (int r = 0; r < rows; ++r, y += layer.out_padded, slope += layer.out_padded, x += x_stride) {
    if (layer.activation == Activation::tanh) {
      fast_.kernels->tanh(y, slope, layer.out_padded);
    } else {
      for (int o = 0; o < layer.out; ++o) {
        const ValueAndSlope phi = activate(layer.activation, layer.silut_threshold, static_cast<double>(y[o]));
        y[o] = static_cast<Real>(phi.value);
        slope[o] = static_cast<Real>(phi.slope);
      }
      std::fill(slope + layer.out, slope + layer.out_padded, Real(0));
    }
    if (!layer.idt.empty())
      for (Real* v : {y, slope}) fast_.kernels->product(layer.out_padded, v, layer.idt.data(), v);
    if (layer.resnet && layer.in == layer.out) fast_.kernels->add_scaled(layer.out_padded, Real(1), x, y);
    else if (layer.resnet)
      for (int o = 0; o < layer.out; ++o) y[o] += x[o % layer.in];
  }
}

/// The fitting net of the block, forward and backward: energies into energy_, the gradient by the inputs in place of the inputs.
template <class Real>
void BlockWorker<Real>::fit(const PackedFitting<Real>& net, int rows, int padded_rows) {
  const std::size_t layers = net.hidden.size();
  const Real* x = x_.data();
  std::ptrdiff_t x_stride = x_stride_;
  for (std::size_t l = 0; l < layers; ++l) {
    const PackedLayer<Real>& layer = net.hidden[l];
    Real* y = outputs_[l].data();
    fast_.kernels->multiply(x, x_stride, padded_rows, layer.in, layer.forward.data(), layer.bias.data(), y, layer.out_padded, layer.out);
    activate_rows(layer, x, x_stride, y, slopes_[l].data(), padded_rows);
    x = y;
    x_stride = layer.out_padded;
  }
  const int in = layers ? net.hidden.back().out : fast_.inputs;
  for (int r = 0; r < rows; ++r) {
    double e = 0.0;
    for (int k = 0; k < in; ++k) e += static_cast<double>(net.last[k]) * static_cast<double>(x[r * x_stride + k]);
    energy_[r] = e + net.bias;
  }
  if (!layers) {
    for (int r = 0; r < padded_rows; ++r) std::copy_n(net.last.begin(), in, x_.data() + r * x_stride_);
    return;
  }
  Real *g = g_[0].data(), *next = g_[1].data();
  for (int r = 0; r < padded_rows; ++r) std::copy_n(net.last.begin(), net.hidden.back().out_padded, g + static_cast<std::size_t>(r) * net.hidden.back().out_padded);
  for (std::size_t l = layers; l-- > 0;) {
    const PackedLayer<Real>& layer = net.hidden[l];
    Real* scaled = outputs_[l].data();  // no longer needed
    const Real* slope = slopes_[l].data();
    const std::size_t n = static_cast<std::size_t>(padded_rows) * layer.out_padded;
    fast_.kernels->product(static_cast<int>(n), g, slope, scaled);
    Real* to = l == 0 ? x_.data() : next;
    const std::ptrdiff_t stride = l == 0 ? x_stride_ : layer.in_padded;
    fast_.kernels->multiply(scaled, layer.out_padded, padded_rows, layer.out, layer.backward.data(), nullptr, to, stride, layer.in);
    if (layer.resnet && layer.in == layer.out) fast_.kernels->add_scaled(static_cast<int>(n), Real(1), g, to);  // never the first layer: one stride
    else if (layer.resnet)
      for (int r = 0; r < padded_rows; ++r)
        for (int o = 0; o < layer.out; ++o) to[r * stride + o % layer.in] += g[static_cast<std::size_t>(r) * layer.out_padded + o];
    std::swap(g, next);
  }
}

template void BlockWorker<float>::activate_rows(const PackedLayer<float>&, const float*, std::ptrdiff_t, float*, float*, int) const;
template void BlockWorker<double>::activate_rows(const PackedLayer<double>&, const double*, std::ptrdiff_t, double*, double*, int) const;
template void BlockWorker<float>::fit(const PackedFitting<float>&, int, int);
template void BlockWorker<double>::fit(const PackedFitting<double>&, int, int);

}  // namespace lamella
