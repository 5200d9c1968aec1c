#include "builder/seam.hpp"

#include <optional>

#include "lattice/neighbours.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {

namespace {

/// Pairs nearer than `reach` with the upper slab `gap` above the lower, or, without a gap, with both faces laid flat on one another.
template <class Visit>
void walk(const Slab& lower, const Slab& upper, std::optional<double> gap, const Vec2& shift, double reach, const Visit& visit) {
  const double high = extent_of(lower).high, low = extent_of(upper).low;
  std::vector<Cartesian> face;
  std::vector<std::size_t> atoms;
  for (std::size_t i = 0; i < lower.size(); ++i) {
    const double depth = high - lower.positions[i].z();
    if (!(depth < reach)) continue;
    face.emplace_back(lower.positions[i].x(), lower.positions[i].y(), gap ? -depth : 0.0);
    atoms.push_back(i);
  }
  const NeighbourGrid grid(Cell(box_rows(lower.plane, 4.0 * reach)), face, reach, {true, true, false});
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const double depth = upper.positions[i].z() - low;
    if (depth + gap.value_or(0.0) > reach) continue;
    grid.around_point({upper.positions[i].x() + shift.x(), upper.positions[i].y() + shift.y(), gap ? depth + *gap : 0.0}, near);
    for (const Neighbour& n : near) visit(atoms[static_cast<std::size_t>(n.index)], i, n.distance);
  }
}

}  // namespace

void visit_across(const Slab& lower, const Slab& upper, const Vec2& shift, double reach, const std::function<void(const AcrossSeam&)>& visit) {
  const double high = extent_of(lower).high, low = extent_of(upper).low;
  walk(lower, upper, std::nullopt, shift, reach, [&](std::size_t below, std::size_t above, double lateral) {
    visit({lower.elements[below], upper.elements[above], lateral, upper.positions[above].z() - low + high - lower.positions[below].z()});
  });
}

void visit_contacts(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, double reach,
                    const std::function<void(Element below, Element above, double distance)>& visit) {
  walk(lower, upper, gap, shift, reach, [&](std::size_t below, std::size_t above, double distance) { visit(lower.elements[below], upper.elements[above], distance); });
}

}  // namespace lamella
