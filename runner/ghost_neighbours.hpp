#pragma once
#include <vector>

namespace lamella {

/// Full neighbour lists of the first `nlocal` of `nall` points by linked cells over their bounding box: periodic images are
/// points of their own (LAMMPS's ghosts). Storage is kept between builds. Order: by cell, then by index: the same for the
/// same input.
class GhostNeighbours {
 public:
  /// `x`: 3 nall, A; `cutoff` in A; points of negative `type` are nobody's neighbour and have none.
  void build(const double* x, const int* type, int nlocal, int nall, double cutoff);

  const int* const* lists() const { return first_.data(); }
  const int* counts() const { return count_.data(); }
  int nall() const { return nall_; }
  /// Bytes held.
  double memory() const;

 private:
  void choose_cells(const double* x, double cutoff);
  int cell_of(const double* r) const;
  void sort_into_cells(const double* x, const int* type);
  void append_neighbours(const double* x, int i, double cutoff_squared);

  int nall_ = 0;
  double low_[3] = {}, per_length_[3] = {};
  int cells_[3] = {1, 1, 1};
  std::vector<int> cell_of_point_, start_, members_;
  std::vector<double> packed_;  // positions in the order of members_
  std::vector<int> entries_, count_;
  std::vector<std::size_t> offset_;
  std::vector<const int*> first_;
};

}  // namespace lamella
