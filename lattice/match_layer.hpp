#pragma once
#include "lattice/match.hpp"
#include "lattice/slab.hpp"

namespace lamella {

/// A crystal's (hkl) slab of `repeats` whole repeats as the matcher sees it: surface basis, atoms, thickness, and the
/// plane-stress stiffness in the surface frame where the crystal has elastic constants.
MatchLayer match_layer(const std::string& name, const Crystal& crystal, Miller miller, int repeats);

}  // namespace lamella
