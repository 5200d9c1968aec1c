#include <algorithm>

#include "amorph/cut.hpp"
#include "amorph/layer_maker.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {
namespace {

constexpr double frozen_depth = 7.0;   // A of frozen liquid at each face, at least: more than a cut-off of the ions' potentials
constexpr double vacuum = 2.0;         // A beyond the frozen slices; without them at least 18 A are left

}  // namespace

MeltState LayerMaker::film_in_liquid(long units, double thickness) {
  MeltSystem bulk = system_;
  bulk.film = false;
  bulk.constant_density = true;
  const long whole = std::max(formula_units(request_.formula, area_, std::max(thickness + frozen_depth, least_melt_height), bulk.potential.glass_density), units + 1);
  bulk.elements = atoms_of(request_.formula, whole);
  const MeltState melt = liquid(bulk, request_.recipe, packed(bulk, height_of(request_.formula, whole, area_, bulk.potential.glass_density)), request_.seed, progress_);
  const Structure s = structure_of(bulk, melt);
  const Cut cut = cut_flat(s, request_.formula, units);
  system_.elements = cut.slab.elements;
  const double c = melt.rows(2, 2), depth = c - thickness;
  system_.wall = depth + vacuum;
  MeltState film;
  film.rows = box_rows(plane_.rows, thickness + 2.0 * system_.wall);
  for (const Cartesian& p : cut.slab.positions) film.positions.emplace_back(p.x(), p.y(), p.z() + system_.wall);
  // What is left of the liquid, all of it (it is neutral), above the film and, one period lower, below it.
  std::vector<bool> taken(s.size(), false);
  for (const int i : cut.atoms) taken[static_cast<std::size_t>(i)] = true;
  for (std::size_t i = 0; i < s.size(); ++i) {
    if (taken[i]) continue;
    const double above = wrapped_unit((s.positions[i].z() + cut.lift - thickness) / c) * c;  // over the upper face
    for (const double z : {system_.wall + thickness + above, system_.wall - depth + above}) {
      system_.held.elements.push_back(s.elements[i]);
      system_.held.positions.emplace_back(s.positions[i].x(), s.positions[i].y(), z);
    }
  }
  return film;
}

Quenched LayerMaker::film(MeltStore* store, AmorphousLayer& layer) {
  const long units = formula_units(request_.formula, area_, request_.thickness, system_.potential.glass_density);
  const double thickness = height_of(request_.formula, units, area_, system_.potential.glass_density);
  system_.glass_height = thickness;
  system_.rough = true;
  const MeltState start = film_in_liquid(units, thickness);
  Quenched quenched = quench_melt(system_, request_.recipe, start, request_.seed, store, progress_);
  take_film(quenched, layer);
  return quenched;
}

}  // namespace lamella
