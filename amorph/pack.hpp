#pragma once
#include <cstdint>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// Where atoms may be packed: the whole height of the cell, periodic, or between two heights of it (A) for a film.
struct PackRoom {
  double low = 0.0, high = 0.0;
  bool film = false;
};

/// The smallest distance a packing may leave between two elements, A: 0.8 of the sum of their ionic radii (Shannon,
/// 10.1107/S0567739476001551, coordination 6; covalent radii where none is tabulated); two cations the whole sum, at least 1.6.
double packing_distance(Element a, Element b);

/// `elements` at seeded random places of `cell` (any shape), no pair closer than packing_distance: a jittered lattice with its sites
/// drawn at random, then pushed apart. Deterministic. Throws Error (bad_input) where the density leaves no room.
std::vector<Cartesian> pack_at_random(const Cell& cell, const std::vector<Element>& elements, const PackRoom& room, std::uint64_t seed);

}  // namespace lamella
