#pragma once
#include <array>
#include <cstdint>
#include <span>
#include <vector>

#include "lattice/cell.hpp"

namespace lamella {

/// Atoms of one frame sorted into bins, with the periodic images that a search to r_max needs laid out beside them, so that
/// the inner loop runs over contiguous memory and knows nothing of periodicity.
class PairGrid {
 public:
  /// group_of[i] < 0 leaves atom i out. r_max in A. Throws Error (bad_input) if the images would need more than 2^28 places.
  PairGrid(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> group_of, double r_max, std::array<bool, 3> periodic);

  /// Adds to counts[(group_i * groups + group_j) * bins + shell] every unordered pair once (in one of its two orders), for
  /// first atoms in the bins' slab `part` of `parts`.
  void count(std::span<std::uint64_t> counts, int groups, int bins, int part, int parts) const;

 private:
  void choose_bins(const Cell& cell, std::size_t atoms, std::array<bool, 3> periodic);
  void lay_out(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> group_of, std::array<bool, 3> periodic);
  std::size_t place(int a, int b, int c) const { return (std::size_t(a) * padded_[1] + b) * padded_[2] + c; }

  double r_max_;
  std::array<int, 3> bins_{1, 1, 1}, reach_{1, 1, 1}, padded_{1, 1, 1};
  std::vector<std::uint32_t> start_;  // of each padded bin
  std::vector<double> x_, y_, z_;
  std::vector<int> group_;
};

}  // namespace lamella
