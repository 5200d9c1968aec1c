#pragma once
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// The two atoms of these elements that are nearest to each other, periodic images (an atom's own included) counted.
struct ClosestPair {
  Element a, b;     ///< a <= b by atomic number
  double distance;  ///< A
  int i, j;         ///< atoms of elements a and b
};

/// One entry for every pair of elements that meets within `reach` (A), sorted by elements. Linked cells, each pair of atoms looked
/// at once and no list kept: O(N) time and memory, a second for a million atoms. Any triclinic cell, also one smaller than `reach`.
/// Throws std::invalid_argument unless `reach` is positive and finite.
std::vector<ClosestPair> closest_pairs(const Structure& structure, double reach);

}  // namespace lamella
