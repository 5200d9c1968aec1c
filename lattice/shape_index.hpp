#pragma once
#include <algorithm>
#include <cmath>
#include <vector>

#include "lattice/superlattice.hpp"

namespace lamella {

/// The superlattices of one layer, ready to be asked which of them a linear map with singular values in a window carries
/// onto a given lattice. A map between bases of areas A' -> A and shapes t', t has singular values
/// sqrt(A/A') exp(+-d/2), d the hyperbolic distance of the shapes: sinh^2(d/2) = |t - t'|^2 / (4 y y'). So the search is
/// a range query in the half-plane instead of a loop over pairs of bases.
class ShapeIndex {
 public:
  /// Keeps `lattices` (sorted by index). `low`, `high`: the window of singular values.
  ShapeIndex(std::vector<Superlattice> lattices, double low, double high);

  struct Found {
    int lattice;   ///< position in `lattices()`
    Int2x2 matrix; ///< its basis, in primitive vectors, that corresponds to the target's reduced basis
  };
  /// Appends every basis of every superlattice that the window admits, by increasing `lattice`.
  void onto(const Superlattice& target, std::vector<Found>& found) const;

  const std::vector<Superlattice>& lattices() const { return lattices_; }

 private:
  struct Image {
    double y, x;
    int lattice;
    Int2x2 matrix;
  };
  std::vector<Superlattice> lattices_;
  std::vector<std::vector<Image>> images_;  ///< by index (cells per superlattice), sorted by y
  double primitive_ = 1.0;                  ///< area of one cell, A^2
  double low_, high_;
};

}  // namespace lamella
