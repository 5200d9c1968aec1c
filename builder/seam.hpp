#pragma once
#include <functional>

#include "lattice/structure.hpp"

namespace lamella {

/// Two atoms on either side of a seam: `lateral`: A between them in the plane; `depth`: A, the sum of their depths below their own faces.
/// With a gap of g the two are hypot(lateral, depth + g) apart.
struct AcrossSeam {
  Element below, above;
  double lateral, depth;
};

/// Every pair of atoms across one seam, `upper` shifted by `shift` (A, in the plane), that is laterally nearer than `reach` (A), each
/// less than `reach` below its face. Lateral images count; both slabs have `lower`'s in-plane cell.
void visit_across(const Slab& lower, const Slab& upper, const Vec2& shift, double reach, const std::function<void(const AcrossSeam&)>& visit);

/// Every pair of atoms across one seam that is nearer than `reach` (A), the lowest atom of `upper` being `gap` A above the highest of `lower`.
void visit_contacts(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, double reach,
                    const std::function<void(Element below, Element above, double distance)>& visit);

}  // namespace lamella
