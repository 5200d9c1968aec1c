#include "lattice/slab_box.hpp"

#include <algorithm>
#include <limits>

namespace lamella {

Mat3 box_rows(const Mat2& plane, double height) {
  Mat3 rows = Mat3::Zero();
  rows.topLeftCorner<2, 2>() = plane;
  rows(2, 2) = height;
  return rows;
}

Structure in_box(const Slab& slab, double height) { return {Cell(box_rows(slab.plane, height)), slab.elements, slab.positions, {}, {}}; }

Extent extent_of(const Slab& slab) {
  Extent extent{std::numeric_limits<double>::infinity(), -std::numeric_limits<double>::infinity()};
  for (const Cartesian& r : slab.positions) extent = {std::min(extent.low, r.z()), std::max(extent.high, r.z())};
  return extent;
}

}  // namespace lamella
