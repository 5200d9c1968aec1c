#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {
namespace {

/// In [0, 1), with what is a whole number up to rounding made exactly 0.
double tidy_unit(double x) { return std::abs(x - std::round(x)) < 1e-9 ? 0.0 : wrapped_unit(x); }

}  // namespace

std::vector<PlacedAtom> atoms_between(const SurfaceCell& cell, bool flat, double bottom, double top) {
  const Mat2 plane = cell.vectors.topLeftCorner<2, 2>(), to_fractional = plane.inverse().transpose();
  const int repeats = static_cast<int>(std::ceil((top - bottom) / cell.spacing - 1e-6));
  std::vector<PlacedAtom> placed;
  for (int n = 0; n < repeats; ++n)
    for (std::size_t k = 0; k < cell.atoms.size(); ++k) {
      const double own = flat ? cell.positions[k].z() : cell.heights[k];
      const double shift = n - std::floor((own - bottom) / cell.spacing), height = own + shift * cell.spacing;
      if (height >= top) continue;  // only in a last repeat that is not whole
      const Vec3 position = cell.positions[k] + shift * cell.vectors.row(2).transpose();
      const Vec2 f = to_fractional * position.head<2>();
      const Vec2 inside = plane.transpose() * Vec2(tidy_unit(f[0]), tidy_unit(f[1]));
      placed.push_back({static_cast<int>(k), {inside.x(), inside.y(), position.z()}, height});
    }
  return placed;
}

Slab cut_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats) {
  if (repeats < 1 || repeats > 100000) fail_input({"slab", "number of repeats out of range", fmt::format("{}", repeats), "1 to 100000", ""});
  const SurfaceCell cell = surface_cell(crystal, miller);
  Slab slab;
  slab.plane = cell.vectors.topLeftCorner<2, 2>();
  slab.thickness = repeats * cell.spacing;
  for (const PlacedAtom& atom : atoms_between(cell, termination.flat, termination.cut, termination.cut + slab.thickness)) {
    slab.elements.push_back(crystal.cell.elements[cell.atoms[atom.member]]);
    slab.positions.emplace_back(atom.position.x(), atom.position.y(), atom.position.z() - termination.cut);
  }
  return slab;
}

}  // namespace lamella
