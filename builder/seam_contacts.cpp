#include "builder/seam_contacts.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "builder/best_shift.hpp"
#include "builder/seam.hpp"

namespace lamella {
namespace {

constexpr double reach = 4.0;  // A: like ions of a glass are nearer than that
constexpr double slack = 1e-9;

/// One seam: `upper` shifted by `shift` (A), `gap` above `lower`.
double seam_excess(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, const std::map<unsigned char, double>& limits) {
  double excess = reach;
  visit_contacts(lower, upper, gap, shift, reach, [&](Element below, Element above, double distance) {
    const auto limit = limits.find(above.number());
    if (below == above && limit != limits.end()) excess = std::min(excess, distance - limit->second);
  });
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
  return lateral(glass, best_shift([&](const std::array<double, 2>& shift) { return like_pair_excess(glass, below, above, gap, lateral(glass, shift), limits); }, slack, 0.0));
}

void keep_like_pairs_apart(Stack& stack, std::vector<ReadyLayer>& ready) {
  const CellSpecification& cell = stack.specification.cell;
  const bool vacuum = cell.boundary == "vacuum";
  const std::size_t n = ready.size();
  for (std::size_t i = 0; i < n && n > 1; ++i) {
    const std::map<unsigned char, double> limits = like_pair_limits(stack.layers[i].proof);
    // A lateral shift that was asked for stays, and a gap from radii keeps like ions apart by itself.
    const bool placed = ready[i].shift || ready[(i + n - 1) % n].shift || ready[(i + 1) % n].shift;
    if (limits.empty() || ready[i].gaps || placed || cell.gap_from_radii || cell.registry != "none") continue;
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
