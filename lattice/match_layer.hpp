#pragma once
#include "lattice/match.hpp"
#include "lattice/slab.hpp"

namespace lamella {

/// A crystal's (hkl) slab of `repeats` whole repeats as the matcher sees it: surface basis, atoms, thickness, and the
/// plane-stress stiffness in the surface frame where the crystal has elastic constants.
MatchLayer match_layer(const std::string& name, const Crystal& crystal, Miller miller, int repeats);

/// The same on the lattice of the average structure, all its translations, and how the cells with whole atoms lie in it.
struct AverageLayer {
  MatchLayer layer;
  Int2x2 whole;  ///< basis of the slab with whole atoms = whole * layer.basis, up to a turn; the identity where no site was resolved
  /// Whether slabs with whole atoms have this superlattice of the average one.
  bool holds(const Int2x2& matrix) const;
};
AverageLayer average_match_layer(const std::string& name, const Crystal& crystal, Miller miller, int repeats);

}  // namespace lamella
