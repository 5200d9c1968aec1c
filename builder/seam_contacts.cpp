#include "builder/seam_contacts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

constexpr double reach = 4.0;  // A: like ions of a glass are nearer than that
constexpr double slack = 1e-9;

double top_of(const Slab& slab) {
  return std::max_element(slab.positions.begin(), slab.positions.end(), [](const Cartesian& a, const Cartesian& b) { return a.z() < b.z(); })->z();
}
double bottom_of(const Slab& slab) {
  return std::min_element(slab.positions.begin(), slab.positions.end(), [](const Cartesian& a, const Cartesian& b) { return a.z() < b.z(); })->z();
}

/// One seam: `upper` shifted by `shift` (A), `gap` above `lower`.
double seam_excess(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, const std::map<unsigned char, double>& limits) {
  const double high = top_of(lower), low = bottom_of(upper);
  Mat3 rows = Mat3::Zero();
  rows.topLeftCorner<2, 2>() = lower.plane;
  rows(2, 2) = 4.0 * reach;
  std::vector<Cartesian> face;
  std::vector<Element> elements;
  for (std::size_t i = 0; i < lower.size(); ++i)
    if (high - lower.positions[i].z() < reach) {
      face.emplace_back(lower.positions[i].x(), lower.positions[i].y(), lower.positions[i].z() - high);
      elements.push_back(lower.elements[i]);
    }
  const NeighbourGrid grid(Cell(rows), face, reach, {true, true, false});
  double excess = reach;
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < upper.size(); ++i) {
    const auto limit = limits.find(upper.elements[i].number());
    const double height = upper.positions[i].z() - low + gap;
    if (limit == limits.end() || height > reach) continue;
    grid.around_point({upper.positions[i].x() + shift.x(), upper.positions[i].y() + shift.y(), height}, near);
    for (const Neighbour& n : near)
      if (elements[static_cast<std::size_t>(n.index)] == upper.elements[i]) excess = std::min(excess, n.distance - limit->second);
  }
  return excess;
}

}  // namespace

std::map<unsigned char, double> like_pair_limits(const nlohmann::ordered_json& proof) {
  std::map<unsigned char, double> limits;
  if (!proof.is_object() || !proof.contains("shortest_pairs")) return limits;
  for (const auto& [pair, distance] : proof.at("shortest_pairs").items()) {
    const std::size_t dash = pair.find('-');
    if (dash != std::string::npos && pair.substr(0, dash) == pair.substr(dash + 1) && distance.is_number())
      limits[Element::from_symbol(pair.substr(0, dash)).number()] = distance.get<double>();
  }
  return limits;
}

double like_pair_excess(const Slab& glass, const Slab* below, const Slab* above, double gap, const Vec2& shift, const std::map<unsigned char, double>& limits) {
  double excess = reach;
  if (below) excess = std::min(excess, seam_excess(*below, glass, gap, shift, limits));
  if (above) excess = std::min(excess, seam_excess(glass, *above, gap, -shift, limits));
  return excess;
}

Vec2 shift_apart(const Slab& glass, const Slab* below, const Slab* above, double gap, const std::map<unsigned char, double>& limits) {
  constexpr int steps = 8;
  Vec2 best = Vec2::Zero();
  double widest = like_pair_excess(glass, below, above, gap, best, limits);
  for (int k = 1; k < steps * steps && widest < 0.0; ++k) {
    const Vec2 shift = glass.plane.transpose() * Vec2(static_cast<double>(k / steps) / steps, static_cast<double>(k % steps) / steps);
    const double excess = like_pair_excess(glass, below, above, gap, shift, limits);
    if (excess > widest + slack) widest = excess, best = shift;
  }
  return best;
}

void keep_like_pairs_apart(Stack& stack, std::vector<ReadyLayer>& ready) {
  const CellSpecification& cell = stack.specification.cell;
  const bool vacuum = cell.boundary == "vacuum";
  const std::size_t n = ready.size();
  for (std::size_t i = 0; i < n && n > 1; ++i) {
    const std::map<unsigned char, double> limits = like_pair_limits(stack.layers[i].proof);
    if (limits.empty() || ready[i].gaps || cell.registry != "none") continue;
    const Slab* below = i == 0 && vacuum ? nullptr : &ready[(i + n - 1) % n].slab;
    const Slab* above = i + 1 == n && vacuum ? nullptr : &ready[(i + 1) % n].slab;
    const Vec2 shift = shift_apart(ready[i].slab, below, above, cell.gap, limits);
    const double excess = like_pair_excess(ready[i].slab, below, above, cell.gap, shift, limits);
    if (excess < 0.0)
      stack.warnings.push_back(fmt::format("layer {}: like ions meet {:.2f} A closer across a seam than anywhere in its melt; widen cell.gap", ready[i].name, -excess));
    if (shift == Vec2::Zero()) continue;
    for (Cartesian& p : ready[i].slab.positions) p += Cartesian(shift.x(), shift.y(), 0.0);
  }
}

}  // namespace lamella
