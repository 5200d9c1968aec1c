#include "builder/perturbation.hpp"

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "builder/audit.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

long remove_atoms(Structure& structure, int layer, const VacancySpecification& vacancy, RandomStream& random) {
  std::vector<std::size_t> sites;
  for (std::size_t i = 0; i < structure.size(); ++i)
    if (structure.elements[i] == vacancy.species && structure.layer_of[i] == layer) sites.push_back(i);
  const auto wanted = vacancy.count ? static_cast<std::size_t>(*vacancy.count) : static_cast<std::size_t>(std::lround(vacancy.fraction * static_cast<double>(sites.size())));
  std::vector<bool> gone(structure.size(), false);
  for (std::size_t pick : random.choose(sites.size(), std::min(wanted, sites.size()))) gone[sites[pick]] = true;
  Structure kept = structure;
  kept.elements.clear();
  kept.positions.clear();
  kept.layer_of.clear();
  for (std::size_t i = 0; i < structure.size(); ++i) {
    if (gone[i]) continue;
    kept.elements.push_back(structure.elements[i]);
    kept.positions.push_back(structure.positions[i]);
    kept.layer_of.push_back(structure.layer_of[i]);
  }
  const long removed = static_cast<long>(structure.size() - kept.size());
  structure = std::move(kept);
  return removed;
}

/// The same lattice with a along x and b in the xy plane: rows = L Q with L lower triangular (Gram-Schmidt on the rows).
Mat3 restricted(const Mat3& rows) {
  const Vec3 a = rows.row(0), b = rows.row(1), c = rows.row(2);
  const Vec3 x = a.normalized(), z = a.cross(b).normalized(), y = z.cross(x);
  Mat3 lower = Mat3::Zero();
  lower << a.norm(), 0, 0, b.dot(x), b.dot(y), 0, c.dot(x), c.dot(y), c.dot(z);
  return lower;
}

Mat3 random_strain(double largest, RandomStream& random) {
  Mat3 strain;
  for (int i = 0; i < 3; ++i)
    for (int j = i; j < 3; ++j) strain(i, j) = strain(j, i) = random.uniform(-largest, largest);
  return strain;
}

bool without_overlap(const Structure& structure) {
  double reach = 0.0;
  const Formula formula = formula_of(structure.elements);
  for (const FormulaTerm& p : formula)
    for (const FormulaTerm& q : formula) reach = std::max(reach, shortest_allowed(p.element, q.element));
  const NeighbourGrid grid(structure.cell, structure.positions, reach);
  std::vector<Neighbour> around;
  for (std::size_t i = 0; i < structure.size(); ++i) {
    grid.around_atom(static_cast<int>(i), around);
    for (const Neighbour& n : around)
      if (n.distance < shortest_allowed(structure.elements[i], structure.elements[static_cast<std::size_t>(n.index)])) return false;
  }
  return true;
}

}  // namespace

Perturbed perturbed(const Structure& structure, const Perturbation& how, RandomStream& random) {
  Perturbed result{structure, random_strain(how.cell_change, random), 0};
  for (const auto& [layer, vacancy] : how.vacancies) result.vacancies += remove_atoms(result.structure, layer, vacancy, random);
  const Structure still = result.structure;
  const Cell strained(restricted(still.cell.rows() * (Mat3::Identity() + result.strain)));
  double rattle = how.rattle;
  for (int attempt = 0; attempt < 60; ++attempt, rattle *= 0.9) {
    result.structure.cell = strained;
    for (std::size_t i = 0; i < still.size(); ++i) {
      const double x = random.normal(), y = random.normal(), z = random.normal();
      result.structure.positions[i] = strained.to_cartesian(still.cell.to_fractional(still.positions[i])) + Cartesian(x, y, z) * rattle;
    }
    if (without_overlap(result.structure)) return result;
  }
  fail_run({"dataset", "a perturbed structure keeps overlapping", "", "", "lower --rattle or --cell-change"});
}

}  // namespace lamella
