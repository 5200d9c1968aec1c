#include "lattice/match_residual.hpp"

#include <cmath>
#include <numbers>

namespace lamella {

double match_residual(const LayerMatch& layer, const Mat2& basis, const Mat2& cell) {
  const double angle = layer.rotation * std::numbers::pi / 180.0;
  Mat2 rotation;
  rotation << std::cos(angle), -std::sin(angle), std::sin(angle), std::cos(angle);
  const Mat2 reached = layer.matrix.cast<double>() * basis * rotation.transpose() * (Mat2::Identity() + layer.strain);
  return (reached - cell).cwiseAbs().maxCoeff();
}

}  // namespace lamella
