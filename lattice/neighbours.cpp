#include "lattice/neighbours.hpp"

#include <algorithm>
#include <cmath>
#include <stdexcept>
#include <tuple>

namespace lamella {

NeighbourGrid::NeighbourGrid(const Cell& cell, std::span<const Cartesian> positions, double cutoff, std::array<bool, 3> periodic)
    : cell_(cell), cutoff_(cutoff), periodic_(periodic), positions_(positions.begin(), positions.end()) {
  if (!(cutoff > 0.0) || !std::isfinite(cutoff)) throw std::invalid_argument("NeighbourGrid: the cut-off must be positive");
  choose_bins(positions_.size());
  sort_into_bins();
}

/// Bins about half as wide as the cut-off (less is looked at in vain than with whole ones, in narrow cells by far), no more of them than atoms: vacuum and huge flat cells must not eat
/// the memory.
void NeighbourGrid::choose_bins(std::size_t atoms) {
  for (int axis = 0; axis < 3; ++axis) {
    if (periodic_[axis] || atoms == 0) continue;
    double low = cell_.to_fractional(positions_[0])[axis], high = low;
    for (const Cartesian& r : positions_) {
      const double f = cell_.to_fractional(r)[axis];
      low = std::min(low, f);
      high = std::max(high, f);
    }
    low_[axis] = low - 1e-9;
    span_[axis] = high - low + 2e-9;
  }
  const Vec3 widths = cell_.heights().cwiseProduct(span_);
  const double most = std::max<double>(64.0, static_cast<double>(atoms));
  double side = 0.5 * cutoff_;
  auto count = [&](int axis) { return std::max(1.0, std::floor(widths[axis] / side)); };
  while (count(0) * count(1) * count(2) > most) side *= 1.25;
  for (int axis = 0; axis < 3; ++axis) {
    bins_[axis] = static_cast<int>(count(axis));
    const double reach = std::ceil(cutoff_ * (1.0 + 1e-12) * bins_[axis] / widths[axis] + 1e-9);
    reach_[axis] = static_cast<int>(periodic_[axis] ? reach : std::min<double>(reach, bins_[axis]));
  }
}

NeighbourGrid::Home NeighbourGrid::home_of(const Cartesian& point) const {
  const Fractional f = cell_.to_fractional(point);
  Home home{};
  for (int axis = 0; axis < 3; ++axis) {
    double x = (f[axis] - low_[axis]) / span_[axis];
    if (periodic_[axis]) {
      home.image[axis] = static_cast<int>(std::floor(x));
      x -= home.image[axis];
      home.bin[axis] = std::min(static_cast<int>(x * bins_[axis]), bins_[axis] - 1);
    } else {
      // A point outside starts at the outermost bin: all it can meet lies within the reach of that one; distances decide.
      home.bin[axis] = static_cast<int>(std::clamp(std::floor(x * bins_[axis]), 0.0, bins_[axis] - 1.0));
    }
  }
  return home;
}

void NeighbourGrid::sort_into_bins() {
  std::vector<std::size_t> bin_of(positions_.size());
  images_.resize(positions_.size());
  start_.assign(std::size_t(bins_[0]) * bins_[1] * bins_[2] + 1, 0);
  for (std::size_t i = 0; i < positions_.size(); ++i) {
    Home home = home_of(positions_[i]);
    for (int axis = 0; axis < 3; ++axis) home.bin[axis] = std::clamp(home.bin[axis], 0, bins_[axis] - 1);
    images_[i] = home.image;
    bin_of[i] = (std::size_t(home.bin[0]) * bins_[1] + home.bin[1]) * bins_[2] + home.bin[2];
    ++start_[bin_of[i] + 1];
  }
  for (std::size_t b = 1; b < start_.size(); ++b) start_[b] += start_[b - 1];
  members_.resize(positions_.size());
  std::vector<int> next(start_.begin(), start_.end() - 1);
  for (std::size_t i = 0; i < positions_.size(); ++i) members_[next[bin_of[i]]++] = static_cast<int>(i);
}

void NeighbourGrid::collect(const Cartesian& centre, const Home& home, int skip, std::vector<Neighbour>& found) const {
  found.clear();
  const double limit = cutoff_ * cutoff_;
  std::array<int, 3> step, bin, turn;
  // The bin met `step` bins away and how often the periodic boundary was crossed on the way; false where nothing is.
  auto met = [&](int axis) {
    const int at = home.bin[axis] + step[axis];
    turn[axis] = periodic_[axis] ? (at >= 0 ? at / bins_[axis] : -((bins_[axis] - 1 - at) / bins_[axis])) : 0;
    bin[axis] = at - turn[axis] * bins_[axis];
    return bin[axis] >= 0 && bin[axis] < bins_[axis];
  };
  const auto translation = [&](const std::array<int, 3>& shift) { return Vec3(cell_.rows().transpose() * Vec3(shift[0], shift[1], shift[2])); };
  for (step[0] = -reach_[0]; step[0] <= reach_[0]; ++step[0]) {
    if (!met(0)) continue;
    for (step[1] = -reach_[1]; step[1] <= reach_[1]; ++step[1]) {
      if (!met(1)) continue;
      for (step[2] = -reach_[2]; step[2] <= reach_[2]; ++step[2]) {
        if (!met(2)) continue;
        const std::size_t b = (std::size_t(bin[0]) * bins_[1] + bin[1]) * bins_[2] + bin[2];
        // Atoms given inside the cell, as most are, all lie behind the same translation.
        const std::array<int, 3> shift_inside = {turn[0] + home.image[0], turn[1] + home.image[1], turn[2] + home.image[2]};
        const Vec3 translation_inside = translation(shift_inside);
        for (int m = start_[b]; m < start_[b + 1]; ++m) {
          const int j = members_[m];
          const std::array<int, 3>& image = images_[j];
          const bool inside = (image[0] | image[1] | image[2]) == 0;
          const std::array<int, 3> shift = inside ? shift_inside : std::array<int, 3>{shift_inside[0] - image[0], shift_inside[1] - image[1], shift_inside[2] - image[2]};
          if (j == skip && shift == std::array<int, 3>{0, 0, 0}) continue;
          const Vec3 there = positions_[j].vec() + (inside ? translation_inside : translation(shift));
          const Vec3 vector = there - centre.vec();
          const double d2 = vector.squaredNorm();
          if (d2 <= limit) found.push_back({j, shift, vector, std::sqrt(d2)});
        }
      }
    }
  }
  std::sort(found.begin(), found.end(), [](const Neighbour& p, const Neighbour& q) {
    return std::tie(p.distance, p.index, p.shift) < std::tie(q.distance, q.index, q.shift);
  });
}

void NeighbourGrid::around_atom(int i, std::vector<Neighbour>& found) const {
  Home home = home_of(positions_[i]);
  collect(positions_[i], home, i, found);
}

void NeighbourGrid::around_point(const Cartesian& point, std::vector<Neighbour>& found) const { collect(point, home_of(point), -1, found); }

std::vector<std::vector<Neighbour>> neighbour_lists(const Cell& cell, std::span<const Cartesian> positions, double cutoff, std::array<bool, 3> periodic) {
  const NeighbourGrid grid(cell, positions, cutoff, periodic);
  std::vector<std::vector<Neighbour>> lists(positions.size());
  std::vector<Neighbour> found;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    grid.around_atom(static_cast<int>(i), found);
    lists[i].assign(found.begin(), found.end());  // exact size: many short lists
  }
  return lists;
}

}  // namespace lamella
