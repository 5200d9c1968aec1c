#pragma once
#include <span>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// x -> rotation * x + translation on fractional columns of the cell.
struct SymmetryOperation {
  Int3x3 rotation;
  Vec3 translation;
};

struct Symmetry {
  int space_group = 0;                        ///< international number, 0 when spglib finds none
  std::vector<SymmetryOperation> operations;  ///< of the cell as given, centring included; at least the identity once found
};

/// Distance within which positions count as equal, A: files with four decimals must still have their symmetry.
inline constexpr double symmetry_tolerance = 0.01;

/// The space group of positions (A) with `kinds` (any numbers, equal for equal atoms) by spglib. Never throws: where spglib
/// finds nothing, only the identity is given.
Symmetry find_symmetry(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> kinds, double tolerance = symmetry_tolerance);

/// The same with the elements as kinds.
Symmetry find_symmetry(const Structure& structure, double tolerance = symmetry_tolerance);

/// The primitive lattice of `symmetry`: integer rows / `denominator` are fractional vectors of the cell, in Hermite form.
struct PrimitiveLattice {
  Eigen::Matrix<long, 3, 3> rows;
  long denominator;
};
/// From the pure translations, in whole numbers, so that no rounding can lose or add one.
PrimitiveLattice primitive_lattice(const Symmetry& symmetry);

}  // namespace lamella
