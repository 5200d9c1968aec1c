#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {
namespace {

/// In [0, 1), with what is a whole number up to rounding made exactly 0.
double tidy_unit(double x) { return std::abs(x - std::round(x)) < 1e-9 ? 0.0 : wrapped_unit(x); }

}  // namespace

Slab cut_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats) {
  if (repeats < 1 || repeats > 100000) fail_input({"slab", "number of repeats out of range", fmt::format("{}", repeats), "1 to 100000", ""});
  const SurfaceCell cell = surface_cell(crystal, miller);
  Slab slab;
  slab.plane = cell.vectors.topLeftCorner<2, 2>();
  const Mat2 to_fractional = slab.plane.inverse().transpose();
  slab.thickness = repeats * cell.spacing;
  for (int n = 0; n < repeats; ++n)
    for (std::size_t k = 0; k < cell.atoms.size(); ++k) {
      // The repeat in which the atom, or the unit that it belongs to, lies between the cut and the next one.
      const double height = termination.flat ? cell.positions[k].z() : cell.heights[k];
      const double shift = n - std::floor((height - termination.cut) / cell.spacing);
      const Vec3 position = cell.positions[k] + shift * cell.vectors.row(2).transpose();
      const Vec2 f = to_fractional * position.head<2>();
      const Vec2 flat = slab.plane.transpose() * Vec2(tidy_unit(f[0]), tidy_unit(f[1]));
      slab.elements.push_back(crystal.cell.elements[cell.atoms[k]]);
      slab.positions.emplace_back(flat.x(), flat.y(), position.z() - termination.cut);
    }
  return slab;
}

}  // namespace lamella
