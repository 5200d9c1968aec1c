#include "builder/assembly.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.hpp"
#include "builder/seam.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {

namespace {

/// The closest contact across the seam, in units of the covalent radii's sum, with the upper layer shifted.
double loosest_contact(const Slab& lower, const Slab& upper, const Vec2& shift, double gap) {
  constexpr double reach = 3.5;
  double closest = reach;
  visit_contacts(lower, upper, gap, shift, reach, [&](Element below, Element above, double distance) {
    closest = std::min(closest, distance / (above.covalent_radius() + below.covalent_radius()));
  });
  return closest;
}

Vec2 scanned_shift(const Slab& lower, const Slab& upper, double gap) {
  constexpr int steps = 8;
  Vec2 best = Vec2::Zero();
  double loosest = -1.0;
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j) {
      const Vec2 shift = upper.plane.transpose() * Vec2(static_cast<double>(i) / steps, static_cast<double>(j) / steps);
      const double contact = loosest_contact(lower, upper, shift, gap);
      if (contact > loosest + 1e-9) loosest = contact, best = shift;
    }
  return best;
}

double gap_between(const ReadyLayer& lower, const ReadyLayer& upper, double gap) {
  if (lower.gaps) return (*lower.gaps)[1];
  return upper.gaps ? (*upper.gaps)[0] : gap;
}

std::vector<Vec2> lateral_shifts(const std::vector<ReadyLayer>& layers, const CellSpecification& cell, std::uint64_t seed) {
  std::vector<Vec2> shifts(layers.size(), Vec2::Zero());
  for (std::size_t i = 1; i < layers.size(); ++i) {
    const Slab& slab = layers[i].slab;
    if (cell.registry == "seeded") {
      RandomStream stream(seed, "registry/" + layers[i].name);
      const double u = stream.uniform(), v = stream.uniform();
      shifts[i] = slab.plane.transpose() * Vec2(u, v);
    } else if (cell.registry == "scan") {
      // The lower layer may be shifted itself; only the difference counts, so the shifts add up.
      shifts[i] = shifts[i - 1] + scanned_shift(layers[i - 1].slab, slab, cell.gap);
    }
  }
  return shifts;
}

}  // namespace

Assembled assemble(const std::vector<ReadyLayer>& layers, const CellSpecification& cell, std::uint64_t seed) {
  Assembled assembled;
  assembled.shifts = lateral_shifts(layers, cell, seed);
  Structure& structure = assembled.structure;
  const bool vacuum = cell.boundary == "vacuum";
  double top = 0.0;
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Slab& slab = layers[i].slab;
    const Extent extent = extent_of(slab);
    structure.layer_names.push_back(layers[i].name);
    for (std::size_t a = 0; a < slab.size(); ++a) {
      const Cartesian& r = slab.positions[a];
      structure.elements.push_back(slab.elements[a]);
      structure.positions.push_back({r.x() + assembled.shifts[i].x(), r.y() + assembled.shifts[i].y(), r.z() - extent.low + top});
      structure.layer_of.push_back(static_cast<int>(i));
    }
    const bool last = i + 1 == layers.size();
    const double gap = last && vacuum ? cell.vacuum : gap_between(layers[i], layers[last ? 0 : i + 1], cell.gap);
    top += extent.high - extent.low + gap;
    assembled.seams.push_back({layers[i].name, layers[last ? 0 : i + 1].name, gap, last && vacuum});
  }
  structure.cell = Cell(box_rows(layers.front().slab.plane, top));
  for (Cartesian& r : structure.positions) r = structure.cell.wrapped(r);
  return assembled;
}

}  // namespace lamella
