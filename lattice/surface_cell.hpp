#pragma once
#include <vector>

#include "lattice/slab.hpp"
#include "lattice/symmetry.hpp"

namespace lamella {

/// One primitive repeat of a crystal seen along a surface normal; what terminations and slabs are made from.
/// The surface frame has a along +x and the outward normal along +z.
struct SurfaceCell {
  Mat3 vectors;        ///< rows a = (ax, 0, 0), b = (bx, by, 0), c = (cx, cy, spacing), A; primitive, right-handed
  Mat3 rotation;       ///< surface frame = rotation * the crystal's Cartesian frame
  double spacing;      ///< A
  double area;         ///< A^2
  std::vector<int> atoms;         ///< indices into crystal.cell, one per atom of the repeat
  std::vector<Vec3> positions;    ///< A, surface frame, each somewhere in its column of images
  std::vector<double> heights;    ///< A: the atom's own height, or that of the centre of its covalent unit
  std::vector<int> units;         ///< the covalent unit an atom belongs to, -1 for none
  std::vector<double> keep_shifts;  ///< operations that keep the normal move heights by these, A, in [0, spacing)
  std::vector<double> flip_shifts;  ///< operations that turn it over: height -> shift - height
};

/// One atom of a slab that is being cut.
struct PlacedAtom {
  int member;       ///< index into SurfaceCell::atoms
  Vec3 position;    ///< A, surface frame, x and y inside the cell
  double height;    ///< A, what decides on which side of a cut it is
};
/// All images with a height in [bottom, top), repeat by repeat; `flat`: the atoms' own heights count, not their units'.
std::vector<PlacedAtom> atoms_between(const SurfaceCell& cell, bool flat, double bottom, double top);

/// In-plane basis (rows, A, in the crystal's Cartesian frame) of all translations of the average structure that lie in (hkl): reduced,
/// right-handed about the outward normal. That of whole atoms where the file has those. Throws Error (bad_input) for (0 0 0).
Eigen::Matrix<double, 2, 3> average_in_plane_basis(const Crystal& crystal, Miller miller);

/// Throws Error (bad_input) for (0 0 0).
SurfaceCell surface_cell(const Crystal& crystal, Miller miller);

}  // namespace lamella
