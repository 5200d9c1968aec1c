#include "builder/assembly.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/random.hpp"
#include "builder/best_shift.hpp"
#include "builder/contact.hpp"
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

/// How well `upper` sits on `lower`, more is better: at a given gap how loose its closest contact is, else how small a gap the contacts allow.
double fit(const Slab& lower, const Slab& upper, const Vec2& shift, const CellSpecification& cell) {
  return cell.gap_from_radii ? -gap_by_contacts(lower, upper, shift) : loosest_contact(lower, upper, shift, cell.gap);
}

/// The shift of `upper` against `lower` that fits best; of equal ones the first.
Vec2 scanned_shift(const Slab& lower, const Slab& upper, const CellSpecification& cell) {
  return lateral(upper, best_shift([&](const std::array<double, 2>& shift) { return fit(lower, upper, lateral(upper, shift), cell); }, 1e-9));
}

double gap_between(const ReadyLayer& lower, const ReadyLayer& upper, const Vec2& shift, const CellSpecification& cell) {
  if (lower.gaps) return (*lower.gaps)[1];
  if (upper.gaps) return (*upper.gaps)[0];
  return cell.gap_from_radii ? gap_by_contacts(lower.slab, upper.slab, shift) : cell.gap;
}

std::vector<Vec2> lateral_shifts(const std::vector<ReadyLayer>& layers, const CellSpecification& cell, std::uint64_t seed) {
  std::vector<Vec2> shifts(layers.size(), Vec2::Zero());
  for (std::size_t i = 0; i < layers.size(); ++i) {
    const Slab& slab = layers[i].slab;
    if (layers[i].shift) {
      shifts[i] = lateral(slab, *layers[i].shift);
    } else if (i > 0 && cell.registry == "seeded") {
      RandomStream stream(seed, "registry/" + layers[i].name);
      const double u = stream.uniform(), v = stream.uniform();
      shifts[i] = lateral(slab, {u, v});
    } else if (i > 0 && cell.registry == "scan") {
      // The lower layer may be shifted itself; only the difference counts, so the shifts add up.
      shifts[i] = shifts[i - 1] + scanned_shift(layers[i - 1].slab, slab, cell);
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
    const std::size_t next = last ? 0 : i + 1;
    const double gap = last && vacuum ? cell.vacuum : gap_between(layers[i], layers[next], assembled.shifts[next] - assembled.shifts[i], cell);
    top += extent.high - extent.low + gap;
    assembled.seams.push_back({layers[i].name, layers[next].name, gap, last && vacuum});
  }
  structure.cell = Cell(box_rows(layers.front().slab.plane, top));
  for (Cartesian& r : structure.positions) r = structure.cell.wrapped(r);
  return assembled;
}

}  // namespace lamella
