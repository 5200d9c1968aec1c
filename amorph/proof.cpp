#include "amorph/proof.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/digits.hpp"
#include "lattice/slab_box.hpp"
#include "observe/order.hpp"
#include "observe/voids.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

/// Six significant digits: enough for a report, and the same text from a value read back.
Json brief(double x) { return std::isfinite(x) ? Json(to_digits(x, 6)) : Json(nullptr); }

Json stages_json(const MeltSystem& system, const Quenched& quenched) {
  Json rows = Json::array();
  for (const StageRecord& s : quenched.stages) {
    Json msd = Json::object();
    for (std::size_t t = 0; t < system.formula.size(); ++t) msd[system.formula[t].element.symbol()] = brief(s.msd[t]);
    rows.push_back({{"stage", s.name}, {"from", brief(s.from)}, {"to", brief(s.to)}, {"time", brief(s.time)}, {"temperature", brief(s.temperature)},
                    {"pressure", brief(s.pressure)}, {"density", brief(s.density)}, {"energy", brief(s.energy)}, {"msd", msd},
                    {"crystal_share", brief(s.crystal_share)}});
  }
  return rows;
}

Json rewinds_json(const Quenched& quenched) {
  Json rows = Json::array();
  for (const Rewind& r : quenched.rewinds) rows.push_back({{"at", brief(r.from)}, {"back_to", brief(r.to)}, {"crystal_share", brief(r.share)}});
  return rows;
}

/// Density in slices of the layer about 1 A high, g/cm3, bottom to top.
Json density_profile(const Slab& slab) {
  const int slices = std::max(1, static_cast<int>(std::lround(slab.thickness)));
  std::vector<double> mass(slices, 0.0);
  for (std::size_t i = 0; i < slab.size(); ++i) {
    const int k = std::clamp(static_cast<int>(slab.positions[i].z() / slab.thickness * slices), 0, slices - 1);
    mass[k] += slab.elements[i].mass();
  }
  Json rows = Json::array();
  const double volume = slab.area() * slab.thickness / slices;
  for (const double m : mass) rows.push_back(brief(m / (0.602214076 * volume)));
  return rows;
}

/// Voronoi volumes and voids of the glass, periodic (a film's faces closed).
Json space_json(const MeltSystem& system, const MeltState& state) {
  constexpr double probe = 2.2;  // A: the largest holes of the crystals (1.8 in rock salt, 2.0 in wurtzite) stay below
  const Structure s = closed_structure(system, state);
  const VoronoiReport report = voronoi(s.cell, s.positions, probe);
  Json volumes = Json::object();
  for (const FormulaTerm& t : system.formula) {
    double sum = 0.0, squares = 0.0;
    long n = 0;
    for (std::size_t i = 0; i < s.size(); ++i) {
      if (s.elements[i] != t.element) continue;
      sum += report.volumes[i];
      squares += report.volumes[i] * report.volumes[i];
      ++n;
    }
    const double mean = sum / n;
    volumes[t.element.symbol()] = {{"mean", brief(mean)}, {"spread", brief(std::sqrt(std::max(0.0, squares / n - mean * mean)))}};
  }
  return {{"voronoi_volume", volumes}, {"void_probe", probe}, {"voids", report.voids.size()},
          {"largest_void", brief(report.voids.empty() ? 0.0 : report.voids.front().radius)}, {"void_share", brief(report.void_share)}};
}

Json release_json(const MeltSystem& system, const Release& release) {
  Json rms = Json::object();
  for (const auto& [element, moved] : release.rms) rms[element.symbol()] = brief(moved);
  return {{"time", brief(release.time)}, {"temperature", brief(release.temperature)}, {"free_crystal_atoms", system.free_later}, {"held_crystal_atoms", system.held.size() - system.free_later},
          {"rms_displacement", rms}, {"farthest", brief(release.farthest)}, {"largest_force_settled", brief(release.largest_force)}};
}

/// Why the layer was made this way.
std::string method_reason(const LayerRequest& request, const MeltSystem& system) {
  if (request.recipe.method != "auto") return "asked for";
  return fmt::format("the default for {:g} A{}", request.thickness, request.thickness < thin_layer && !system.film ? " of a density that was not known" : "");
}

/// Order of the finished layer itself: coordination with open faces; what counts crystals with them closed (see closed_structure).
Json layer_order(const LayerRequest& request, const Slab& slab, const OrderCriteria& criteria) {
  const std::vector<Element> cations = cations_of(request.formula), anions = anions_of(request.formula);
  const OrderReport order = local_order(in_box(slab, slab.thickness + 20.0), cations, anions, criteria, {true, true, false});
  const OrderReport closed = local_order(in_box(slab, slab.thickness), cations, anions, criteria);
  std::vector<long> clusters = order.clusters;
  if (clusters.size() > 5) clusters.resize(5);
  return {{"cations", order.centres.size()}, {"cn", brief(order.mean_cn)}, {"cn_histogram", order.cn_histogram},
          {"regular_tetrahedra", order.regular}, {"linked_by_anions", clusters}, {"rock_salt_like", order.rock_salt_like},
          {"crystal_like", closed.crystal_like}, {"largest_crystal", closed.largest_crystal}};
}

Json thresholds_json(const LayerRequest& request, const OrderCriteria& c) {
  return {{"bond", brief(c.bond)}, {"regular_t", c.regular_t}, {"regular_q", c.regular_q}, {"octahedral_rms", c.octahedral_rms},
          {"coherence", c.coherence}, {"coherent_links", c.coherent_links}, {"of_neighbours", c.sublattice_neighbours},
          {"crystallised_above", request.recipe.crystal_share}};
}

/// Shortest pair of each kind among the snapshots' last one: what no seam may undercut.
Json shortest_pairs(const MeltSystem& system, const MeltState& state) {
  Json out = Json::object();
  const NeighbourGrid grid(Cell(state.rows), state.positions, 4.5);
  std::vector<Neighbour> near;
  const std::size_t kinds = system.formula.size();
  std::vector<double> shortest(kinds * kinds, 1e9);
  const auto kind = [&](int i) {
    std::size_t t = 0;
    while (system.formula[t].element != system.elements[i]) ++t;
    return t;
  };
  for (std::size_t i = 0; i < system.elements.size(); ++i) {
    grid.around_atom(static_cast<int>(i), near);
    for (const Neighbour& n : near) {
      double& held = shortest[kind(static_cast<int>(i)) * kinds + kind(n.index)];
      held = std::min(held, n.distance);
    }
  }
  for (std::size_t a = 0; a < kinds; ++a)
    for (std::size_t b = a; b < kinds; ++b)
      if (shortest[a * kinds + b] < 1e9)
        out[system.formula[a].element.symbol() + "-" + system.formula[b].element.symbol()] = brief(shortest[a * kinds + b]);
  return out;
}

}  // namespace

nlohmann::ordered_json proof_of(const LayerRequest& request, const MeltSystem& system, const Quenched& quenched, const AmorphousLayer& layer) {
  const QuenchRecipe& r = request.recipe;
  const GlassNumbers glass = glass_numbers(system, r, quenched.snapshots);
  const OrderCriteria criteria = order_criteria(r, glass.bond);
  Json proof;
  proof["formula"] = to_string(request.formula);
  proof["method"] = system.held.size() > 0 && !system.rough ? "confined" : system.film ? "slab" : "bulk";
  proof["method_reason"] = method_reason(request, system);
  proof["potential"] = system.potential.name;
  proof["potential_sha256"] = system.potential.sha256;
  proof["melt"] = r.melt;
  proof["hold"] = r.hold;
  proof["rate"] = r.rate;
  proof["final"] = r.final;
  proof["seed"] = request.seed;
  proof["timestep"] = system.potential.timestep;
  proof["melted_atoms"] = system.elements.size();
  proof["density"] = brief(layer.density);
  proof["first_peak"] = brief(glass.first_peak);
  proof["first_peak_bin"] = brief(glass.first_peak_bin);
  proof["cn"] = brief(glass.cn);
  proof["crystal_share"] = brief(glass.crystal_share);
  proof["crystallised"] = glass.crystal_share > r.crystal_share;
  proof["regular_share"] = brief(glass.regular_share);
  proof["rock_salt_share"] = brief(glass.rock_salt_share);
  proof["wurtzite_share"] = brief(glass.wurtzite_share);
  proof["thresholds"] = thresholds_json(request, criteria);
  proof["thickness"] = brief(layer.slab.thickness);
  proof["thickness_definition"] = "Gibbs: volume of the layer's formula units at the density of the glass, over the area";
  proof["layer"] = layer_order(request, layer.slab, criteria);
  proof["roughness"] = {{"bottom", brief(face_roughness(layer.slab, false))}, {"top", brief(face_roughness(layer.slab, true))}};
  proof["density_profile"] = density_profile(layer.slab);
  proof["slices"] = ring_of_slices(request, layer.slab, criteria);
  proof["rdf"] = partial_rdfs(system, quenched.snapshots);
  proof["shortest_pairs"] = shortest_pairs(system, quenched.state);
  proof["space"] = space_json(system, quenched.state);
  proof["stages"] = stages_json(system, quenched);
  proof["rewinds"] = rewinds_json(quenched);
  if (quenched.searched_density > 0.0) proof["melt_density_found"] = brief(quenched.searched_density);
  if (quenched.release) proof["release"] = release_json(system, *quenched.release);
  if (request.between) proof["between_gap"] = request.between->gap;
  return proof;
}

}  // namespace lamella
