#include "amorph/pack.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

double ionic_radius(Element e) {
  struct Row {
    const char* symbol;
    double radius;
  };
  static constexpr Row table[] = {{"Li", 0.76}, {"Na", 1.02}, {"K", 1.38},  {"Mg", 0.72}, {"Ca", 1.00}, {"Al", 0.535}, {"Si", 0.40}, {"P", 0.38},
                                  {"Co", 0.545}, {"Ni", 0.69}, {"Mn", 0.645}, {"Ti", 0.605}, {"Zr", 0.72}, {"Nb", 0.64}, {"Ta", 0.64}, {"La", 1.032},
                                  {"Y", 0.90},  {"Ge", 0.53}, {"B", 0.27},  {"O", 1.40},  {"F", 1.33},  {"N", 1.46},  {"S", 1.84},  {"Cl", 1.81},
                                  {"Br", 1.96}, {"I", 2.20},  {"Se", 1.98}};
  const std::string symbol = e.symbol();
  for (const Row& row : table)
    if (symbol == row.symbol) return row.radius;
  return e.covalent_radius();
}

/// Random distinct sites of a lattice about as fine as the atoms need, shaken by up to a fifth of its spacing.
std::vector<Cartesian> jittered_lattice(const Cell& cell, const PackRoom& room, std::size_t atoms, RandomStream& random) {
  const Vec3 heights = cell.heights();
  const double low = room.film ? room.low / heights.z() : 0.0, high = room.film ? room.high / heights.z() : 1.0;
  const double tall = (high - low) * heights.z();
  double spacing = std::cbrt(cell.volume() * (high - low) / static_cast<double>(atoms));
  std::array<long, 3> n{};
  do {
    n = {std::max(1L, std::lround(heights.x() / spacing)), std::max(1L, std::lround(heights.y() / spacing)), std::max(1L, std::lround(tall / spacing))};
    spacing *= 0.99;
  } while (static_cast<std::size_t>(n[0] * n[1] * n[2]) < atoms);
  std::vector<Cartesian> points;
  for (const std::size_t site : random.choose(static_cast<std::size_t>(n[0] * n[1] * n[2]), atoms)) {
    const long s = static_cast<long>(site);
    const auto at = [&](long cell_index, long count) { return (cell_index + 0.5 + random.uniform(-0.2, 0.2)) / count; };
    const double x = at(s % n[0], n[0]), y = at(s / n[0] % n[1], n[1]), z = at(s / (n[0] * n[1]), n[2]);
    points.push_back(cell.to_cartesian(Fractional(x, y, low + (high - low) * z)));
  }
  random.shuffle(points);  // which element sits where
  return points;
}

/// One sweep: every pair too close moves apart by just over half of what is missing, all at once. Returns the worst shortfall, A.
double push_once(const Cell& cell, const std::vector<Element>& elements, double longest, std::vector<Cartesian>& points) {
  const NeighbourGrid grid(cell, points, longest);
  std::vector<Cartesian> moved = points;
  std::vector<Neighbour> near;
  double worst = 0.0;
  for (std::size_t i = 0; i < points.size(); ++i) {
    grid.around_atom(static_cast<int>(i), near);
    for (const Neighbour& n : near) {
      const double missing = packing_distance(elements[i], elements[n.index]) - n.distance;
      if (missing <= 0.0) continue;
      worst = std::max(worst, missing);
      const Vec3 away = n.distance > 1e-6 ? Vec3(-n.vector / n.distance) : Vec3(1.0, 0.0, 0.0);
      moved[i] += Cartesian(Vec3(0.55 * std::min(missing, 0.5) * away));
    }
  }
  points = std::move(moved);
  return worst;
}

}  // namespace

double packing_distance(Element a, Element b) {
  const bool like = common_charge(a) * common_charge(b) > 0;
  const double sum = ionic_radius(a) + ionic_radius(b);
  return like && common_charge(a) > 0 ? std::max(1.6, sum) : 0.8 * sum;
}

std::vector<Cartesian> pack_at_random(const Cell& cell, const std::vector<Element>& elements, const PackRoom& room, std::uint64_t seed) {
  RandomStream random(seed, "amorph/pack");
  std::vector<Cartesian> points = jittered_lattice(cell, room, elements.size(), random);
  double longest = 0.0;
  for (const FormulaTerm& a : formula_of(elements))
    for (const FormulaTerm& b : formula_of(elements)) longest = std::max(longest, packing_distance(a.element, b.element));
  double worst = 0.0;
  for (int sweep = 0; sweep < 150; ++sweep) {
    worst = push_once(cell, elements, longest, points);
    if (worst < 0.02) return points;
    if (room.film)
      for (Cartesian& p : points) p[2] = std::clamp(p[2], room.low, room.high);
  }
  if (worst > 0.3)
    fail_input({"quench.density", "no room to pack the melt", fmt::format("a pair {:.2f} A too close", worst), "a lower density", ""});
  return points;
}

}  // namespace lamella
