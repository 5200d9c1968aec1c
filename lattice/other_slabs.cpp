// Slabs that are more than whole repeats: equal faces, and polar faces without their dipole.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {
namespace {

std::string name_of(const Crystal& crystal, Miller m) { return fmt::format("{} ({} {} {})", crystal.name, m.h, m.k, m.l); }

void check_repeats(int repeats) {
  if (repeats < 1 || repeats > 100000) fail_input({"slab", "number of repeats out of range", fmt::format("{}", repeats), "1 to 100000", ""});
}

/// Atoms of the bottom plane that go together: those of one covalent unit share a height to the last digit and stand close;
/// others alone. Groups of one kind (sorted elements) are counted apart, so that half of each kind moves.
struct Group {
  std::vector<int> atoms;  ///< indices into the placed atoms
  std::vector<Element> kind;
};

std::vector<Group> groups_of(const std::vector<PlacedAtom>& plane, const SurfaceCell& cell, const Crystal& crystal, double top_of_plane) {
  std::map<int, Group> units;
  std::vector<Group> groups;
  for (std::size_t i = 0; i < plane.size(); ++i) {
    if (plane[i].height >= top_of_plane) continue;
    const int atom = cell.atoms[plane[i].member], unit = cell.units[plane[i].member];
    Group& group = unit >= 0 ? units[unit] : groups.emplace_back();
    group.atoms.push_back(static_cast<int>(i));
    group.kind.push_back(crystal.cell.elements[atom]);
  }
  for (auto& [unit, group] : units) groups.push_back(std::move(group));
  for (Group& group : groups) std::sort(group.kind.begin(), group.kind.end());
  std::stable_sort(groups.begin(), groups.end(), [](const Group& a, const Group& b) { return a.kind < b.kind; });
  return groups;
}

}  // namespace

Slab cut_symmetric_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats) {
  check_repeats(repeats);
  const SurfaceCell cell = surface_cell(crystal, miller);
  if (cell.flip_shifts.empty())
    fail_input({name_of(crystal, miller), "no operation of the crystal turns this face over: its two sides differ", "", "", "use a slab of whole repeats"});
  // The bottom cut c goes to shift - c: the lowest such height from the wanted thickness on ends the slab.
  double top = 1e300;
  for (const double shift : cell.flip_shifts) {
    const double image = shift - termination.cut, wanted = termination.cut + repeats * cell.spacing;
    top = std::min(top, image + cell.spacing * std::ceil((wanted - image) / cell.spacing - 1e-3));
  }
  Slab slab;
  slab.plane = cell.vectors.topLeftCorner<2, 2>();
  slab.thickness = top - termination.cut;
  for (const PlacedAtom& atom : atoms_between(cell, termination.flat, termination.cut, top)) {
    slab.elements.push_back(crystal.cell.elements[cell.atoms[atom.member]]);
    slab.positions.emplace_back(atom.position.x(), atom.position.y(), atom.position.z() - termination.cut);
  }
  return slab;
}

Slab cut_compensated_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats) {
  check_repeats(repeats);
  const SurfaceCell cell = surface_cell(crystal, miller);
  const double cut = termination.cut;
  const auto placed = atoms_between(cell, termination.flat, cut, cut + repeats * cell.spacing);
  // The bottom plane ends half-way to the next one.
  const auto& planes = termination.planes;
  if (planes.size() < 2) fail_input({name_of(crystal, miller), "has one plane a repeat: nothing to move half of", "", "", "choose another face"});
  const auto groups = groups_of(placed, cell, crystal, cut + 0.5 * (planes[0].z + planes[1].z));
  std::map<std::vector<Element>, int> kinds;
  for (const Group& group : groups) ++kinds[group.kind];
  const bool doubled = std::any_of(kinds.begin(), kinds.end(), [](const auto& kind) { return kind.second % 2 != 0; });

  Slab slab;
  slab.plane = cell.vectors.topLeftCorner<2, 2>();
  slab.thickness = repeats * cell.spacing;
  const Vec2 second = slab.plane.row(0);  // the shorter vector is doubled
  const Vec3 lift(repeats * cell.vectors(2, 0), repeats * cell.vectors(2, 1), slab.thickness);
  std::vector<int> moves(placed.size(), 0);  // bit 0: in the first cell, bit 1: in the second
  std::map<std::vector<Element>, int> seen;
  for (const Group& group : groups) {
    const bool odd = seen[group.kind]++ % 2 != 0;
    for (const int atom : group.atoms) moves[atom] = doubled ? 1 : odd ? 1 : 0;
  }
  double dipole = 0.0;
  for (int copy = 0; copy < (doubled ? 2 : 1); ++copy)
    for (std::size_t i = 0; i < placed.size(); ++i) {
      Vec3 r = placed[i].position - Vec3(0, 0, cut);
      if (copy == 1) r.head<2>() += second;
      if (moves[i] && copy == 0) r += lift;
      const Element element = crystal.cell.elements[cell.atoms[placed[i].member]];
      slab.elements.push_back(element);
      slab.positions.emplace_back(r);
      const auto charge = crystal.charges.find(element);
      dipole += charge == crystal.charges.end() ? 0.0 : charge->second * (r.z() - 0.5 * slab.thickness);
    }
  if (doubled) slab.plane.row(0) *= 2.0;
  const double per_area = dipole / slab.area();
  if (std::abs(per_area) > 0.02 * std::abs(termination.dipole_per_area) * repeats + 1e-4)
    fail_input({name_of(crystal, miller), fmt::format("half of its bottom plane ({} {:+g}) does not cancel the dipole", to_string(planes[0].formula), planes[0].charge),
                fmt::format("{:.4f} of {:.4f} e/A left", per_area, termination.dipole_per_area * repeats), "", "choose another termination"});
  return slab;
}

}  // namespace lamella
