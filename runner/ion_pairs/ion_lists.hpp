#pragma once
#include <vector>

#include "runner/ion_pairs/ion_pairs.hpp"

namespace lamella {

/// Full neighbour lists of the first `nlocal` of `nall` points, sorted by the neighbours' type and filled up to whole blocks of eight with the
/// index `nall`. Periodic images are points of their own (LAMMPS's ghosts). The same order for the same input.
class IonLists {
 public:
  /// `points` as in IonSystem; `type` from 0; `cutoff` in A.
  void build(const double* points, const int* type, int nlocal, int nall, int types, double cutoff, IonSearch search);

  const int* neighbours() const { return neighbours_.data(); }
  const long* first() const { return first_.data(); }
  const int* count() const { return count_.data(); }

 private:
  void choose_cells(const double* points, int nall, double edge);
  void sort_points(const double* points, const int* type, int nall, int types);
  /// Points of type t in the cells about cell (cx, cy, cz).
  void gather(int cx, int cy, int cz, int t);

  double low_[3] = {}, per_length_[3] = {};
  int cells_[3] = {1, 1, 1};
  std::vector<int> cell_of_, start_, members_;  // start_: by type, then cell
  std::vector<double> sorted_[3], near_[3];
  std::vector<int> near_index_, neighbours_, count_;
  std::vector<long> first_;
};

}  // namespace lamella
