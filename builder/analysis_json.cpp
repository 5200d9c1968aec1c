#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "builder/analyze.hpp"

namespace lamella {
namespace {

using json = nlohmann::ordered_json;

json settings(const Analysis& a) {
  const AnalyzeOptions& o = a.options;
  json bonds = json::array();
  for (const BondKind& kind : o.bonds) bonds.push_back({{"bond", kind.name}, {"cutoff_A", kind.cutoff}});
  return {{"windows", a.window_times.size()},
          {"r_max_A", o.r_max},
          {"bins", o.bins},
          {"lifetime_frames", o.lifetime},
          {"bonds", bonds},
          {"order", {{"bond_A", o.order.bond}, {"regular_T_below", o.order.regular_t}, {"regular_q_above", o.order.regular_q}}},
          {"mobile", o.mobile},
          {"fit_from_msd_A2", o.diffusion.msd_start},
          {"fit_to_fraction_of_run", o.diffusion.end_fraction},
          {"hop_A", o.diffusion.hop},
          {"start", o.start},
          {"stop", o.stop},
          {"every", o.every}};
}

json rdf_entry(const RdfResult& rdf) { return {{"g", rdf.g}, {"coordination", rdf.coordination}, {"frames", rdf.frames}}; }

json rdf_json(const Analysis& a) {
  json all = json::array();
  for (std::size_t p = 0; p < a.rdf_whole.size(); ++p) {
    json windows = json::array();
    for (std::size_t w = 0; w < a.rdf.size(); ++w) {
      json entry = {{"from_ps", a.window_times[w].first}, {"to_ps", a.window_times[w].second}};
      entry.update(rdf_entry(a.rdf[w][p]));
      windows.push_back(entry);
    }
    all.push_back({{"pair", a.rdf_whole[p].name}, {"r_A", a.rdf_whole[p].r}, {"whole", rdf_entry(a.rdf_whole[p])}, {"windows", windows}});
  }
  return {{"normalisation", "mean over frames of V n_AB / (N_A N_B shell volume), ordered pairs, N_A^2 for like pairs; images included; g of a layer does not tend to 1"},
          {"pairs", all}};
}

json barrier_json(const Barrier& barrier) { return {{"eV", barrier.value}, {"bound_only", barrier.bound}}; }

json potentials_json(const Analysis& a) {
  json all = json::array();
  for (const PotentialOfMeanForce& v : a.potentials) {
    json entry = {{"pair", v.name}, {"temperature_K", v.temperature}, {"r_A", v.r}, {"V_eV", v.v}, {"found", v.found}};
    if (v.found) {
      entry["peak_A"] = v.r_peak;
      entry["gap_A"] = v.r_gap;
      entry["breaking"] = barrier_json(v.breaking);
      if (v.r_next > 0.0) entry["forming"] = barrier_json(v.forming);
    }
    all.push_back(entry);
  }
  return all;
}

template <class T, class F>
json column(const std::vector<T>& rows, F&& value) {
  json all = json::array();
  for (const T& row : rows) all.push_back(value(row));
  return all;
}

json bonds_json(const Analysis& a) {
  json bonds = json::object();
  for (std::size_t k = 0; k < a.options.bonds.size(); ++k) bonds[a.options.bonds[k].name] = column(a.bonds, [&](const BondCensus& c) { return c.bonds[k]; });
  json events = json::array();
  for (const BondEvent& e : a.events)
    events.push_back({{"time_ps", a.time[e.frame]}, {"bond", a.options.bonds[e.kind].name}, {"change", e.formed ? "formed" : "broken"}, {"ids", {a.atoms.ids[e.a], a.atoms.ids[e.b]}}});
  return {{"bonds", bonds},
          {"tetrahedra", column(a.bonds, [](const BondCensus& c) { return c.tetrahedra; })},
          {"tetrahedra_kept", column(a.bonds, [](const BondCensus& c) { return c.tetrahedra_kept; })},
          {"P_with_O", column(a.bonds, [](const BondCensus& c) { return c.phosphorus_with_oxygen; })},
          {"Co_with_S", column(a.bonds, [](const BondCensus& c) { return c.cobalt_with_sulphur; })},
          {"S2_dimers", column(a.bonds, [](const BondCensus& c) { return c.dimers; })},
          {"S_chains", column(a.bonds, [](const BondCensus& c) { return c.chains; })},
          {"longest_S_chain", column(a.bonds, [](const BondCensus& c) { return c.longest_chain; })},
          {"events", events}};
}

json order_json(const Analysis& a) {
  return {{"time_ps", column(a.order_at, [&](std::size_t k) { return a.time[k]; })},
          {"four_coordinated", column(a.order, [](const OrderReport& r) { return r.four_coordinated; })},
          {"regular_tetrahedra", column(a.order, [](const OrderReport& r) { return r.regular; })},
          {"largest_cluster", column(a.order, [](const OrderReport& r) { return r.clusters.empty() ? 0 : r.clusters.front(); })},
          {"rock_salt_like", column(a.order, [](const OrderReport& r) { return r.rock_salt_like; })},
          {"crystal_like", column(a.order, [](const OrderReport& r) { return r.crystal_like; })},
          {"Li_beside_F", column(a.order, [](const OrderReport& r) { return sum_of(r.cn_histogram).entries; })},
          {"Li_around_F_mean", column(a.order, [](const OrderReport& r) { return sum_of(r.ligand_histogram).mean; })},
          {"F_with_six_Li", column(a.order, [](const OrderReport& r) { return sum_of(r.ligand_histogram, 6).above; })},
          {"F", column(a.order, [](const OrderReport& r) { return sum_of(r.ligand_histogram).entries; })}};
}

json profiles_json(const Analysis& a) {
  json all = json::array();
  for (std::size_t w = 0; w < a.profiles.size(); ++w) {
    const Profile& p = a.profiles[w];
    json density = json::object();
    for (std::size_t e = 0; e < p.elements.size(); ++e) density[p.elements[e].symbol()] = p.number_density[e];
    all.push_back({{"from_ps", a.window_times[w].first}, {"to_ps", a.window_times[w].second}, {"z_A", p.z}, {"number_density_per_A3", density},
                   {"mass_density_g_cm3", p.mass_density}, {"charge_density_e_A3", p.charge_density}});
  }
  return all;
}

json value_json(const DiffusionValue& d) { return {{"cm2_s", d.value}, {"error_cm2_s", d.error}}; }

json diffusion_json(const Analysis& a) {
  json all = json::array();
  for (const Diffusion& d : a.diffusion) {
    json lag = json::array(), msd = json::array(), plane = json::array(), normal = json::array();
    const std::size_t every = (d.curve.size() + 999) / 1000;
    for (std::size_t k = 0; k < d.curve.size(); k += std::max<std::size_t>(every, 1)) {
      lag.push_back(static_cast<double>(k) * d.spacing);
      msd.push_back(d.curve.total(k));
      plane.push_back(d.curve.in_plane[k]);
      normal.push_back(d.curve.normal[k]);
    }
    all.push_back({{"group", d.name}, {"ions", d.ions}, {"D", value_json(d.d)}, {"D_xy", value_json(d.d_xy)}, {"D_z", value_json(d.d_z)}, {"diffusive", d.diffusive},
                   {"fit_from_ps", d.fit_begin}, {"fit_to_ps", d.fit_end}, {"msd_max_A2", d.msd_max}, {"hops", d.hops}, {"relative_error_by_hops", d.relative_error_hops},
                   {"lag_ps", lag}, {"msd_A2", msd}, {"msd_xy_A2", plane}, {"msd_z_A2", normal}});
  }
  return all;
}

json residence_json(const Analysis& a) {
  if (a.residence.empty()) return nullptr;
  return {{"ion", a.options.mobile}, {"layer", a.residence_layer}, {"ions", a.residence_ions},
          {"inside", column(a.residence, [](const ResidenceCount& c) { return c.inside; })},
          {"left_ever", column(a.residence, [](const ResidenceCount& c) { return c.left_ever; })}};
}

json box_json(const Analysis& a) {
  json all = json::object();
  const char* names[] = {"a_A", "b_A", "c_A", "alpha_deg", "beta_deg", "gamma_deg"};
  for (int k = 0; k < 6; ++k) all[names[k]] = column(a.box, [k](const BoxState& b) { return b.parameters[k]; });
  all["volume_A3"] = column(a.box, [](const BoxState& b) { return b.volume; });
  const char* strains[] = {"xx", "yy", "zz", "yz", "xz", "xy"};
  for (int k = 0; k < 6; ++k) all["strain"][strains[k]] = column(a.box, [k](const BoxState& b) { return b.strain[k]; });
  return all;
}

}  // namespace

nlohmann::ordered_json analysis_json(const Analysis& a) {
  json atoms = json::object();
  for (const FormulaTerm& term : formula_of(a.atoms.elements)) atoms[term.element.symbol()] = term.count;
  json census = json::object();
  for (std::size_t k = 0; k < a.atoms.layer_names.size(); ++k) census[a.atoms.layer_names[k]] = std::count(a.atoms.layer_of.begin(), a.atoms.layer_of.end(), static_cast<int>(k));
  return {{"lamella", version()},
          {"trajectory", a.input.name},
          {"protocol", a.input.protocol},
          {"frames", a.time.size()},
          {"atoms", atoms},
          {"layers", a.atoms.layer_names},
          {"atoms_by_layer", census},
          {"settings", settings(a)},
          {"warnings", a.warnings},
          {"time_ps", a.time},
          {"step", a.step},
          {"rdf", rdf_json(a)},
          {"potential_of_mean_force", potentials_json(a)},
          {"chemistry", bonds_json(a)},
          {"order", order_json(a)},
          {"diffusion", diffusion_json(a)},
          {"residence", residence_json(a)},
          {"profiles", profiles_json(a)},
          {"box", box_json(a)}};
}

}  // namespace lamella
