#include "lattice/ewald.hpp"

#include <cmath>
#include <numbers>

#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

constexpr double coulomb = 14.3996454785;  // e^2 / (4 pi epsilon0), eV A (CODATA 2018)
constexpr double pi = std::numbers::pi;
constexpr double precision = 3.7;          // erfc(3.7) = 1.7e-7

void add_real_space(const Cell& cell, std::span<const Cartesian> positions, double alpha, double cutoff, Eigen::MatrixXd& matrix) {
  const auto lists = neighbour_lists(cell, positions, cutoff);
  for (std::size_t i = 0; i < lists.size(); ++i)
    for (const Neighbour& n : lists[i])
      if (n.distance > 1e-3) matrix(i, n.index) += std::erfc(alpha * n.distance) / n.distance;
}

void add_reciprocal_space(const Cell& cell, std::span<const Cartesian> positions, double alpha, double k_max, Eigen::MatrixXd& matrix) {
  const Mat3 reciprocal = 2.0 * pi * cell.rows().inverse().transpose();  // rows b_i
  const Vec3 lengths(cell.a().norm(), cell.b().norm(), cell.c().norm());
  const int limit[3] = {static_cast<int>(k_max * lengths[0] / (2 * pi)) + 1, static_cast<int>(k_max * lengths[1] / (2 * pi)) + 1, static_cast<int>(k_max * lengths[2] / (2 * pi)) + 1};
  const Eigen::Index n = static_cast<Eigen::Index>(positions.size());
  Eigen::MatrixXd block(n, 128);
  Eigen::Index filled = 0;
  auto flush = [&] {
    if (filled > 0) matrix.noalias() += block.leftCols(filled) * block.leftCols(filled).transpose();
    filled = 0;
  };
  for (int h = 0; h <= limit[0]; ++h)
    for (int k = -limit[1]; k <= limit[1]; ++k)
      for (int l = -limit[2]; l <= limit[2]; ++l) {
        if (h == 0 && (k < 0 || (k == 0 && l <= 0))) continue;  // half of reciprocal space, counted twice
        const Vec3 g = h * reciprocal.row(0) + k * reciprocal.row(1) + l * reciprocal.row(2);
        const double g2 = g.squaredNorm();
        if (g2 > k_max * k_max) continue;
        const double root = std::sqrt(2.0 * 4.0 * pi / cell.volume() * std::exp(-g2 / (4 * alpha * alpha)) / g2);
        for (Eigen::Index i = 0; i < n; ++i) {
          const double phase = g.dot(positions[i].vec());
          block(i, filled) = root * std::cos(phase);
          block(i, filled + 1) = root * std::sin(phase);
        }
        filled += 2;
        if (filled == block.cols()) flush();
      }
  flush();
}

}  // namespace

Eigen::MatrixXd ewald_matrix(const Cell& cell, std::span<const Cartesian> positions) {
  const Eigen::Index n = static_cast<Eigen::Index>(positions.size());
  // The split that makes both sums about equally long for cells of this size; the result does not depend on it.
  const double alpha = std::sqrt(pi) * std::pow(static_cast<double>(n) / (cell.volume() * cell.volume()), 1.0 / 6.0);
  Eigen::MatrixXd matrix = Eigen::MatrixXd::Zero(n, n);
  add_real_space(cell, positions, alpha, precision / alpha, matrix);
  add_reciprocal_space(cell, positions, alpha, 2.0 * precision * alpha, matrix);
  matrix.array() -= pi / (cell.volume() * alpha * alpha);
  matrix.diagonal().array() -= 2.0 * alpha / std::sqrt(pi);
  return coulomb * matrix;
}

}  // namespace lamella
