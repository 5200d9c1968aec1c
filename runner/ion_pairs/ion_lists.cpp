#include "runner/ion_pairs/ion_lists.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {
namespace {

constexpr int reach = 2;  // cells to each side: half a cut-off each

}  // namespace

void IonLists::choose_cells(const double* points, int nall, double edge) {
  double length[3];
  for (int k = 0; k < 3; ++k) {
    double high = low_[k] = nall ? points[k] : 0.0;
    for (int i = 1; i < nall; ++i) {
      low_[k] = std::min(low_[k], points[4 * std::size_t(i) + k]);
      high = std::max(high, points[4 * std::size_t(i) + k]);
    }
    length[k] = high - low_[k];
  }
  // No more cells than points in all, however thinly they are spread.
  const auto cells_along = [&](int k) { return std::max(1.0, std::floor(length[k] / edge)); };
  while (cells_along(0) * cells_along(1) * cells_along(2) > std::max(1000.0, 4.0 * nall)) edge *= 1.5;
  for (int k = 0; k < 3; ++k) {
    cells_[k] = static_cast<int>(cells_along(k));
    per_length_[k] = length[k] > 0.0 ? cells_[k] / length[k] : 0.0;
  }
}

void IonLists::sort_points(const double* points, const int* type, int nall, int types) {
  const std::size_t cells = std::size_t(cells_[0]) * cells_[1] * cells_[2];
  start_.assign(cells * types + 1, 0);
  cell_of_.resize(nall);
  for (int i = 0; i < nall; ++i) {
    int c[3];
    for (int k = 0; k < 3; ++k) c[k] = std::clamp(static_cast<int>((points[4 * std::size_t(i) + k] - low_[k]) * per_length_[k]), 0, cells_[k] - 1);
    cell_of_[i] = (c[2] * cells_[1] + c[1]) * cells_[0] + c[0];
    ++start_[type[i] * cells + cell_of_[i] + 1];
  }
  for (std::size_t c = 1; c < start_.size(); ++c) start_[c] += start_[c - 1];
  members_.resize(nall);
  for (std::vector<double>& s : sorted_) s.resize(nall);
  std::vector<int> next(start_.begin(), start_.end() - 1);
  for (int i = 0; i < nall; ++i) {
    const int slot = next[type[i] * cells + cell_of_[i]]++;
    members_[slot] = i;
    for (int k = 0; k < 3; ++k) sorted_[k][slot] = points[4 * std::size_t(i) + k];
  }
}

void IonLists::gather(int cx, int cy, int cz, int t) {
  const std::size_t cells = std::size_t(cells_[0]) * cells_[1] * cells_[2];
  near_index_.clear();
  for (std::vector<double>& n : near_) n.clear();
  const int x0 = std::max(cx - reach, 0), x1 = std::min(cx + reach, cells_[0] - 1);
  for (int z = std::max(cz - reach, 0); z <= std::min(cz + reach, cells_[2] - 1); ++z)
    for (int y = std::max(cy - reach, 0); y <= std::min(cy + reach, cells_[1] - 1); ++y) {
      const std::size_t row = t * cells + (std::size_t(z) * cells_[1] + y) * cells_[0];
      const int begin = start_[row + x0], end = start_[row + x1 + 1];  // cells along x lie side by side
      near_index_.insert(near_index_.end(), members_.begin() + begin, members_.begin() + end);
      for (int k = 0; k < 3; ++k) near_[k].insert(near_[k].end(), sorted_[k].begin() + begin, sorted_[k].begin() + end);
    }
}

void IonLists::build(const double* points, const int* type, int nlocal, int nall, int types, double cutoff, IonSearch search) {
  choose_cells(points, nall, cutoff / reach);
  sort_points(points, type, nall, types);
  first_.assign(std::size_t(nlocal) * types, 0);
  count_.assign(std::size_t(nlocal) * types, 0);
  const int cells = cells_[0] * cells_[1] * cells_[2];
  std::vector<std::vector<int>> home(cells);
  for (int i = 0; i < nlocal; ++i) home[cell_of_[i]].push_back(i);
  long used = 0;
  for (int cell = 0; cell < cells; ++cell) {
    if (home[cell].empty()) continue;
    for (int t = 0; t < types; ++t) {
      gather(cell % cells_[0], cell / cells_[0] % cells_[1], cell / cells_[0] / cells_[1], t);
      const int candidates = static_cast<int>(near_index_.size());
      near_index_.resize(candidates + 8);
      for (std::vector<double>& n : near_) n.resize(candidates + 8);
      const IonCandidates near = {near_[0].data(), near_[1].data(), near_[2].data(), near_index_.data(), candidates};
      for (const int i : home[cell]) {
        if (neighbours_.size() < std::size_t(used) + candidates + 16) neighbours_.resize(2 * (used + candidates + 16));
        int found = search(near, points + 4 * std::size_t(i), cutoff * cutoff, i, neighbours_.data() + used);
        while (found % 8 != 0) neighbours_[used + found++] = nall;
        first_[std::size_t(i) * types + t] = used;
        count_[std::size_t(i) * types + t] = found;
        used += found;
      }
    }
  }
}

}  // namespace lamella
