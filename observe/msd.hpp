#pragma once
#include <string>
#include <vector>

#include "observe/unwrap.hpp"

namespace lamella {

/// Atoms whose displacements are averaged together.
struct MsdGroup {
  std::string name;         ///< "Li of coating"
  std::vector<int> atoms;
};

/// Mean square displacement over all time origins and all atoms of a group, by lag 0, 1, 2, ... frames.
struct MsdCurve {
  std::vector<double> in_plane;  ///< A^2, x and y together
  std::vector<double> normal;    ///< A^2, along z
  std::size_t size() const { return in_plane.size(); }
  double total(std::size_t lag) const { return in_plane[lag] + normal[lag]; }
};

/// Keeps the paths of some atoms in single precision within a budget of memory: where they would not fit, every second frame
/// is dropped and the spacing doubles, so that a trajectory of any length is analysed.
class PathStore {
 public:
  /// `budget` in bytes.
  PathStore(std::vector<int> atoms, std::size_t budget);
  /// How many frames will come, so that the memory is taken once.
  void expect(std::size_t frames);
  void add(const TrackedFrame& frame);

  std::size_t frames() const { return kept_; }
  long stride() const { return stride_; }
  const std::vector<int>& atoms() const { return atoms_; }
  /// Displacement (A) since the first frame of the k-th atom at the n-th kept frame, drift of the whole system removed, in the
  /// mean cell of the run.
  Vec3 displacement(std::size_t k, std::size_t n) const;
  Mat3 mean_cell() const;

 private:
  void halve();
  std::vector<int> atoms_;
  std::size_t budget_, kept_ = 0;
  long stride_ = 1, seen_ = 0;
  std::vector<Vec3> first_;
  std::vector<float> path_;  // frame by frame, three fractional numbers per atom
  Mat3 cell_sum_ = Mat3::Zero();
};

/// MSD of the store's atoms listed in `members` (indices into store.atoms()) over its kept frames [begin, end), all time
/// origins, by the Wiener-Khinchin theorem (FFT, n log n; Calandrini 2011, 10.1051/sfn/201112010). Same bytes at any thread
/// count; threads 0: all cores.
MsdCurve mean_square_displacement(const PathStore& store, const std::vector<int>& members, std::size_t begin, std::size_t end, int threads = 0);

}  // namespace lamella
