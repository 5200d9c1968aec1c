#include "observe/potential_of_mean_force.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"

namespace lamella {
namespace {

constexpr double boltzmann = 8.617333262e-5;  // eV/K

/// Mean of a shell and its two neighbours: the turning points are sought in it, so that noise makes none.
std::vector<double> smoothed(const std::vector<double>& g) {
  std::vector<double> s(g.size());
  for (std::size_t k = 0; k < g.size(); ++k) {
    const std::size_t low = k > 0 ? k - 1 : k, high = std::min(k + 1, g.size() - 1);
    double sum = 0.0;
    for (std::size_t m = low; m <= high; ++m) sum += g[m];
    s[k] = sum / static_cast<double>(high - low + 1);
  }
  return s;
}

struct Turns {
  std::size_t peak = 0, gap = 0, next = 0;
  bool gap_found = false, next_found = false;
};

/// The first maximum that is followed by a fall to less than half of it, the lowest (widest: middle) place behind it before
/// the curve has risen again, and the highest place after that.
Turns turns_of(const std::vector<double>& g) {
  Turns turns;
  const double highest = *std::max_element(g.begin(), g.end());
  std::size_t k = 0;
  for (; k < g.size(); ++k) {
    if (g[k] > g[turns.peak]) turns.peak = k;
    if (g[turns.peak] > 0.01 * highest && g[k] < 0.5 * g[turns.peak] && k > turns.peak) break;
  }
  if (k == g.size()) return turns;
  std::size_t low = k, low_end = k;
  for (; k < g.size(); ++k) {
    if (g[k] < g[low]) low = low_end = k;
    if (g[k] == g[low] && k == low_end + 1) low_end = k;
    if (g[k] > 2.0 * g[low] && g[k] > 0.02 * highest && k > low_end) break;
  }
  turns.gap_found = true;
  turns.gap = (low + low_end) / 2;
  if (k == g.size()) return turns;
  turns.next = k;
  for (; k < g.size() && g[k] >= 0.5 * g[turns.next]; ++k)
    if (g[k] > g[turns.next]) turns.next = k;
  turns.next_found = true;
  return turns;
}

}  // namespace

PotentialOfMeanForce potential_of_mean_force(const RdfResult& rdf, double temperature, double longest_bond) {
  if (!(temperature > 0.0) || !std::isfinite(temperature)) fail_input({"temperature", "not a temperature", fmt::format("{:g}", temperature), "> 0 K", ""});
  PotentialOfMeanForce result;
  result.name = rdf.name;
  result.temperature = temperature;
  result.r = rdf.r;
  const double kt = boltzmann * temperature;
  for (double g : rdf.g) result.v.push_back(g > 0.0 ? -kt * std::log(g) : std::numeric_limits<double>::quiet_NaN());
  if (rdf.g.size() < 3 || *std::max_element(rdf.g.begin(), rdf.g.end()) <= 0.0) return result;
  const std::vector<double> g = smoothed(rdf.g);
  const Turns turns = turns_of(g);
  if (!turns.gap_found || rdf.r[turns.peak] > longest_bond || g[turns.peak] * 3.0 < 100.0 * rdf.one_pair[turns.peak]) return result;
  result.found = true;
  result.r_peak = rdf.r[turns.peak];
  result.r_gap = rdf.r[turns.gap];
  const bool none = !(g[turns.gap] > 0.0);
  const double in_gap = none ? rdf.one_pair[turns.gap] : g[turns.gap];  // three pairs, were they in the three smoothed shells
  if (!(in_gap > 0.0)) return result;
  result.breaking = {kt * std::log(g[turns.peak] / in_gap), none};
  if (turns.next_found) {
    result.r_next = rdf.r[turns.next];
    result.forming = {kt * std::log(g[turns.next] / in_gap), none};
  }
  return result;
}

}  // namespace lamella
