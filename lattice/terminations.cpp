#include <algorithm>
#include <cmath>

#include "lattice/polyanion.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {
namespace {

/// Heights nearer than this (A) belong to one plane: LiCoO2 (104) has its oxygen 0.083 and (012) 0.048 A off the plane.
constexpr double plane_tolerance = 0.15;
/// Two cuts are the same when an operation brings one gap onto the other this well, A.
constexpr double same_gap = 0.03;
/// A dipole below this (A per unit of charge moved) is rounding in the file, not physics.
constexpr double dipole_tolerance = 0.002;

struct Gap {
  double bottom, top;  ///< A, bottom < top; the cut goes through the middle
  std::vector<double> twins{};  ///< middles of the gaps that an operation maps onto this one
  double middle() const { return 0.5 * (bottom + top); }
  double width() const { return top - bottom; }
};

double modulo(double x, double period) { return x - period * std::floor(x / period); }

/// Distance of two heights on the circle of one repeat.
double apart(double x, double y, double period) {
  const double d = modulo(x - y, period);
  return std::min(d, period - d);
}

/// The gaps between the planes that `heights` make in one repeat; at least the widest one.
std::vector<Gap> gaps_between(std::vector<double> heights, double spacing) {
  for (double& z : heights) z = modulo(z, spacing);
  std::sort(heights.begin(), heights.end());
  std::vector<Gap> all, wide;
  for (std::size_t i = 0; i < heights.size(); ++i) all.push_back({heights[i], i + 1 < heights.size() ? heights[i + 1] : heights[0] + spacing});
  std::copy_if(all.begin(), all.end(), std::back_inserter(wide), [](const Gap& g) { return g.width() > plane_tolerance; });
  if (!wide.empty()) return wide;
  return {*std::max_element(all.begin(), all.end(), [](const Gap& a, const Gap& b) { return a.width() < b.width() - 1e-6; })};
}

/// One of each class of gaps under the operations that keep the normal.
std::vector<Gap> distinct(const std::vector<Gap>& gaps, const SurfaceCell& cell) {
  std::vector<Gap> kept;
  for (const Gap& gap : gaps) {
    const auto twin = std::find_if(kept.begin(), kept.end(), [&](const Gap& other) {
      return std::abs(gap.width() - other.width()) < same_gap && std::any_of(cell.keep_shifts.begin(), cell.keep_shifts.end(), [&](double shift) {
               return apart(other.middle() + shift, gap.middle(), cell.spacing) < same_gap;
             });
    });
    if (twin == kept.end())
      kept.push_back(gap);
    else
      twin->twins.push_back(modulo(gap.middle(), cell.spacing));
  }
  return kept;
}

bool turns_over(const Gap& gap, const SurfaceCell& cell) {
  return std::any_of(cell.flip_shifts.begin(), cell.flip_shifts.end(), [&](double shift) { return apart(shift - gap.middle(), gap.middle(), cell.spacing) < same_gap; });
}

/// Covalent units as intervals of height, for counting what a plane at a given height cuts.
struct CovalentSpans {
  std::vector<std::pair<double, double>> spans;
  double copies;  ///< primitive cells in the crystal's cell

  CovalentSpans(const Crystal& crystal, const SurfaceCell& cell) : copies(static_cast<double>(crystal.cell.size()) / static_cast<double>(cell.atoms.size())) {
    auto height = [&](int atom, const std::array<int, 3>& s) {
      return cell.rotation.row(2).dot(crystal.cell.positions[atom].vec() + crystal.cell.cell.rows().transpose() * Vec3(s[0], s[1], s[2]));
    };
    const CovalentUnits units = covalent_units(crystal.cell);
    for (const CovalentUnit& unit : units.finite) {
      double low = 1e300, high = -1e300;
      for (std::size_t k = 0; k < unit.atoms.size(); ++k) {
        const double z = height(unit.atoms[k], unit.shifts[k]);
        low = std::min(low, z);
        high = std::max(high, z);
      }
      spans.emplace_back(low, high);
    }
    finite = spans.size();
    for (const CovalentBond& bond : units.network) spans.push_back(std::minmax({height(bond.first, {0, 0, 0}), height(bond.second, bond.shift)}));
  }
  std::size_t finite;

  /// How many a plane at `cut` goes through, per primitive surface cell; `finite_too`: units as well as endless networks.
  int crossed(double cut, double spacing, bool finite_too) const {
    long count = 0;
    for (std::size_t s = finite_too ? 0 : finite; s < spans.size(); ++s)
      count += std::lround(std::floor((spans[s].second - cut) / spacing) - std::floor((spans[s].first - cut) / spacing));
    return static_cast<int>(std::lround(static_cast<double>(count) / copies));
  }
};

double charge_of(const Crystal& crystal, Element element) {
  const auto found = crystal.charges.find(element);
  return found == crystal.charges.end() ? 0.0 : found->second;
}

/// Planes of one repeat above the cut, bottom to top.
std::vector<AtomicPlane> planes_above(double cut, const std::vector<double>& heights, const Crystal& crystal, const SurfaceCell& cell) {
  std::vector<std::pair<double, int>> atoms;
  for (std::size_t k = 0; k < heights.size(); ++k) atoms.emplace_back(modulo(heights[k] - cut, cell.spacing), cell.atoms[k]);
  std::sort(atoms.begin(), atoms.end());
  std::vector<AtomicPlane> planes;
  std::vector<Element> elements;
  double sum = 0.0, charge = 0.0;
  for (std::size_t i = 0; i < atoms.size(); ++i) {
    elements.push_back(crystal.cell.elements[atoms[i].second]);
    sum += atoms[i].first;
    charge += charge_of(crystal, elements.back());
    if (i + 1 < atoms.size() && atoms[i + 1].first - atoms[i].first <= plane_tolerance) continue;
    std::sort(elements.begin(), elements.end(), [&](Element a, Element b) {  // in the order of the crystal's formula
      auto place = [&](Element e) { return std::find(crystal.cell.elements.begin(), crystal.cell.elements.end(), e); };
      return place(a) < place(b);
    });
    planes.push_back({sum / static_cast<double>(elements.size()), formula_of(elements), std::abs(charge) < 1e-9 ? 0.0 : charge});
    elements.clear();
    sum = charge = 0.0;
  }
  return planes;
}

Termination describe(const Gap& gap, bool flat, const Crystal& crystal, const SurfaceCell& cell, const CovalentSpans& units) {
  Termination t{};
  t.cut = modulo(gap.middle(), cell.spacing);
  t.area = cell.area;
  t.flat = flat;
  t.stoichiometric = true;
  t.symmetric = turns_over(gap, cell);
  t.equivalent_cuts = gap.twins;
  t.broken_polyanions = units.crossed(t.cut, cell.spacing, flat);
  std::vector<double> own;
  for (const Vec3& r : cell.positions) own.push_back(r.z());
  t.planes = planes_above(t.cut, flat ? own : cell.heights, crystal, cell);
  std::vector<Element> elements;
  double dipole = 0.0, moved = 0.0;
  for (std::size_t k = 0; k < cell.atoms.size(); ++k) {
    elements.push_back(crystal.cell.elements[cell.atoms[k]]);
    const double charge = charge_of(crystal, elements.back()), height = flat ? own[k] : cell.heights[k];
    const double z = own[k] - height + modulo(height - t.cut, cell.spacing);
    dipole += charge * (z - 0.5 * cell.spacing);
    moved += std::abs(charge);
  }
  t.formula = to_string(formula_of(elements));
  const bool no_dipole = std::abs(dipole) <= dipole_tolerance * moved;
  t.dipole_per_area = no_dipole ? 0.0 : dipole / cell.area;
  const bool neutral_planes = std::all_of(t.planes.begin(), t.planes.end(), [](const AtomicPlane& p) { return std::abs(p.charge) < 1e-3; });
  t.tasker = !no_dipole ? 3 : neutral_planes ? 1 : 2;  // neutral but rumpled planes of a polar crystal have a dipole, too
  return t;
}

}  // namespace

std::vector<Termination> list_terminations(const Crystal& crystal, Miller miller) {
  const SurfaceCell cell = surface_cell(crystal, miller);
  const CovalentSpans units(crystal, cell);
  struct Candidate {
    Termination termination;
    double width;
  };
  std::vector<Candidate> found;
  for (const Gap& gap : distinct(gaps_between(cell.heights, cell.spacing), cell)) found.push_back({describe(gap, false, crystal, cell, units), gap.width()});
  std::vector<double> own;
  for (const Vec3& r : cell.positions) own.push_back(r.z());
  if (units.finite > 0)
    for (const Gap& gap : distinct(gaps_between(own, cell.spacing), cell)) {
      // A plane that meets no unit leaves the same atoms on each side as a cut around them: listed already.
      if (units.crossed(gap.middle(), cell.spacing, true) > units.crossed(gap.middle(), cell.spacing, false)) found.push_back({describe(gap, true, crystal, cell, units), gap.width()});
    }
  auto rank = [](const Candidate& c) {
    return std::make_tuple(c.termination.flat, c.termination.broken_polyanions, !c.termination.stoichiometric, std::lround(1e4 * std::abs(c.termination.dipole_per_area)),
                           std::lround(-1e2 * c.width), c.termination.cut);
  };
  std::sort(found.begin(), found.end(), [&](const Candidate& a, const Candidate& b) { return rank(a) < rank(b); });
  std::vector<Termination> terminations;
  for (Candidate& candidate : found) {
    candidate.termination.index = static_cast<int>(terminations.size());
    terminations.push_back(std::move(candidate.termination));
  }
  return terminations;
}

}  // namespace lamella
