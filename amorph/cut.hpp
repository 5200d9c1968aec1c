#pragma once
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// What a cut through a periodic glass left.
struct Cut {
  Slab slab;             ///< `units` whole formula units; z from 0 to thickness (Gibbs)
  std::vector<int> atoms;  ///< of the bulk, in the slab's order
  double lift = 0.0;       ///< A, height in the slab less height in the bulk (of the same periodic image)
  double overlap = 0.0;  ///< A, by how much the two sides of the cut interpenetrate: 0 when a flat plane parts them
};

/// Cuts `units` formula units out of a glass periodic along z, flat at both faces: of all heights the one where whole formula units lie
/// between two planes, or come nearest to it. The thickness is Gibbs's: the volume of those units at the glass's own density, over the area.
/// `bulk.cell` restricted (a along x, b in the xy plane, c along z). Throws std::invalid_argument for more units than the bulk holds.
Cut cut_flat(const Structure& bulk, const Formula& formula, long units);

/// Spread of one face: the rms height of the outermost atoms over a net of columns (2 A wide) of the plane, A.
double face_roughness(const Slab& slab, bool top);

}  // namespace lamella
