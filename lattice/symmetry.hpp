#pragma once
#include <span>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// x -> rotation * x + translation on fractional columns.
struct SymmetryOperation {
  Int3x3 rotation;
  Vec3 translation;
};

/// A primitive lattice in the basis of a cell: integer rows / `denominator`, in Hermite form.
struct PrimitiveLattice {
  Eigen::Matrix<long, 3, 3> rows = Eigen::Matrix<long, 3, 3>::Identity();
  long denominator = 1;
  /// Primitive cells in the cell.
  long cells() const { return denominator * denominator * denominator / (rows(0, 0) * rows(1, 1) * rows(2, 2)); }
  /// Rows: its vectors, A.
  Mat3 vectors(const Cell& cell) const { return rows.cast<double>() * cell.rows() / static_cast<double>(denominator); }
};

struct Symmetry {
  int space_group = 0;                        ///< international number, 0 when spglib finds none
  PrimitiveLattice lattice;                   ///< all translations, centring included
  std::vector<SymmetryOperation> operations;  ///< in the basis of `lattice`, one per rotation; at least the identity once found
};

/// Distance within which positions count as equal, A: files with four decimals must still have their symmetry.
inline constexpr double symmetry_tolerance = 0.01;

/// The space group of positions (A) with `kinds` (any numbers, equal for equal atoms) by spglib. Never throws: where spglib
/// finds nothing, only the identity is given. The operations are those of the primitive cell: spglib drops the ones that do not
/// map a given supercell onto itself, and a crystal has them whatever cell it is written in.
Symmetry find_symmetry(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> kinds, double tolerance = symmetry_tolerance);
/// The same with the elements as kinds.
Symmetry find_symmetry(const Structure& structure, double tolerance = symmetry_tolerance);

}  // namespace lamella
