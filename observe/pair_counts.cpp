#include "observe/pair_counts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace lamella {
namespace {

constexpr int block = 256;  // candidates looked at together

struct Candidates {
  const double *x, *y, *z;
  const int* group;
  std::uint32_t count;
};

/// The inner loop: squared distances of a block (vectorised), the near ones pressed together, their shells counted.
/// d == r_max belongs to no shell; shell k is [k, k + 1) r_max / bins.
inline __attribute__((always_inline)) void scan_body(double x, double y, double z, const Candidates& others, double limit, double per_shell, int bins,
                                                     std::uint64_t* counts) {
  double square[block], near[block];
  int group[block];
  for (std::uint32_t begin = 0; begin < others.count; begin += block) {
    const int n = static_cast<int>(std::min<std::uint32_t>(block, others.count - begin));
    const double *px = others.x + begin, *py = others.y + begin, *pz = others.z + begin;
    for (int k = 0; k < n; ++k) {
      const double dx = px[k] - x, dy = py[k] - y, dz = pz[k] - z;
      square[k] = dx * dx + dy * dy + dz * dz;
    }
    int found = 0;
    for (int k = 0; k < n; ++k) {
      near[found] = square[k];
      group[found] = others.group[begin + k];
      found += square[k] < limit;
    }
    int shell[block];
    for (int k = 0; k < found; ++k) shell[k] = static_cast<int>(std::sqrt(near[k]) * per_shell);
    for (int k = 0; k < found; ++k) ++counts[group[k] * bins + std::min(shell[k], bins - 1)];
  }
}

using Scan = void (*)(double, double, double, const Candidates&, double, double, int, std::uint64_t*);

void scan_plain(double x, double y, double z, const Candidates& others, double limit, double per_shell, int bins, std::uint64_t* counts) {
  scan_body(x, y, z, others, limit, per_shell, bins, counts);
}

// The same arithmetic, four lanes wide: no fused multiply-add, so the same counts on every machine.
#if defined(__x86_64__)
__attribute__((target("avx2"))) void scan_wide(double x, double y, double z, const Candidates& others, double limit, double per_shell, int bins, std::uint64_t* counts) {
  scan_body(x, y, z, others, limit, per_shell, bins, counts);
}
Scan best_scan() { return __builtin_cpu_supports("avx2") ? scan_wide : scan_plain; }
#else
Scan best_scan() { return scan_plain; }
#endif

}  // namespace

PairGrid::PairGrid(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> group_of, double r_max, std::array<bool, 3> periodic) : r_max_(r_max) {
  choose_bins(cell, positions.size(), periodic);
  lay_out(cell, positions, group_of, periodic);
}

/// Bins half as wide as r_max (less volume to search than with whole ones), not many more of them than atoms.
void PairGrid::choose_bins(const Cell& cell, std::size_t atoms, std::array<bool, 3> periodic) {
  const Vec3 heights = cell.heights();
  double side = 0.5 * r_max_;
  const double most = std::max(64.0, 2.0 * static_cast<double>(atoms));
  auto count = [&](int axis) { return std::max(1.0, std::floor(heights[axis] / side)); };
  while (count(0) * count(1) * count(2) > most) side *= 1.1;
  double places = 1.0;
  for (int axis = 0; axis < 3; ++axis) {
    const double reach = std::ceil(r_max_ * (1.0 + 1e-12) * count(axis) / heights[axis] + 1e-9);
    places *= count(axis) + 2 * reach;
    if (places > 268435456.0) fail_input({"r_max", "too large for this cell", fmt::format("{:g} A in a cell {:g} A high", r_max_, heights.minCoeff()), "", "choose a smaller one"});
    bins_[axis] = static_cast<int>(count(axis));
    reach_[axis] = static_cast<int>(reach);
    if (!periodic[axis]) reach_[axis] = std::min(reach_[axis], bins_[axis]);
  }
  // Along a only images above are needed: each pair is met from its lower partner.
  padded_ = {bins_[0] + reach_[0], bins_[1] + 2 * reach_[1], bins_[2] + 2 * reach_[2]};
}

void PairGrid::lay_out(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> group_of, std::array<bool, 3> periodic) {
  struct Home {
    int bin;
    Vec3 at;
  };
  std::vector<Home> homes(positions.size());
  std::vector<std::uint32_t> begin(std::size_t(bins_[0]) * bins_[1] * bins_[2] + 1, 0);
  for (std::size_t i = 0; i < positions.size(); ++i) {
    if (group_of[i] < 0) continue;
    Fractional f = cell.to_fractional(positions[i]);
    int bin[3];
    for (int axis = 0; axis < 3; ++axis) {
      if (periodic[axis]) f[axis] = wrapped_unit(f[axis]);
      // Outside along a direction without images: the edge bin, which is nearer than the truth and so misses nothing.
      bin[axis] = static_cast<int>(std::clamp(std::floor(f[axis] * bins_[axis]), 0.0, bins_[axis] - 1.0));
    }
    homes[i] = {(bin[0] * bins_[1] + bin[1]) * bins_[2] + bin[2], cell.to_cartesian(f).vec()};
    ++begin[homes[i].bin + 1];
  }
  for (std::size_t b = 1; b < begin.size(); ++b) begin[b] += begin[b - 1];
  std::vector<std::uint32_t> members(begin.back()), next(begin.begin(), begin.end() - 1);
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (group_of[i] >= 0) members[next[homes[i].bin]++] = static_cast<std::uint32_t>(i);

  start_.reserve(std::size_t(padded_[0]) * padded_[1] * padded_[2] + 1);
  auto turns = [&](int at, int axis) { return at >= 0 ? at / bins_[axis] : -((bins_[axis] - 1 - at) / bins_[axis]); };
  for (int a = 0; a < padded_[0]; ++a)
    for (int b = 0; b < padded_[1]; ++b)
      for (int c = 0; c < padded_[2]; ++c) {
        const int at[3] = {a, b - reach_[1], c - reach_[2]};
        int turn[3];
        bool empty = false;
        for (int axis = 0; axis < 3; ++axis) {
          turn[axis] = turns(at[axis], axis);
          if (turn[axis] != 0 && !periodic[axis]) empty = true;
        }
        start_.push_back(static_cast<std::uint32_t>(x_.size()));
        if (empty) continue;
        const int home = ((at[0] - turn[0] * bins_[0]) * bins_[1] + at[1] - turn[1] * bins_[1]) * bins_[2] + at[2] - turn[2] * bins_[2];
        const Vec3 shift = cell.rows().transpose() * Vec3(turn[0], turn[1], turn[2]);
        for (std::uint32_t m = begin[home]; m < begin[home + 1]; ++m) {
          const Vec3 r = homes[members[m]].at + shift;
          x_.push_back(r.x());
          y_.push_back(r.y());
          z_.push_back(r.z());
          group_.push_back(group_of[members[m]]);
        }
        if (x_.size() > 268435456) fail_input({"r_max", "too large for this cell", fmt::format("{:g} A", r_max_), "", "choose a smaller one"});
      }
  start_.push_back(static_cast<std::uint32_t>(x_.size()));
}

void PairGrid::count(std::span<std::uint64_t> counts, int groups, int bins, int part, int parts) const {
  static const Scan scan = best_scan();
  const double limit = r_max_ * r_max_, per_shell = bins / r_max_;
  auto sweep = [&](std::uint32_t i, std::uint32_t begin, std::uint32_t end) {
    if (begin < end)
      scan(x_[i], y_[i], z_[i], {&x_[begin], &y_[begin], &z_[begin], &group_[begin], end - begin}, limit, per_shell, bins, &counts[std::size_t(group_[i]) * groups * bins]);
  };
  const int columns = bins_[0] * bins_[1];
  for (int column = columns * part / parts; column < columns * (part + 1) / parts; ++column) {
    const int a = column / bins_[1], b = column % bins_[1] + reach_[1];
    for (int c = reach_[2]; c < bins_[2] + reach_[2]; ++c) {
      const std::uint32_t first = start_[place(a, b, c)], last = start_[place(a, b, c) + 1];
      if (first == last) continue;
      // The half space above (a, b, c): rows of bins along c, each one contiguous range.
      const std::uint32_t row_end = start_[place(a, b, c + reach_[2]) + 1];
      for (std::uint32_t i = first; i < last; ++i) sweep(i, i + 1, row_end);
      for (int da = 0; da <= reach_[0]; ++da)
        for (int db = da == 0 ? 1 : -reach_[1]; db <= reach_[1]; ++db) {
          const std::uint32_t begin = start_[place(a + da, b + db, c - reach_[2])], end = start_[place(a + da, b + db, c + reach_[2]) + 1];
          for (std::uint32_t i = first; i < last; ++i) sweep(i, begin, end);
        }
    }
  }
}

}  // namespace lamella
