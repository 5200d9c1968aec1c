#pragma once
#include <span>

#include "lattice/cell.hpp"

namespace lamella {

/// Electrostatic interaction, eV, of unit charges at periodic positions (A): the energy of charges q is
/// 1/2 sum_ij q_i q_j M_ij, with a neutralising background and conducting surroundings (Ewald summation; the formulas of
/// 10.1016/0010-4655(95)00126-3 or any textbook). The matrix is n x n, symmetric; M_ii holds an ion's own images.
/// Relative accuracy about 1e-6 of a nearest-neighbour term.
Eigen::MatrixXd ewald_matrix(const Cell& cell, std::span<const Cartesian> positions);

}  // namespace lamella
