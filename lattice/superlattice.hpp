#pragma once
#include <vector>

#include "lattice/frames.hpp"

namespace lamella {

/// One sublattice of an in-plane lattice. Its shape is a point of the upper half-plane: in units of its first vector a,
/// the second is x along a and y across it. Right-handed bases of one lattice are the images under SL(2,Z); mirror
/// images (x to -x) are other lattices.
struct Superlattice {
  Int2x2 matrix;  ///< reduced basis = matrix * basis (rows), det = index > 0
  long index;     ///< how many primitive cells it holds
  double area;    ///< A^2
  double x, y;    ///< shape of the reduced basis: |x| <= 1/2, x^2 + y^2 >= 1
  int multiplicity = 1;  ///< sublattices that rotations of the lattice carry into this one
};

/// One right-handed basis of a superlattice: change * reduced basis, and its shape.
struct NearlyReduced {
  Int2x2 change;  ///< det = +1
  double x, y;
};

/// U with det +1 so that U * rows is reduced (a shortest, |a.b| <= a.a/2); where lengths or the tilt tie, the obtuse choice.
Int2x2 reducing_matrix(const Mat2& rows);

/// A cell in the frame with a along +x, b upwards: {{lx, 0}, {xy, ly}}; a reduced cell keeps |xy| <= lx/2 exactly, the
/// hexagonal limit included (there LAMMPS draws its line).
Mat2 along_x(const Mat2& rows);

/// Rotations that keep the lattice, as integer matrices g with g * basis = rotated basis, one of each pair +-g, without 1.
std::vector<Int2x2> lattice_rotations(const Mat2& basis);

/// Every sublattice of index 1..max_index, each once by its Hermite normal form; sublattices that `rotations` carry into
/// one another are listed once with their number. Sorted by index.
std::vector<Superlattice> superlattices(const Mat2& basis, long max_index, const std::vector<Int2x2>& rotations);

/// Every right-handed basis (up to sign) whose shape lies within `stretch` of some reduced shape: all bases that a linear
/// map with ratio of singular values <= `stretch` can carry onto a reduced basis are among them.
std::vector<NearlyReduced> nearly_reduced_bases(const Superlattice& lattice, double stretch);

}  // namespace lamella
