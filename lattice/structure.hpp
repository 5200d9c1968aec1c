#pragma once
#include <string>
#include <vector>

#include "lattice/cell.hpp"
#include "lattice/element.hpp"

namespace lamella {

/// Atoms in a periodic cell. Arrays run side by side, one entry per atom; the order is the order of every file written.
struct Structure {
  Cell cell;
  std::vector<Element> elements;
  std::vector<Cartesian> positions;      ///< A
  std::vector<int> layer_of;             ///< index into `layer_names`; empty where there are no layers
  std::vector<std::string> layer_names;  ///< bottom to top

  std::size_t size() const { return elements.size(); }
};

/// Matter periodic in its plane only: a crystal slab or an amorphous layer, before it is stacked.
/// Rows of `plane` are the in-plane vectors in A (x, y), right-handed (det > 0); atoms have any x, y and lie in
/// [0, thickness] along z; `thickness` (A) is the height the slab claims in a stack: whole repeats times d(hkl) for a
/// crystal, the Gibbs thickness for a glass. Atoms may stick out by less than a bond length.
struct Slab {
  Mat2 plane = Mat2::Identity();
  double thickness = 0.0;
  std::vector<Element> elements;
  std::vector<Cartesian> positions;  ///< A

  std::size_t size() const { return elements.size(); }
  double area() const { return plane.determinant(); }
};

}  // namespace lamella
