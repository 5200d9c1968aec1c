#pragma once
#include <span>
#include <vector>

#include "lattice/neighbours.hpp"

namespace lamella {

/// Neighbour grids over the same points, each reaching `factor` times as far as the one before, made when first asked for: for centres of which a few must
/// look further than the rest. The points outlive it.
class GridLadder {
 public:
  /// `reach` of the first grid in A.
  GridLadder(const Cell& cell, std::span<const Cartesian> points, double reach, double factor, std::array<bool, 3> periodic)
      : cell_(cell), points_(points), next_(reach), factor_(factor), periodic_(periodic) {}

  /// The k-th grid, from 0.
  const NeighbourGrid& rung(std::size_t k) {
    for (; rungs_.size() <= k; next_ *= factor_) rungs_.emplace_back(cell_, points_, next_, periodic_);
    return rungs_[k];
  }

 private:
  Cell cell_;
  std::span<const Cartesian> points_;
  double next_, factor_;
  std::array<bool, 3> periodic_;
  std::vector<NeighbourGrid> rungs_;
};

}  // namespace lamella
