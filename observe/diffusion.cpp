#include "observe/diffusion.hpp"

#include <algorithm>
#include <cmath>
#include <unordered_map>

namespace lamella {
namespace {

constexpr double cm2_per_s = 1e-4;  // of one A^2/ps

struct Window {
  std::size_t begin, end;  // lags, both included
};

struct Slopes {
  double total, in_plane, normal;
};

/// Least-squares slope with an intercept: vibration offsets the line, it does not tilt it.
double slope(const std::vector<double>& y, const Window& window) {
  const double n = static_cast<double>(window.end - window.begin + 1), middle = 0.5 * static_cast<double>(window.begin + window.end);
  double mean = 0.0, xy = 0.0, xx = 0.0;
  for (std::size_t k = window.begin; k <= window.end; ++k) mean += y[k] / n;
  for (std::size_t k = window.begin; k <= window.end; ++k) {
    const double x = static_cast<double>(k) - middle;
    xy += x * (y[k] - mean);
    xx += x * x;
  }
  return xx > 0.0 ? xy / xx : 0.0;
}

Slopes fit(const MsdCurve& curve, const Window& window, double spacing) {
  const double plane = slope(curve.in_plane, window) / spacing, normal = slope(curve.normal, window) / spacing;
  return {(plane + normal) / 6.0 * cm2_per_s, plane / 4.0 * cm2_per_s, normal / 2.0 * cm2_per_s};
}

Window window_of(const MsdCurve& curve, const DiffusionOptions& options, bool& diffusive) {
  const std::size_t last = curve.size() - 1;
  const std::size_t end = std::clamp<std::size_t>(static_cast<std::size_t>(options.end_fraction * static_cast<double>(last)), 2, last);
  std::size_t begin = 1;
  while (begin < end && curve.total(begin) < options.msd_start) ++begin;
  // At least half the window must lie beyond the start, or the slope is one of noise.
  diffusive = begin <= end / 2;
  if (!diffusive) begin = std::max<std::size_t>(1, end / 5);
  return {begin, end};
}

/// t such that |T| < t holds 68.27 % of Student's distribution with n - 1 degrees of freedom.
double student_68(int n) {
  static constexpr double table[] = {0, 0, 1.837, 1.321, 1.197, 1.142, 1.111, 1.091, 1.077, 1.067, 1.059};
  return n < 2 ? 0.0 : n <= 10 ? table[n] : 1.0 + 0.5 / (n - 1);
}

double spread(const std::vector<double>& values) {
  double mean = 0.0, square = 0.0;
  for (double v : values) mean += v / static_cast<double>(values.size());
  for (double v : values) square += (v - mean) * (v - mean);
  return std::sqrt(square / static_cast<double>(values.size() - 1)) * student_68(static_cast<int>(values.size()));
}

/// The same fractions of each block's own length as of the whole run's.
void block_errors(Diffusion& result, const PathStore& store, const std::vector<int>& members, const Window& window, const DiffusionOptions& options) {
  const std::size_t frames = store.frames();
  const std::size_t blocks = std::min<std::size_t>(static_cast<std::size_t>(std::max(options.blocks, 2)), frames / 10);
  if (blocks < 2) return;
  const std::size_t length = frames / blocks;
  Window scaled{window.begin * length / frames, window.end * length / frames};
  scaled.end = std::clamp<std::size_t>(scaled.end, 2, length - 1);
  scaled.begin = std::clamp<std::size_t>(scaled.begin, 1, scaled.end - 1);
  std::vector<double> total, plane, normal;
  for (std::size_t b = 0; b < blocks; ++b) {
    const MsdCurve curve = mean_square_displacement(store, members, b * length, (b + 1) * length, options.threads);
    const Slopes s = fit(curve, scaled, result.spacing);
    total.push_back(s.total);
    plane.push_back(s.in_plane);
    normal.push_back(s.normal);
  }
  result.d.error = spread(total);
  result.d_xy.error = spread(plane);
  result.d_z.error = spread(normal);
}

}  // namespace

Diffusion diffusion_of(const PathStore& store, const MsdGroup& group, double spacing, const DiffusionOptions& options) {
  Diffusion result;
  result.name = group.name;
  result.ions = group.atoms.size();
  result.spacing = spacing;
  std::unordered_map<int, int> place;
  for (std::size_t k = 0; k < store.atoms().size(); ++k) place[store.atoms()[k]] = static_cast<int>(k);
  std::vector<int> members;
  for (int atom : group.atoms) members.push_back(place.at(atom));
  result.curve = mean_square_displacement(store, members, 0, store.frames(), options.threads);
  if (store.frames() < 10 || members.empty()) return result;
  const Window window = window_of(result.curve, options, result.diffusive);
  const Slopes slopes = fit(result.curve, window, spacing);
  result.d.value = slopes.total;
  result.d_xy.value = slopes.in_plane;
  result.d_z.value = slopes.normal;
  result.fit_begin = static_cast<double>(window.begin) * spacing;
  result.fit_end = static_cast<double>(window.end) * spacing;
  for (std::size_t k = window.begin; k <= window.end; ++k) result.msd_max = std::max(result.msd_max, result.curve.total(k));
  result.hops = static_cast<double>(result.ions) * result.msd_max / (options.hop * options.hop);
  result.relative_error_hops = result.hops > 0.0 ? 3.43 / std::sqrt(result.hops) + 0.04 : 0.0;
  block_errors(result, store, members, window, options);
  return result;
}

}  // namespace lamella
