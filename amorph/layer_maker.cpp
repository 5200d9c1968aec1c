#include "amorph/layer_maker.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/cut.hpp"
#include "amorph/pack.hpp"
#include "amorph/proof.hpp"
#include "base/error.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {
namespace {

constexpr double spare_height = 2.0;        // A of glass to choose the cut in
constexpr double contraction = 1.2;         // glass to melt, the most that was seen (LiF, 1500 to 300 K)

MeltPlane melt_plane(const Mat2& plane) {
  const double turn = std::atan2(plane(0, 1), plane(0, 0));
  const Mat2 back = Eigen::Rotation2Dd(-turn).toRotationMatrix();
  Mat2 rows = plane * back.transpose();
  rows(0, 1) = 0.0;
  rows(1, 0) -= std::round(rows(1, 0) / rows(0, 0)) * rows(0, 0);
  return {rows, turn};
}

}  // namespace

double height_of(const Formula& formula, long units, double area, double density) { return density_of(formula, units, area * density); }

std::vector<Element> atoms_of(const Formula& formula, long units) {
  std::vector<Element> elements;
  for (const FormulaTerm& t : formula) elements.insert(elements.end(), static_cast<std::size_t>(units * t.count), t.element);
  return elements;
}

LayerMaker::LayerMaker(const LayerRequest& request, const MeltPotential& potential, const Progress& progress)
    : request_(request), progress_(progress), plane_(melt_plane(request.plane)), area_(plane_.rows.determinant()) {
  system_.formula = request.formula;
  system_.potential = potential;
  system_.film = chosen_method(request.recipe, request.thickness, potential) != "bulk";
  system_.constant_density = request.recipe.density > 0.0;
  system_.inputs = request.inputs;
  if (request.between) system_.others = other_elements(request);
}

AmorphousLayer LayerMaker::make(MeltStore* store) {
  AmorphousLayer layer;
  const double searched = system_.potential.density_known ? 0.0 : size_by_melt(store);
  Quenched quenched = !system_.film ? bulk(store, layer) : request_.between ? confined(store, layer) : film(store, layer);
  quenched.searched_density = searched;
  turn_back(layer.slab);
  layer.warnings = system_.potential.warnings;
  layer.proof = proof_of(request_, system_, quenched, layer);
  if (layer.proof.at("crystallised").get<bool>())
    layer.warnings.push_back(fmt::format("the amorphous layer has crystallised: {:.0f} % of its ions are in register with their sublattice (limit {:.0f} %)",
                                         100.0 * layer.proof.at("crystal_share").get<double>(), 100.0 * request_.recipe.crystal_share));
  return layer;
}

MeltState LayerMaker::packed(const MeltSystem& system, double height) const {
  MeltState state;
  state.rows = box_rows(plane_.rows, height);
  const PackRoom room{system.wall, system.wall + system.glass_height, system.film};
  state.positions = pack_at_random(Cell(state.rows), system.elements, room, request_.seed);
  return state;
}

double LayerMaker::size_by_melt(MeltStore* store) {
  double found = store ? store->density() : 0.0;
  if (found <= 0.0) {
    MeltSystem melt = system_;
    melt.film = false;
    melt.others.clear();
    melt.inputs.clear();
    if (request_.between) melt.potential = melt_potential(request_.recipe, request_.formula);
    const long units = formula_units(request_.formula, area_, least_melt_height, melt.potential.melt_density);
    melt.elements = atoms_of(request_.formula, units);
    const double height = height_of(request_.formula, units, area_, melt.potential.melt_density);
    found = search_density(melt, request_.recipe, packed(melt, height), request_.seed, progress_);
    if (store) store->save_density(found);
  }
  system_.potential.melt_density = found;
  system_.potential.glass_density = system_.film ? found * 0.5 * (1.0 + contraction) : found * contraction;
  return found;
}

Quenched LayerMaker::bulk(MeltStore* store, AmorphousLayer& layer) {
  const double height = std::max(request_.thickness + spare_height, least_melt_height);
  const long units = formula_units(request_.formula, area_, 1.03 * height, system_.potential.glass_density);
  system_.elements = atoms_of(request_.formula, units);
  const double packing = system_.constant_density ? system_.potential.glass_density : system_.potential.melt_density;
  const double melt_height = height_of(request_.formula, units, area_, packing);
  Quenched quenched = quench_melt(system_, request_.recipe, packed(system_, melt_height), request_.seed, store, progress_);
  layer.density = density_of(request_.formula, units, area_ * quenched.state.rows(2, 2));
  const long wanted = formula_units(request_.formula, area_, request_.thickness, layer.density);
  if (wanted > units)
    fail_run({"quench", "the glass came out too dense for the melt that was packed", fmt::format("{:.3f} g/cm3", layer.density),
              fmt::format("at most {:.3f}", layer.density * static_cast<double>(units) / static_cast<double>(wanted)), "give quench.density"});
  layer.slab = cut_flat(structure_of(system_, quenched.state), request_.formula, wanted).slab;
  return quenched;
}

void LayerMaker::take_film(const Quenched& quenched, AmorphousLayer& layer) const {
  layer.density = system_.potential.glass_density;
  layer.slab.plane = plane_.rows;
  layer.slab.thickness = system_.glass_height;
  layer.slab.elements = system_.elements;
  for (const Cartesian& p : quenched.state.positions) layer.slab.positions.emplace_back(p.x(), p.y(), p.z() - system_.wall);
}

void LayerMaker::turn_back(Slab& slab) const {
  const Mat2 turn = Eigen::Rotation2Dd(plane_.turn).toRotationMatrix();
  for (Cartesian& p : slab.positions) {
    const Vec2 xy = turn * Vec2(p.x(), p.y());
    p = Cartesian(xy.x(), xy.y(), p.z());
  }
  slab.plane = request_.plane;
}

}  // namespace lamella
