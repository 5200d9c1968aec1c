#pragma once
#include <array>
#include <span>
#include <vector>

#include "lattice/cell.hpp"

namespace lamella {

/// One neighbour of a centre: r_j + shift.cell - r_i = `vector` (A), of length `distance`.
struct Neighbour {
  int index;
  std::array<int, 3> shift;
  Vec3 vector;
  double distance;
};

/// Full neighbour lists (each pair from both sides) of all atoms within `cutoff` (A), periodic images included: right for
/// any triclinic cell, also one smaller than the cut-off, where an atom may neighbour its own images. Linked cells, O(N).
/// `periodic` says along which of a, b, c there are images. Lists are sorted by (distance, index, shift).
std::vector<std::vector<Neighbour>> neighbour_lists(const Cell& cell, std::span<const Cartesian> positions, double cutoff,
                                                    std::array<bool, 3> periodic = {true, true, true});

}  // namespace lamella
