#include "runner/ghost_neighbours.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {

void GhostNeighbours::choose_cells(const double* x, double cutoff) {
  double high[3];
  for (int k = 0; k < 3; ++k) {
    low_[k] = high[k] = nall_ ? x[k] : 0.0;
    for (int i = 1; i < nall_; ++i) {
      low_[k] = std::min(low_[k], x[3 * std::size_t(i) + k]);
      high[k] = std::max(high[k], x[3 * std::size_t(i) + k]);
    }
  }
  // No more cells than points in all, however thinly they are spread.
  double edge = cutoff;
  const auto cells_along = [&](int k) { return std::max(1.0, std::floor((high[k] - low_[k]) / edge)); };
  while (cells_along(0) * cells_along(1) * cells_along(2) > std::max(1000.0, 4.0 * nall_)) edge *= 1.5;
  for (int k = 0; k < 3; ++k) {
    cells_[k] = static_cast<int>(cells_along(k));
    const double length = high[k] - low_[k];
    per_length_[k] = length > 0.0 ? cells_[k] / length : 0.0;
  }
}

int GhostNeighbours::cell_of(const double* r) const {
  int c[3];
  for (int k = 0; k < 3; ++k) c[k] = std::clamp(static_cast<int>((r[k] - low_[k]) * per_length_[k]), 0, cells_[k] - 1);
  return (c[2] * cells_[1] + c[1]) * cells_[0] + c[0];
}

void GhostNeighbours::sort_into_cells(const double* x, const int* type) {
  const std::size_t cells = std::size_t(cells_[0]) * cells_[1] * cells_[2];
  start_.assign(cells + 1, 0);
  cell_of_point_.resize(nall_);
  for (int i = 0; i < nall_; ++i) {
    cell_of_point_[i] = type[i] < 0 ? -1 : cell_of(x + 3 * std::size_t(i));
    if (type[i] >= 0) ++start_[cell_of_point_[i] + 1];
  }
  for (std::size_t c = 0; c < cells; ++c) start_[c + 1] += start_[c];
  members_.resize(start_[cells]);
  packed_.resize(3 * members_.size());
  std::vector<int> next(start_.begin(), start_.end() - 1);
  for (int i = 0; i < nall_; ++i) {
    if (type[i] < 0) continue;
    const std::size_t slot = next[cell_of_point_[i]]++;
    members_[slot] = i;
    std::copy_n(x + 3 * std::size_t(i), 3, &packed_[3 * slot]);
  }
}

void GhostNeighbours::append_neighbours(const double* x, int i, double cutoff_squared) {
  const double* r = x + 3 * std::size_t(i);
  const int home = cell_of_point_[i];
  const int cx = home % cells_[0], cy = home / cells_[0] % cells_[1], cz = home / cells_[0] / cells_[1];
  const int x0 = std::max(cx - 1, 0), x1 = std::min(cx + 1, cells_[0] - 1);
  for (int z = std::max(cz - 1, 0); z <= std::min(cz + 1, cells_[2] - 1); ++z) {
    for (int y = std::max(cy - 1, 0); y <= std::min(cy + 1, cells_[1] - 1); ++y) {
      const std::size_t row = (std::size_t(z) * cells_[1] + y) * cells_[0];
      for (int slot = start_[row + x0]; slot < start_[row + x1 + 1]; ++slot) {  // cells along x lie side by side
        const double dx = packed_[3 * std::size_t(slot)] - r[0], dy = packed_[3 * std::size_t(slot) + 1] - r[1],
                     dz = packed_[3 * std::size_t(slot) + 2] - r[2];
        if (dx * dx + dy * dy + dz * dz < cutoff_squared && members_[slot] != i) entries_.push_back(members_[slot]);
      }
    }
  }
}

void GhostNeighbours::build(const double* x, const int* type, int nlocal, int nall, double cutoff) {
  nall_ = nall;
  choose_cells(x, cutoff);
  sort_into_cells(x, type);
  entries_.clear();
  offset_.assign(1, 0);
  for (int i = 0; i < nlocal; ++i) {
    if (type[i] >= 0) append_neighbours(x, i, cutoff * cutoff);
    offset_.push_back(entries_.size());
  }
  first_.resize(nlocal);
  count_.resize(nlocal);
  for (int i = 0; i < nlocal; ++i) {
    first_[i] = entries_.data() + offset_[i];
    count_[i] = static_cast<int>(offset_[i + 1] - offset_[i]);
  }
}

double GhostNeighbours::memory() const {
  return static_cast<double>(entries_.capacity() + members_.capacity() + cell_of_point_.capacity() + start_.capacity() + count_.capacity()) * sizeof(int) +
         static_cast<double>(packed_.capacity() + offset_.capacity() + first_.capacity()) * sizeof(double);
}

}  // namespace lamella
