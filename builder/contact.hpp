#pragma once
#include "lattice/structure.hpp"

namespace lamella {

/// How near two atoms of different layers may come before relaxation, A. Opposite formal charges: the sum of the covalent radii
/// (10.1039/b801115j), which is a bond. Two anions: 0.9 of the sum of their ionic radii for six neighbours (Shannon 1976,
/// 10.1107/S0567739476001551), about the nearest seen in solids. Anything else: 0.9 of the covalent sum, where they would overlap.
double contact_distance(Element a, Element b);

/// The smallest gap (A) between the topmost atom of `lower` and the lowest of `upper`, shifted laterally by `shift` (A), at which no
/// two atoms are nearer than their contact distance, lateral images included; at least 0.5 A. Both slabs have the same plane.
double gap_by_contacts(const Slab& lower, const Slab& upper, const Vec2& shift);

}  // namespace lamella
