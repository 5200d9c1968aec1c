#include "runner/structure_energy.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {

namespace {

/// Local atoms, then one ghost for each image that any local atom sees.
struct GhostedAtoms {
  std::vector<double> x;
  std::vector<int> types, owner;              // owner: the local atom a ghost is an image of
  std::vector<std::vector<int>> neighbours;
};

GhostedAtoms with_ghosts(const Cell& cell, const std::vector<Cartesian>& positions, const std::vector<int>& types, double cutoff) {
  GhostedAtoms atoms;
  std::map<std::array<int, 4>, int> ghosts;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    for (int a = 0; a < 3; ++a) atoms.x.push_back(positions[i][a]);
    atoms.types.push_back(types[i]);
    atoms.owner.push_back(static_cast<int>(i));
  }
  atoms.neighbours.resize(positions.size());
  const NeighbourGrid grid(cell, positions, cutoff);
  std::vector<Neighbour> found;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    grid.around_atom(static_cast<int>(i), found);
    for (const Neighbour& n : found) {
      int at = n.index;
      if (n.shift != std::array<int, 3>{0, 0, 0}) {
        const auto [entry, added] = ghosts.try_emplace({n.index, n.shift[0], n.shift[1], n.shift[2]}, static_cast<int>(atoms.owner.size()));
        at = entry->second;
        if (added) {
          const Vec3 r = positions[static_cast<std::size_t>(n.index)].vec() + n.shift[0] * cell.a() + n.shift[1] * cell.b() + n.shift[2] * cell.c();
          for (int a = 0; a < 3; ++a) atoms.x.push_back(r[a]);
          atoms.types.push_back(types[static_cast<std::size_t>(n.index)]);
          atoms.owner.push_back(n.index);
        }
      }
      atoms.neighbours[i].push_back(at);
    }
  }
  return atoms;
}

void check_parameters(const ModelParameters& given, const DeepPotentialModel& model, std::size_t atoms) {
  const std::size_t f = static_cast<std::size_t>(model.numb_fparam), a = static_cast<std::size_t>(model.numb_aparam) * atoms;
  if (!given.fparam.empty() && given.fparam.size() != f) fail_input({"fparam", "wrong number of frame parameters", std::to_string(given.fparam.size()), std::to_string(f), ""});
  if (!given.aparam.empty() && given.aparam.size() != a) fail_input({"aparam", "wrong number of atomic parameters", std::to_string(given.aparam.size()), std::to_string(a), ""});
}

}  // namespace

StructureEnergy structure_energy(const Cell& cell, const std::vector<Cartesian>& positions, const std::vector<int>& types, Evaluator& evaluator, const ModelParameters& parameters) {
  for (std::size_t i = 0; i < positions.size(); ++i)
    if (!positions[i].vec().allFinite()) fail_input({fmt::format("atom {}", i + 1), "a position that is not finite", "", "", ""});
  const DeepPotentialModel& model = evaluator.model();
  check_parameters(parameters, model, positions.size());
  // A hair beyond the cut-off, so that the evaluator alone decides what lies within.
  const GhostedAtoms atoms = with_ghosts(cell, positions, types, model.rcut * (1 + 1e-12));
  std::vector<const int*> lists;
  std::vector<int> counts;
  for (const auto& list : atoms.neighbours) {
    lists.push_back(list.data());
    counts.push_back(static_cast<int>(list.size()));
  }
  AtomsView view;
  view.nlocal = static_cast<int>(positions.size());
  view.nall = static_cast<int>(atoms.owner.size());
  view.x = atoms.x.data();
  view.type = atoms.types.data();
  view.neighbours = lists.data();
  view.neighbour_count = counts.data();
  view.fparam = parameters.fparam.empty() ? nullptr : parameters.fparam.data();
  view.aparam = parameters.aparam.empty() ? nullptr : parameters.aparam.data();
  view.generation = next_generation();

  StructureEnergy energy;
  std::vector<double> force(atoms.x.size());
  energy.atom_energy.resize(positions.size());
  EvaluationResult result;
  result.force = force.data();
  result.atom_energy = energy.atom_energy.data();
  evaluator.compute(view, result);
  energy.energy = result.energy;
  energy.overflow = result.overflow;
  energy.too_close = result.too_close;
  std::copy(result.virial, result.virial + 9, energy.virial.begin());
  energy.forces.resize(positions.size());
  for (std::size_t k = 0; k < atoms.owner.size(); ++k)
    energy.forces[static_cast<std::size_t>(atoms.owner[k])] += Cartesian(force[3 * k], force[3 * k + 1], force[3 * k + 2]);
  return energy;
}

StructureEnergy structure_energy(const Structure& structure, Evaluator& evaluator, const ModelParameters& parameters) {
  // By name, not through TypeMap: a model may call its types what it likes as long as the structure's elements are among them.
  const std::vector<std::string>& names = evaluator.model().type_map;
  std::vector<int> types;
  for (const Element& element : structure.elements) {
    const auto found = std::find(names.begin(), names.end(), element.symbol());
    if (found == names.end())
      fail_input({"model", "does not know an element of the structure", element.symbol(), fmt::format("{}", fmt::join(names, " ")), "use a model trained for it"});
    types.push_back(static_cast<int>(found - names.begin()));
  }
  return structure_energy(structure.cell, structure.positions, types, evaluator, parameters);
}

}  // namespace lamella
