#pragma once
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "observe/trajectory.hpp"

namespace lamella {

/// The atoms of a g(r), by index. The two selections may be equal or overlap.
struct RdfPair {
  std::string name;  ///< "P-O"
  std::vector<int> a, b;
};

/// g(r) of one pair over the frames added so far; arrays run side by side, one entry per shell.
struct RdfResult {
  std::string name;
  std::vector<double> r;             ///< A, middle of the shell
  std::vector<double> g;             ///< mean over frames of V n_AB / (N_A N_B shell volume)
  std::vector<double> coordination;  ///< mean number of B about an A within the shell's outer radius
  std::vector<double> one_pair;      ///< the g that a single ordered pair in the whole run would have made
  double mean_pairs = 0.0;           ///< ordered pairs (A, B) within r_max per frame
  long frames = 0;
};

/// Pair distribution functions by linked cells: exact shells, each frame's own volume, periodic images included to any r_max
/// (also beyond half a cell width), N_A N_B as the normalisation throughout (N_A^2 for like pairs, each pair counted from both
/// sides; an atom is never its own neighbour, its images are). So the g of an ideal gas of N atoms is 1 - 1/N for like pairs.
/// All pairs are counted in one sweep. The counts are whole numbers summed frame by frame: same bytes at any thread count.
class RdfAccumulator {
 public:
  /// Throws Error (bad_input) unless r_max (A) and `bins` are positive and no selection is empty. `atoms` is the number of
  /// atoms of every frame; threads 0: all cores.
  RdfAccumulator(std::vector<RdfPair> pairs, std::size_t atoms, double r_max, int bins, int threads = 0);

  void add(const Cell& cell, std::span<const Cartesian> positions, std::array<bool, 3> periodic = {true, true, true});
  void add(const Frame& frame) { add(frame.cell, frame.positions, frame.periodic); }
  /// Several frames at once: the fast way.
  void add(std::span<const Frame> frames);

  long frames() const { return frames_; }
  RdfResult result(std::size_t pair) const;
  std::vector<RdfResult> results() const;

 private:
  void group_atoms(std::size_t atoms);
  void merge(const std::vector<std::uint64_t>& counts, double volume);

  std::vector<RdfPair> pairs_;
  double r_max_;
  int bins_, threads_;
  std::vector<int> group_of_;                        // of each atom; -1: in no selection
  int groups_ = 0;
  std::vector<std::vector<int>> in_a_, in_b_;        // groups of each pair's selections
  std::vector<std::vector<double>> weighted_, plain_;  // per pair and shell: sum of V n and of n
  double volume_sum_ = 0.0;
  long frames_ = 0;
};

}  // namespace lamella
