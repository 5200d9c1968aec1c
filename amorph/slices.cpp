#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/proof.hpp"
#include "lattice/slab_box.hpp"
#include "observe/rdf.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

double rounded(double x) { return std::round(1e4 * x) / 1e4; }

}  // namespace

nlohmann::ordered_json partial_rdfs(const MeltSystem& system, const std::vector<MeltState>& snapshots) {
  constexpr double r_max = 8.0;  // A
  constexpr int bins = 80;
  std::vector<RdfPair> pairs;
  const auto members = [&](Element e) {
    std::vector<int> atoms;
    for (std::size_t i = 0; i < system.elements.size(); ++i)
      if (system.elements[i] == e) atoms.push_back(static_cast<int>(i));
    return atoms;
  };
  for (std::size_t a = 0; a < system.formula.size(); ++a)
    for (std::size_t b = a; b < system.formula.size(); ++b) {
      const Element x = system.formula[a].element, y = system.formula[b].element;
      pairs.push_back({x.symbol() + "-" + y.symbol(), members(x), members(y)});
    }
  RdfAccumulator rdf(pairs, system.elements.size(), r_max, bins, 1);
  for (const MeltState& state : snapshots) {
    Mat3 rows = state.rows;
    if (system.film) rows(2, 2) = system.glass_height;  // the volume that the film fills; its faces stay open
    rdf.add(Cell(rows), state.positions, {true, true, !system.film});
  }
  Json out = Json::object(), r = Json::array();
  for (int k = 0; k < bins; ++k) r.push_back(rounded((k + 0.5) * r_max / bins));
  out["r"] = r;
  for (const RdfResult& result : rdf.results()) {
    Json g = Json::array(), cn = Json::array();
    for (const double value : result.g) g.push_back(rounded(value));
    for (const double value : result.coordination) cn.push_back(rounded(value));
    out[result.name] = {{"g", g}, {"cn", cn}};
  }
  return out;
}

nlohmann::ordered_json ring_of_slices(const LayerRequest& request, const Slab& slab, const OrderCriteria& criteria) {
  const OrderReport order = local_order(in_box(slab, slab.thickness), cations_of(request.formula), anions_of(request.formula), criteria);
  const int count = std::max(1, static_cast<int>(std::lround(slab.thickness / 2.0)));
  struct Slice {
    double mass = 0.0;
    long centres = 0, bonds = 0, regular = 0, crystal = 0;
  };
  std::vector<Slice> slices(static_cast<std::size_t>(count));
  const auto slice_of = [&](const Cartesian& p) -> Slice& {
    const int k = static_cast<int>(wrapped_unit(p.z() / slab.thickness) * count);
    return slices[static_cast<std::size_t>(std::clamp(k, 0, count - 1))];
  };
  for (std::size_t i = 0; i < slab.size(); ++i) slice_of(slab.positions[i]).mass += slab.elements[i].mass();
  for (const LocalOrder& centre : order.centres) {
    Slice& s = slice_of(slab.positions[static_cast<std::size_t>(centre.atom)]);
    ++s.centres;
    s.bonds += centre.cn;
    s.regular += centre.regular;
    s.crystal += centre.crystal_like;
  }
  Json out = Json::array();
  const double high = slab.thickness / count, volume = slab.area() * high;
  for (int k = 0; k < count; ++k) {
    const Slice& s = slices[static_cast<std::size_t>(k)];
    out.push_back({{"from", rounded(k * high)}, {"to", rounded((k + 1) * high)}, {"density", rounded(s.mass / (0.602214076 * volume))}, {"cations", s.centres},
                   {"cn", s.centres ? rounded(static_cast<double>(s.bonds) / static_cast<double>(s.centres)) : 0.0}, {"regular", s.regular}, {"crystal_like", s.crystal}});
  }
  return out;
}

}  // namespace lamella
