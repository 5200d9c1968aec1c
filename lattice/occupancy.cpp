#include "lattice/occupancy.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "lattice/ewald.hpp"
#include "lattice/neighbours.hpp"
#include "lattice/polyanion.hpp"

namespace lamella {
namespace {

/// Positions of partly empty sites nearer than this (A) are never both full: 0.8 and 1.6 A in LLZO, 1.88 A in Li6PS5Cl,
/// while lithium ions that are both there keep 2.2 A and more.
constexpr double exclusion = 2.0;
constexpr std::size_t most_sites = 600;
/// How far the number of atoms may be from a whole one: first by the digits of a written fraction, and only where no cell
/// does that, by the error that a refined occupancy has.
struct Rounding {
  double per_place, most;  ///< atoms
};
constexpr Rounding as_written{0.002, 0.05}, as_refined{0.01, 0.34};

/// One position of the supercell and what sits there (nullopt: still undecided or empty).
struct Place {
  Cartesian position;
  const AverageSite* site;
  std::optional<Element> atom;
};

/// Whole numbers per share of an orbit with `places` positions; nullopt when they are none.
std::optional<std::vector<std::size_t>> whole_numbers(const AverageSite& site, std::size_t places, const Rounding& rounding) {
  std::vector<std::size_t> counts;
  std::size_t sum = 0;
  double occupancy = 0.0;
  for (const auto& share : site.shares) {
    const double wanted = share.occupancy * static_cast<double>(places);
    const double count = std::round(wanted);
    if (count < 1.0 || std::abs(wanted - count) > std::min(rounding.per_place * static_cast<double>(places), rounding.most)) return std::nullopt;
    counts.push_back(static_cast<std::size_t>(count));
    sum += counts.back();
    occupancy += share.occupancy;
  }
  if (sum > places || (occupancy > 0.999 && sum != places)) return std::nullopt;
  return counts;
}

std::map<int, std::vector<const AverageSite*>> orbits_of(const AverageCrystal& average) {
  std::map<int, std::vector<const AverageSite*>> orbits;
  for (const AverageSite& site : average.sites) orbits[site.orbit].push_back(&site);
  return orbits;
}

/// `cells` repeats along a, b, c, shaped as near to a cube as it goes.
std::array<int, 3> shaped(int cells, const Cell& cell) {
  std::array<int, 3> best{cells, 1, 1};
  double best_longest = 1e300;
  for (int i = 1; i <= cells; ++i)
    for (int j = 1; i * j <= cells; ++j) {
      if (cells % (i * j) != 0) continue;
      const double longest = std::max({i * cell.a().norm(), j * cell.b().norm(), cells / (i * j) * cell.c().norm()});
      if (longest >= best_longest - 1e-6) continue;
      best_longest = longest;
      best = {i, j, cells / (i * j)};
    }
  return best;
}

/// The smallest number of cells with whole atoms on every orbit, and the rounding that made them whole.
std::pair<int, Rounding> cells_needed(const AverageCrystal& average, const std::string& name) {
  const auto orbits = orbits_of(average);
  for (const Rounding& rounding : {as_written, as_refined})
    for (int cells = 1; static_cast<std::size_t>(cells) * average.sites.size() <= std::max(most_sites, average.sites.size()); ++cells)
      if (std::all_of(orbits.begin(), orbits.end(), [&](const auto& o) { return whole_numbers(*o.second[0], o.second.size() * cells, rounding).has_value(); })) return {cells, rounding};
  for (const auto& [orbit, sites] : orbits)
    for (const auto& share : sites[0]->shares)
      if (!whole_numbers(*sites[0], sites.size(), as_refined))
        fail_input({name, fmt::format("the occupancy of {} gives no whole number of atoms in up to {} sites", share.element.symbol(), most_sites),
                    fmt::format("{:g} of {} positions", share.occupancy, sites.size()), "", "order the site by hand, or round its occupancy in the file"});
  fail_input({name, "its occupancies give no common whole numbers of atoms", "", "", "order the sites by hand in a supercell"});
}

std::vector<Place> places_of(const AverageCrystal& average, const std::array<int, 3>& n) {
  std::vector<Place> places;
  for (const AverageSite& site : average.sites)
    for (int i = 0; i < n[0]; ++i)
      for (int j = 0; j < n[1]; ++j)
        for (int k = 0; k < n[2]; ++k) {
          Place place{average.cell.to_cartesian(Fractional(Vec3(site.position.vec() + Vec3(i, j, k)))), &site, std::nullopt};
          if (site.whole()) place.atom = site.shares[0].element;
          places.push_back(place);
        }
  return places;
}

std::map<int, std::vector<std::size_t>> undecided(const std::vector<Place>& places) {
  std::map<int, std::vector<std::size_t>> orbits;
  for (std::size_t p = 0; p < places.size(); ++p)
    if (!places[p].site->whole()) orbits[places[p].site->orbit].push_back(p);
  return orbits;
}

/// Argyrodites: S outside every covalent unit changes places with a halide.
void exchange_anions(std::vector<Place>& places, const Cell& cell, double fraction, RandomStream random, const std::string& name) {
  Structure frame{cell, {}, {}, {}, {}};
  std::vector<std::size_t> index;
  for (std::size_t p = 0; p < places.size(); ++p)
    if (places[p].atom) {
      frame.elements.push_back(*places[p].atom);
      frame.positions.push_back(places[p].position);
      index.push_back(p);
    }
  const CovalentUnits units = covalent_units(frame);
  std::vector<std::size_t> chalcogens, halides;
  for (std::size_t i = 0; i < frame.size(); ++i) {
    const std::string symbol = frame.elements[i].symbol();
    if (units.unit_of[i] >= 0) continue;
    if (symbol == "S" || symbol == "Se") chalcogens.push_back(index[i]);
    if (symbol == "Cl" || symbol == "Br" || symbol == "I") halides.push_back(index[i]);
  }
  const auto count = static_cast<std::size_t>(std::lround(fraction * static_cast<double>(chalcogens.size())));
  if (chalcogens.empty() || count > halides.size())
    fail_input({name + ": anion_disorder", "needs as many free S as it exchanges with a halide", fmt::format("{} free S, {} halides", chalcogens.size(), halides.size()), "", "leave it out for this crystal"});
  const auto from = random.choose(chalcogens.size(), count), to = random.choose(halides.size(), count);
  for (std::size_t k = 0; k < count; ++k) std::swap(places[chalcogens[from[k]]].atom, places[halides[to[k]]].atom);
}

/// Each orbit's elements given out at random; places left over stay empty.
void fill_at_random(std::vector<Place>& places, const std::map<int, std::vector<std::size_t>>& orbits, const Rounding& rounding, RandomStream& random) {
  for (const auto& [orbit, members] : orbits) {
    const AverageSite& site = *places[members[0]].site;
    const auto counts = whole_numbers(site, members.size(), rounding);
    std::vector<std::optional<Element>> bag;
    for (std::size_t s = 0; s < counts->size(); ++s) bag.insert(bag.end(), (*counts)[s], site.shares[s].element);
    bag.resize(members.size());
    random.shuffle(bag);
    for (std::size_t m = 0; m < members.size(); ++m) places[members[m]].atom = bag[m];
  }
}

/// The electrostatics of the occupation, with a heavy fine on two atoms that exclude each other.
class OccupationEnergy {
 public:
  OccupationEnergy(const Cell& cell, const std::vector<Place>& places, const std::map<Element, double>& charges) : charges_(charges) {
    std::vector<Cartesian> positions;
    for (const Place& place : places) positions.push_back(place.position);
    matrix_ = ewald_matrix(cell, positions);
    exclusive_ = Eigen::MatrixXd::Zero(matrix_.rows(), matrix_.cols());
    const auto near = neighbour_lists(cell, positions, exclusion);
    for (std::size_t i = 0; i < near.size(); ++i)
      for (const Neighbour& n : near[i])
        if (!places[i].site->whole() && !places[n.index].site->whole()) exclusive_(i, n.index) = fine;
    charge_ = Eigen::VectorXd::Zero(matrix_.rows());
    full_ = charge_;
    for (std::size_t p = 0; p < places.size(); ++p) put(p, places[p].atom);
    potential_ = matrix_ * charge_;
    fines_ = exclusive_ * full_;
  }

  /// Change of the energy when the atoms of p and q change places, eV.
  double exchange(std::size_t p, std::size_t q) const {
    const double dq = charge_[q] - charge_[p], df = full_[q] - full_[p];
    return dq * (potential_[p] - potential_[q]) + 0.5 * dq * dq * (matrix_(p, p) + matrix_(q, q) - 2.0 * matrix_(p, q)) +
           df * (fines_[p] - fines_[q]) - df * df * exclusive_(p, q);
  }
  void commit(std::size_t p, std::size_t q) {
    const double dq = charge_[q] - charge_[p], df = full_[q] - full_[p];
    potential_ += dq * (matrix_.col(p) - matrix_.col(q));
    fines_ += df * (exclusive_.col(p) - exclusive_.col(q));
    std::swap(charge_[p], charge_[q]);
    std::swap(full_[p], full_[q]);
  }
  bool excluded() const { return full_.dot(fines_) > 0.5 * fine; }

 private:
  static constexpr double fine = 30.0;  // eV, above what any arrangement of ions could gain by it
  void put(std::size_t p, const std::optional<Element>& atom) {
    full_[p] = atom ? 1.0 : 0.0;
    charge_[p] = atom && charges_.count(*atom) ? charges_.at(*atom) : 0.0;
  }
  const std::map<Element, double>& charges_;
  Eigen::MatrixXd matrix_, exclusive_;
  Eigen::VectorXd charge_, full_, potential_, fines_;
};

/// Simulated annealing with the same exchanges, for lattices where a plain descent jams: in a garnet every filled
/// tetrahedron forbids the nearer half of four octahedra.
void anneal(std::vector<Place>& places, const std::map<int, std::vector<std::size_t>>& orbits, OccupationEnergy& energy, RandomStream& random) {
  constexpr double hot = 5.0, cold = 0.05;  // eV
  std::vector<const std::vector<std::size_t>*> choices;  // an orbit as often as it has members
  for (const auto& [orbit, members] : orbits) choices.insert(choices.end(), members.size(), &members);
  const std::size_t steps = 2000 * choices.size();
  double temperature = hot;
  const double cooling = std::pow(cold / hot, 1.0 / static_cast<double>(steps));
  for (std::size_t step = 0; step < steps; ++step, temperature *= cooling) {
    const auto& members = *choices[random.below(choices.size())];
    const std::size_t p = members[random.below(members.size())], q = members[random.below(members.size())];
    if (!places[p].atom || places[q].atom) continue;
    const double change = energy.exchange(p, q);
    if (change > 0.0 && random.uniform() >= std::exp(-change / temperature)) continue;
    energy.commit(p, q);
    std::swap(places[p].atom, places[q].atom);
  }
}

/// Exchanges of an atom with an empty place of its orbit, as long as one lowers the energy.
void descend(std::vector<Place>& places, const std::map<int, std::vector<std::size_t>>& orbits, OccupationEnergy& energy, RandomStream& random) {
  constexpr double gain = 1e-6;  // eV: rounding must not decide
  for (bool moved = true; moved;) {
    moved = false;
    for (const auto& [orbit, members] : orbits) {
      std::vector<std::size_t> order = members;
      random.shuffle(order);
      for (std::size_t p : order) {
        if (!places[p].atom) continue;
        std::size_t best = p;
        double lowest = -gain;
        for (std::size_t q : members)
          if (!places[q].atom)
            if (const double change = energy.exchange(p, q); change < lowest - gain) {
              lowest = change;
              best = q;
            }
        if (best == p) continue;
        energy.commit(p, best);
        std::swap(places[p].atom, places[best].atom);
        moved = true;
      }
    }
  }
}

}  // namespace

ResolvedCrystal resolve_occupancies(const AverageCrystal& average, const std::map<Element, double>& charges, std::uint64_t seed, double exchange, const std::string& name) {
  const auto [cells, rounding] = cells_needed(average, name);
  const auto n = shaped(cells, average.cell);
  const Int3x3 supercell = Eigen::Vector3i(n[0], n[1], n[2]).asDiagonal();
  const Cell cell(Mat3(supercell.cast<double>() * average.cell.rows()));
  std::vector<Place> places = places_of(average, n);
  if (exchange > 0.0) exchange_anions(places, cell, exchange, RandomStream(seed, "anion disorder/" + name), name);

  const auto orbits = undecided(places);
  std::map<int, std::vector<std::size_t>> with_holes;
  for (const auto& [orbit, members] : orbits) {
    double occupancy = 0.0;
    for (const auto& share : places[members[0]].site->shares) occupancy += share.occupancy;
    if (occupancy < 0.999) with_holes[orbit] = members;
  }
  RandomStream random(seed, "occupancies/" + name);
  for (int attempt = 0; attempt < 5; ++attempt) {
    fill_at_random(places, orbits, rounding, random);
    if (with_holes.empty()) break;
    OccupationEnergy energy(cell, places, charges);
    if (attempt > 0) anneal(places, with_holes, energy, random);
    descend(places, with_holes, energy, random);
    if (!energy.excluded()) break;
    if (attempt == 4)
      fail_input({name, "its partly occupied positions cannot be filled without two atoms closer than they may be", "", fmt::format("{:.1f} A apart", exclusion), "check the occupancies"});
  }
  ResolvedCrystal resolved{{cell, {}, {}, {}, {}}, supercell, {}};
  for (const Place& place : places)
    if (place.atom) {
      resolved.structure.elements.push_back(*place.atom);
      resolved.structure.positions.push_back(place.position);
      resolved.sites.push_back(place.site->label);
    }
  return resolved;
}

}  // namespace lamella
