#include "lattice/closest_pairs.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <stdexcept>

namespace lamella {
namespace {

/// Atoms sorted by bin, as plain arrays that the innermost loop runs along.
struct Bins {
  std::array<int, 3> count{1, 1, 1}, reach{1, 1, 1};
  std::vector<std::size_t> start;
  std::vector<double> x, y, z;
  std::vector<int> kind, atom;
  std::size_t index(const std::array<int, 3>& bin) const { return (static_cast<std::size_t>(bin[0]) * count[1] + bin[1]) * count[2] + bin[2]; }
};

/// As wide as `reach`, and no more of them than atoms: a box of vacuum must not eat the memory.
void choose_counts(Bins& bins, const Vec3& heights, std::size_t atoms, double reach) {
  double side = reach;
  const auto count = [&](int axis) { return std::max(1.0, std::floor(heights[axis] / side)); };
  while (count(0) * count(1) * count(2) > std::max(64.0, static_cast<double>(atoms))) side *= 1.25;
  for (int axis = 0; axis < 3; ++axis) {
    bins.count[axis] = static_cast<int>(count(axis));
    bins.reach[axis] = static_cast<int>(std::ceil(reach * (1.0 + 1e-12) * bins.count[axis] / heights[axis]));
  }
}

Bins sorted_into_bins(const Structure& structure, const std::vector<int>& kinds, double reach) {
  Bins bins;
  const std::size_t n = structure.size();
  choose_counts(bins, structure.cell.heights(), n, reach);
  std::vector<std::size_t> home(n);
  std::vector<Cartesian> wrapped(n);
  bins.start.assign(static_cast<std::size_t>(bins.count[0]) * bins.count[1] * bins.count[2] + 1, 0);
  for (std::size_t i = 0; i < n; ++i) {
    const Fractional f = structure.cell.to_fractional(structure.positions[i]);
    const Fractional inside(wrapped_unit(f.x()), wrapped_unit(f.y()), wrapped_unit(f.z()));
    std::array<int, 3> bin;
    for (int axis = 0; axis < 3; ++axis) bin[axis] = std::min(static_cast<int>(inside[axis] * bins.count[axis]), bins.count[axis] - 1);
    wrapped[i] = structure.cell.to_cartesian(inside);
    home[i] = bins.index(bin);
    ++bins.start[home[i] + 1];
  }
  for (std::size_t b = 1; b < bins.start.size(); ++b) bins.start[b] += bins.start[b - 1];
  std::vector<std::size_t> next(bins.start.begin(), bins.start.end() - 1);
  for (auto* array : {&bins.x, &bins.y, &bins.z}) array->resize(n);
  for (auto* array : {&bins.kind, &bins.atom}) array->resize(n);
  for (std::size_t i = 0; i < n; ++i) {
    const std::size_t place = next[home[i]]++;
    bins.x[place] = wrapped[i].x();
    bins.y[place] = wrapped[i].y();
    bins.z[place] = wrapped[i].z();
    bins.kind[place] = kinds[structure.elements[i].number()];
    bins.atom[place] = static_cast<int>(i);
  }
  return bins;
}

/// The smallest squared distance so far of every pair of kinds, and whose it is.
class Closest {
 public:
  Closest(std::size_t kinds, double reach) : kinds_(kinds), squared_(kinds * kinds, std::nextafter(reach * reach, 2.0 * reach * reach)), pair_(kinds * kinds, {-1, -1}) {}
  const double* row(int kind) const { return &squared_[static_cast<std::size_t>(kind) * kinds_]; }
  void improve(int a, int b, double squared, int i, int j) {
    set(a, b, squared, i, j);
    set(b, a, squared, j, i);
  }
  double squared(std::size_t a, std::size_t b) const { return squared_[a * kinds_ + b]; }
  std::array<int, 2> pair(std::size_t a, std::size_t b) const { return pair_[a * kinds_ + b]; }

 private:
  void set(int a, int b, double squared, int i, int j) {
    const std::size_t at = static_cast<std::size_t>(a) * kinds_ + static_cast<std::size_t>(b);
    squared_[at] = squared;
    pair_[at] = {i, j};
  }
  std::size_t kinds_;
  std::vector<double> squared_;
  std::vector<std::array<int, 2>> pair_;
};

/// All pairs of an atom of bin `here` and one of bin `there` moved by `shift`; within one bin each pair once.
void compare_bins(const Bins& bins, std::size_t here, std::size_t there, const Vec3& shift, bool same, Closest& closest) {
  for (std::size_t i = bins.start[here]; i < bins.start[here + 1]; ++i) {
    const double x = bins.x[i] - shift.x(), y = bins.y[i] - shift.y(), z = bins.z[i] - shift.z();
    const double* const best = closest.row(bins.kind[i]);
    for (std::size_t j = same ? i + 1 : bins.start[there]; j < bins.start[there + 1]; ++j) {
      const double dx = bins.x[j] - x, dy = bins.y[j] - y, dz = bins.z[j] - z, squared = dx * dx + dy * dy + dz * dz;
      if (squared < best[bins.kind[j]]) closest.improve(bins.kind[i], bins.kind[j], squared, bins.atom[i], bins.atom[j]);
    }
  }
}

/// `bin` with the bins ahead of it: of each two opposite steps one is taken, so that every pair of bins, images included, meets once.
void compare_with_neighbours(const Bins& bins, const Mat3& rows, const std::array<int, 3>& bin, Closest& closest) {
  const std::array<int, 3>& r = bins.reach;
  for (int p = 0; p <= r[0]; ++p)
    for (int q = p == 0 ? 0 : -r[1]; q <= r[1]; ++q)
      for (int s = p == 0 && q == 0 ? 0 : -r[2]; s <= r[2]; ++s) {
        const std::array<int, 3> step{p, q, s};
        std::array<int, 3> there;
        Vec3 turns;
        for (int axis = 0; axis < 3; ++axis) {
          const int at = bin[axis] + step[axis], n = bins.count[axis], turn = at >= 0 ? at / n : -((n - 1 - at) / n);
          there[axis] = at - turn * n;
          turns[axis] = turn;
        }
        compare_bins(bins, bins.index(bin), bins.index(there), rows.transpose() * turns, p == 0 && q == 0 && s == 0, closest);
      }
}

}  // namespace

std::vector<ClosestPair> closest_pairs(const Structure& structure, double reach) {
  if (!(reach > 0.0) || !std::isfinite(reach)) throw std::invalid_argument("closest_pairs: the reach must be positive");
  std::vector<Element> elements;
  for (const FormulaTerm& term : formula_of(structure.elements)) elements.push_back(term.element);
  std::sort(elements.begin(), elements.end());
  std::vector<int> kinds(256, 0);
  for (std::size_t k = 0; k < elements.size(); ++k) kinds[elements[k].number()] = static_cast<int>(k);

  const Bins bins = sorted_into_bins(structure, kinds, reach);
  Closest closest(elements.size(), reach);
  std::array<int, 3> bin;
  for (bin[0] = 0; bin[0] < bins.count[0]; ++bin[0])
    for (bin[1] = 0; bin[1] < bins.count[1]; ++bin[1])
      for (bin[2] = 0; bin[2] < bins.count[2]; ++bin[2]) compare_with_neighbours(bins, structure.cell.rows(), bin, closest);

  std::vector<ClosestPair> found;
  for (std::size_t a = 0; a < elements.size(); ++a)
    for (std::size_t b = a; b < elements.size(); ++b)
      if (const auto [i, j] = closest.pair(a, b); i >= 0) found.push_back({elements[a], elements[b], std::sqrt(closest.squared(a, b)), i, j});
  return found;
}

}  // namespace lamella
