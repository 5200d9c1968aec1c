#pragma once
#include <functional>

#include "lattice/structure.hpp"

namespace lamella {

/// Every pair of atoms across one seam that is nearer than `reach` (A): `upper` shifted by `shift` (A, in the plane), its lowest atom
/// `gap` A above the highest of `lower`. Periodic in the plane only; both slabs have `lower`'s in-plane cell.
void visit_contacts(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, double reach,
                    const std::function<void(Element below, Element above, double distance)>& visit);

}  // namespace lamella
