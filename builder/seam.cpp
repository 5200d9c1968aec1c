#include "builder/seam.hpp"

#include <cmath>

#include "lattice/neighbours.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {

void visit_across(const Slab& lower, const Slab& upper, const Vec2& shift, double reach, const std::function<void(const AcrossSeam&)>& visit) {
  const double high = extent_of(lower).high, low = extent_of(upper).low;
  std::vector<Cartesian> face;
  std::vector<std::size_t> atoms;
  for (std::size_t i = 0; i < lower.size(); ++i)
    if (high - lower.positions[i].z() < reach) {
      face.emplace_back(lower.positions[i].x(), lower.positions[i].y(), 0.0);
      atoms.push_back(i);
    }
  const NeighbourGrid grid(Cell(box_rows(lower.plane, 4.0 * reach)), face, reach, {true, true, false});
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const double above = upper.positions[i].z() - low;
    if (above > reach) continue;
    grid.around_point({upper.positions[i].x() + shift.x(), upper.positions[i].y() + shift.y(), 0.0}, near);
    for (const Neighbour& n : near) {
      const std::size_t j = atoms[static_cast<std::size_t>(n.index)];
      visit({lower.elements[j], upper.elements[i], n.distance, above + high - lower.positions[j].z()});
    }
  }
}

void visit_contacts(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, double reach,
                    const std::function<void(Element below, Element above, double distance)>& visit) {
  visit_across(lower, upper, shift, reach, [&](const AcrossSeam& pair) {
    const double distance = std::hypot(pair.lateral, pair.depth + gap);
    if (distance < reach) visit(pair.below, pair.above, distance);
  });
}

}  // namespace lamella
