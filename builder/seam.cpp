#include "builder/seam.hpp"

#include "lattice/neighbours.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {

void visit_contacts(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, double reach,
                    const std::function<void(Element below, Element above, double distance)>& visit) {
  const double high = extent_of(lower).high, low = extent_of(upper).low;
  std::vector<Cartesian> face;
  std::vector<Element> elements;
  for (std::size_t i = 0; i < lower.size(); ++i)
    if (high - lower.positions[i].z() < reach) {
      face.emplace_back(lower.positions[i].x(), lower.positions[i].y(), lower.positions[i].z() - high);
      elements.push_back(lower.elements[i]);
    }
  const NeighbourGrid grid(Cell(box_rows(lower.plane, 4.0 * reach)), face, reach, {true, true, false});
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const double height = upper.positions[i].z() - low + gap;
    if (height > reach) continue;
    grid.around_point({upper.positions[i].x() + shift.x(), upper.positions[i].y() + shift.y(), height}, near);
    for (const Neighbour& n : near) visit(elements[static_cast<std::size_t>(n.index)], upper.elements[i], n.distance);
  }
}

}  // namespace lamella
