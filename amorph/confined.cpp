#include <algorithm>
#include <numeric>

#include "amorph/layer_maker.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {
namespace {

constexpr double held_depth = 14.0;  // A of each confining crystal that the melt feels: twice a cut-off
constexpr double free_depth = 6.0;   // A of each that moves in the release

}  // namespace

void LayerMaker::hold(const Slab& slab, double face, double height, bool below) {
  const Mat2 turn = Eigen::Rotation2Dd(-plane_.turn).toRotationMatrix();
  for (std::size_t i = 0; i < slab.size(); ++i) {
    const Cartesian& p = slab.positions[i];
    if ((below ? face - p.z() : p.z() - face) > held_depth) continue;
    const Vec2 xy = turn * Vec2(p.x(), p.y());
    system_.held.elements.push_back(slab.elements[i]);
    system_.held.positions.emplace_back(xy.x(), xy.y(), p.z() - face + height);
  }
}

void LayerMaker::sort_held(double low, double high) {
  Structure& held = system_.held;
  std::vector<std::size_t> order(held.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto free = [&](std::size_t i) { return held.positions[i].z() > low - free_depth && held.positions[i].z() < high + free_depth; };
  std::stable_partition(order.begin(), order.end(), free);
  Structure sorted;
  for (const std::size_t i : order) {
    sorted.elements.push_back(held.elements[i]);
    sorted.positions.push_back(held.positions[i]);
    system_.free_later += free(i);
  }
  held = sorted;
}

Quenched LayerMaker::confined(MeltStore* store, AmorphousLayer& layer) {
  const Confinement& between = *request_.between;
  const long units = formula_units(request_.formula, area_, request_.thickness, system_.potential.glass_density);
  system_.elements = atoms_of(request_.formula, units);
  const double thickness = height_of(request_.formula, units, area_, system_.potential.glass_density);
  const double low = held_depth + 1.0, high = low + between.gap + thickness;  // the crystals' outermost atoms
  hold(between.below, extent_of(between.below).high, low, true);
  hold(between.above, extent_of(between.above).low, high, false);
  sort_held(low, high);
  system_.wall = low + 0.5 * between.gap;
  system_.glass_height = thickness;
  const double vacuum = system_.potential.cutoff + 2.0;
  Quenched quenched = quench_melt(system_, request_.recipe, packed(system_, high + held_depth + vacuum), request_.seed, store, progress_);
  take_film(quenched, layer);
  return quenched;
}

}  // namespace lamella
