#pragma once
#include "lattice/structure.hpp"

namespace lamella {

/// Lattice vectors (rows, A) of the box with `plane` as its base and `height` A along z.
Mat3 box_rows(const Mat2& plane, double height);

/// A slab's atoms as they are in such a box; no layers named.
Structure in_box(const Slab& slab, double height);

/// Heights (A) of a slab's lowest and highest atoms; +infinity and -infinity for a slab without atoms.
struct Extent {
  double low, high;
};
Extent extent_of(const Slab& slab);

}  // namespace lamella
