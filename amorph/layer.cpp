#include "amorph/layer.hpp"

#include <fmt/format.h>

#include <cmath>

#include "amorph/cache.hpp"
#include "amorph/cut.hpp"
#include "amorph/pack.hpp"
#include "amorph/proof.hpp"
#include "base/error.hpp"

namespace lamella {
namespace {

constexpr double least_melt_height = 12.0;  // A: a periodic melt any thinner is its own neighbour
constexpr double spare_height = 2.0;        // A of glass to choose the cut in
constexpr double film_vacuum = 16.0;        // A above the film

/// The in-plane cell with a along x and b as short as the lattice allows, and the turn (radians) back to the asked frame.
struct MeltPlane {
  Mat2 rows;
  double turn;
};

MeltPlane melt_plane(const Mat2& plane) {
  const double turn = std::atan2(plane(0, 1), plane(0, 0));
  const Mat2 back = Eigen::Rotation2Dd(-turn).toRotationMatrix();
  Mat2 rows = plane * back.transpose();
  rows(0, 1) = 0.0;
  rows(1, 0) -= std::round(rows(1, 0) / rows(0, 0)) * rows(0, 0);
  return {rows, turn};
}

/// A that `units` formula units need over `area` at `density`.
double height_of(const Formula& formula, long units, double area, double density) { return density_of(formula, units, area * density); }

std::vector<Element> atoms_of(const Formula& formula, long units) {
  std::vector<Element> elements;
  for (const FormulaTerm& t : formula) elements.insert(elements.end(), static_cast<std::size_t>(units * t.count), t.element);
  return elements;
}

MeltState packed(const MeltSystem& system, const Mat2& plane, double height, std::uint64_t seed) {
  MeltState state;
  state.rows.setZero();
  state.rows.topLeftCorner<2, 2>() = plane;
  state.rows(2, 2) = height;
  const PackRoom room{system.wall, system.wall + system.melt_height, system.film};
  state.positions = pack_at_random(Cell(state.rows), system.elements, room, seed);
  return state;
}

/// One try: pack, melt, quench, cut, prove.
class LayerMaker {
 public:
  LayerMaker(const LayerRequest& request, const MeltPotential& potential, const Progress& progress)
      : request_(request), progress_(progress), plane_(melt_plane(request.plane)), area_(plane_.rows.determinant()) {
    system_.formula = request.formula;
    system_.potential = potential;
    system_.film = chosen_method(request.recipe, request.thickness) == "slab";
    system_.constant_density = request.recipe.density > 0.0;
  }

  AmorphousLayer make(MeltStore* store) {
    AmorphousLayer layer;
    Quenched quenched = system_.film ? film(store, layer) : bulk(store, layer);
    turn_back(layer.slab);
    layer.warnings = system_.potential.warnings;
    layer.proof = proof_of(request_, system_, quenched, layer);
    if (layer.proof.at("crystallised").get<bool>())
      layer.warnings.push_back(fmt::format("the amorphous layer has crystallised: {:.0f} % of its ions are in register with their sublattice (limit {:.0f} %)",
                                           100.0 * layer.proof.at("crystal_share").get<double>(), 100.0 * request_.recipe.crystal_share));
    return layer;
  }

 private:
  Quenched bulk(MeltStore* store, AmorphousLayer& layer) {
    const double height = std::max(request_.thickness + spare_height, least_melt_height);
    const long units = formula_units(request_.formula, area_, 1.03 * height, system_.potential.glass_density);
    system_.elements = atoms_of(request_.formula, units);
    const double packing = system_.constant_density ? system_.potential.glass_density : system_.potential.melt_density;
    const double melt_height = height_of(request_.formula, units, area_, packing);
    Quenched quenched = quench_melt(system_, request_.recipe, packed(system_, plane_.rows, melt_height, request_.seed), request_.seed, store, progress_);
    layer.density = density_of(request_.formula, units, area_ * quenched.state.rows(2, 2));
    const long wanted = formula_units(request_.formula, area_, request_.thickness, layer.density);
    if (wanted > units)
      fail_run({"quench", "the glass came out too dense for the melt that was packed", fmt::format("{:.3f} g/cm3", layer.density),
                fmt::format("at most {:.3f}", layer.density * static_cast<double>(units) / static_cast<double>(wanted)), "give quench.density"});
    layer.slab = cut_flat(structure_of(system_, quenched.state), request_.formula, wanted).slab;
    return quenched;
  }

  Quenched film(MeltStore* store, AmorphousLayer& layer) {
    const long units = formula_units(request_.formula, area_, request_.thickness, system_.potential.glass_density);
    system_.elements = atoms_of(request_.formula, units);
    const double thickness = height_of(request_.formula, units, area_, system_.potential.glass_density);
    system_.wall = 0.5 * film_vacuum;
    system_.glass_height = thickness;
    system_.melt_height = system_.constant_density ? thickness : height_of(request_.formula, units, area_, system_.potential.melt_density);
    Quenched quenched =
        quench_melt(system_, request_.recipe, packed(system_, plane_.rows, system_.melt_height + film_vacuum, request_.seed), request_.seed, store, progress_);
    layer.density = system_.potential.glass_density;
    layer.slab.plane = plane_.rows;
    layer.slab.thickness = thickness;
    layer.slab.elements = system_.elements;
    for (const Cartesian& p : quenched.state.positions) layer.slab.positions.emplace_back(p.x(), p.y(), p.z() - system_.wall);
    return quenched;
  }

  /// Into the frame and the very vectors that were asked for.
  void turn_back(Slab& slab) const {
    const Mat2 turn = Eigen::Rotation2Dd(plane_.turn).toRotationMatrix();
    for (Cartesian& p : slab.positions) {
      const Vec2 xy = turn * Vec2(p.x(), p.y());
      p = Cartesian(xy.x(), xy.y(), p.z());
    }
    slab.plane = request_.plane;
  }

  const LayerRequest& request_;
  const Progress& progress_;
  MeltPlane plane_;
  double area_;
  MeltSystem system_;
};

std::uint64_t seed_of_try(std::uint64_t seed, int attempt) { return seed + 1000003ull * static_cast<std::uint64_t>(attempt); }

}  // namespace

AmorphousLayer make_amorphous_layer(const LayerRequest& request, const Progress& progress) {
  check_request(request);
  const MeltPotential potential = melt_potential(request.recipe, request.formula);
  const std::string key = layer_key(request, potential);
  if (std::optional<AmorphousLayer> known = cached_layer(key)) return *known;
  nlohmann::ordered_json tries = nlohmann::ordered_json::array();
  const int allowed = request.recipe.require_amorphous ? request.recipe.tries : 1;
  for (int attempt = 0; attempt < allowed; ++attempt) {
    LayerRequest one = request;
    one.seed = seed_of_try(request.seed, attempt);
    MeltStore store(key + fmt::format("-{}", attempt));
    AmorphousLayer layer = LayerMaker(one, potential, progress).make(&store);
    const bool crystallised = layer.proof.at("crystallised").get<bool>();
    tries.push_back({{"seed", one.seed}, {"crystal_share", layer.proof.at("crystal_share")}, {"rewinds", layer.proof.at("rewinds").size()}});
    layer.proof["tries"] = tries;
    if (!crystallised || !request.recipe.require_amorphous) {
      store_layer(key, layer);
      for (int k = 0; k <= attempt; ++k) MeltStore(key + fmt::format("-{}", k)).clear();
      if (progress) progress({"melt and quench", 1.0, ""});
      return layer;
    }
  }
  fail_run({"quench", "every try crystallised", tries.dump(), fmt::format("at most {} of crystal-like ions", request.recipe.crystal_share),
            "quench faster, or raise quench.tries or quench.rewinds"});
}

}  // namespace lamella
