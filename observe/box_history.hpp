#pragma once
#include <vector>

#include "lattice/cell.hpp"

namespace lamella {

/// The box of one frame against that of the first.
struct BoxState {
  Eigen::Matrix<double, 6, 1> parameters;  ///< a, b, c (A), alpha, beta, gamma (degrees)
  double volume;                           ///< A^3
  Eigen::Matrix<double, 6, 1> strain;      ///< xx, yy, zz, yz, xz, xy: symmetric part of the deformation gradient less 1
};

/// rows(now) = rows(first) F^T; strain = (F + F^T) / 2 - 1 (small strains; tensor, not engineering, shears).
BoxState box_state(const Cell& now, const Cell& first);

}  // namespace lamella
