#include <algorithm>
#include <array>
#include <cmath>

#include "amorph/proof.hpp"
#include "observe/order.hpp"

namespace lamella {
namespace {

constexpr double reach = 4.0, bin = 0.02;  // A

bool in(const std::vector<Element>& set, Element e) { return std::find(set.begin(), set.end(), e) != set.end(); }

/// Histogram of cation-anion distances over all snapshots.
std::vector<double> pair_histogram(const MeltSystem& system, const std::vector<MeltState>& snapshots) {
  std::vector<double> counts(static_cast<std::size_t>(reach / bin), 0.0);
  const std::vector<Element> cations = cations_of(system.formula), anions = anions_of(system.formula);
  std::vector<Neighbour> near;
  for (const MeltState& state : snapshots) {
    const NeighbourGrid grid(Cell(state.rows), state.positions, reach);
    for (std::size_t i = 0; i < system.elements.size(); ++i) {
      if (!in(cations, system.elements[i])) continue;
      grid.around_atom(static_cast<int>(i), near);
      for (const Neighbour& n : near) {
        const std::size_t k = static_cast<std::size_t>(n.distance / bin);
        if (k < counts.size() && in(anions, system.elements[n.index])) counts[k] += 1.0;
      }
    }
  }
  return counts;
}

/// Centre of the highest bin of g(r) with bins `merged` times as wide: the first peak as it is usually read off.
double highest_bin(const std::vector<double>& counts, std::size_t merged) {
  double best = -1.0, at = 0.0;
  for (std::size_t k = 0; k + merged <= counts.size(); k += merged) {
    double sum = 0.0;
    for (std::size_t j = k; j < k + merged; ++j) sum += counts[j];
    const double low = k * bin, high = (k + merged) * bin;
    if (const double g = sum / (high * high * high - low * low * low); g > best) best = g, at = 0.5 * (low + high);
  }
  return at;
}

/// Where the smoothed (Gaussian, 0.04 A) histogram is highest, by the parabola through the highest bin and its neighbours.
double highest(std::vector<double> counts) {
  const int n = static_cast<int>(counts.size());
  for (int k = 0; k < n; ++k) counts[k] /= (k + 0.5) * (k + 0.5);
  std::vector<double> smooth(counts.size(), 0.0);
  for (int k = 0; k < n; ++k)
    for (int d = -6; d <= 6; ++d)
      if (k + d >= 0 && k + d < n) smooth[k] += counts[k + d] * std::exp(-0.5 * (d * bin / 0.04) * (d * bin / 0.04));
  const int top = static_cast<int>(std::max_element(smooth.begin(), smooth.end()) - smooth.begin());
  if (top == 0 || top == n - 1) return (top + 0.5) * bin;
  const double bend = smooth[top - 1] - 2.0 * smooth[top] + smooth[top + 1];
  const double shift = bend < 0.0 ? 0.5 * (smooth[top - 1] - smooth[top + 1]) / bend : 0.0;
  return (top + 0.5 + shift) * bin;
}

bool lithium_fluoride(const Formula& formula) {
  return formula.size() == 2 && in(cations_of(formula), Element::from_symbol("Li")) && in(anions_of(formula), Element::from_symbol("F"));
}

}  // namespace

OrderCriteria order_criteria(const QuenchRecipe& recipe, double bond) {
  OrderCriteria criteria;
  criteria.bond = bond;
  criteria.regular_t = recipe.regular_t;
  criteria.regular_q = recipe.regular_q;
  return criteria;
}

GlassNumbers glass_numbers(const MeltSystem& system, const QuenchRecipe& recipe, const std::vector<MeltState>& snapshots) {
  GlassNumbers numbers;
  const std::vector<double> counts = pair_histogram(system, snapshots);
  numbers.first_peak = highest(counts);
  numbers.first_peak_bin = highest_bin(counts, 2);
  numbers.bond = recipe.bond > 0.0 ? recipe.bond : lithium_fluoride(system.formula) ? 2.5 : 1.35 * numbers.first_peak;
  const OrderCriteria criteria = order_criteria(recipe, numbers.bond);
  const std::vector<Element> cations = cations_of(system.formula), anions = anions_of(system.formula);
  const double weight = 1.0 / static_cast<double>(snapshots.size());
  for (const MeltState& state : snapshots) {
    const Structure s = structure_of(system, state);
    const OrderReport order = local_order(s, cations, anions, criteria, {true, true, !system.film});
    numbers.cn += weight * order.mean_cn;
    numbers.regular_share += weight * order.share(order.regular);
    numbers.rock_salt_share += weight * order.share(order.rock_salt_like);
    numbers.wurtzite_share += weight * order.share(order.crystal_wurtzite);
    numbers.crystal_share += weight * crystal_share(system, state);
  }
  return numbers;
}

}  // namespace lamella
