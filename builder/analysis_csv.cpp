#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "builder/analyze.hpp"

namespace lamella {
namespace {

/// A text that rows are appended to.
class Csv {
 public:
  explicit Csv(const std::string& header) : text_(header + "\n") {}
  template <class... Args>
  void row(fmt::format_string<Args...> format, Args&&... args) {
    fmt::format_to(std::back_inserter(text_), format, std::forward<Args>(args)...);
    text_ += "\n";
  }
  std::string text() && { return std::move(text_); }

 private:
  std::string text_;
};

std::string rdf_csv(const Analysis& a) {
  Csv csv("pair,window,from (ps),to (ps),r (A),g (1),coordination (1)");
  for (std::size_t p = 0; p < a.rdf_whole.size(); ++p) {
    auto curve = [&](const RdfResult& rdf, const std::string& window, double from, double to) {
      for (std::size_t k = 0; k < rdf.r.size(); ++k) csv.row("{},{},{:.8g},{:.8g},{:.6g},{:.8g},{:.8g}", rdf.name, window, from, to, rdf.r[k], rdf.g[k], rdf.coordination[k]);
    };
    curve(a.rdf_whole[p], "whole", a.time.front(), a.time.back());
    for (std::size_t w = 0; w < a.rdf.size(); ++w) curve(a.rdf[w][p], std::to_string(w + 1), a.window_times[w].first, a.window_times[w].second);
  }
  return std::move(csv).text();
}

std::string potential_csv(const Analysis& a) {
  Csv csv("pair,temperature (K),r (A),V (eV)");
  for (const PotentialOfMeanForce& v : a.potentials)
    for (std::size_t k = 0; k < v.r.size(); ++k)
      if (std::isfinite(v.v[k])) csv.row("{},{:.6g},{:.6g},{:.8g}", v.name, v.temperature, v.r[k], v.v[k]);
  return std::move(csv).text();
}

std::string barriers_csv(const Analysis& a) {
  Csv csv("pair,temperature (K),peak (A),gap (A),breaking (eV),breaking is a lower bound,forming (eV),forming is a lower bound");
  for (const PotentialOfMeanForce& v : a.potentials) {
    if (!v.found) continue;
    const std::string forming = v.r_next > 0.0 ? fmt::format("{:.4g},{}", v.forming.value, v.forming.bound ? "yes" : "no") : ",";
    csv.row("{},{:.6g},{:.4g},{:.4g},{:.4g},{},{}", v.name, v.temperature, v.r_peak, v.r_gap, v.breaking.value, v.breaking.bound ? "yes" : "no", forming);
  }
  return std::move(csv).text();
}

std::string bonds_csv(const Analysis& a) {
  std::string header = "time (ps)";
  for (const BondKind& kind : a.options.bonds) header += fmt::format(",{} bonds (count)", kind.name);
  Csv csv(header + ",PS4 tetrahedra (count),PS4 kept (count),P with O (count),Co with S (count),S2 dimers (count),S chains (count),longest S chain (atoms)");
  for (std::size_t k = 0; k < a.bonds.size(); ++k) {
    const BondCensus& c = a.bonds[k];
    std::string bonds;
    for (long count : c.bonds) bonds += fmt::format(",{}", count);
    csv.row("{:.8g}{},{},{},{},{},{},{},{}", a.time[k], bonds, c.tetrahedra, c.tetrahedra_kept, c.phosphorus_with_oxygen, c.cobalt_with_sulphur, c.dimers, c.chains, c.longest_chain);
  }
  return std::move(csv).text();
}

std::string events_csv(const Analysis& a) {
  Csv csv("time (ps),frame,bond,change,id 1,id 2,layer 1,layer 2");
  auto layer = [&](int i) { return a.atoms.layer_of.empty() ? std::string() : a.atoms.layer_names[a.atoms.layer_of[i]]; };
  for (const BondEvent& e : a.events)
    csv.row("{:.8g},{},{},{},{},{},{},{}", a.time[e.frame], e.frame, a.options.bonds[e.kind].name, e.formed ? "formed" : "broken", a.atoms.ids[e.a], a.atoms.ids[e.b], layer(e.a), layer(e.b));
  return std::move(csv).text();
}

std::string order_csv(const Analysis& a) {
  Csv csv("time (ps),Li with four F (count),regular LiF4 tetrahedra (count),largest cluster (tetrahedra),rock-salt-like Li (count),crystal-like Li (count),Li beside F (count),Li around F (mean),F with six Li (count)");
  for (std::size_t k = 0; k < a.order.size(); ++k) {
    const OrderReport& r = a.order[k];
    const HistogramSum fluorine = sum_of(r.ligand_histogram, 6);
    csv.row("{:.8g},{},{},{},{},{},{},{:.6g},{}", a.time[a.order_at[k]], r.four_coordinated, r.regular, r.clusters.empty() ? 0 : r.clusters.front(), r.rock_salt_like, r.crystal_like,
            sum_of(r.cn_histogram).entries, fluorine.mean, fluorine.above);
  }
  return std::move(csv).text();
}

std::string msd_csv(const Analysis& a) {
  Csv csv("group,lag (ps),MSD (A^2),MSD in plane (A^2),MSD normal (A^2)");
  for (const Diffusion& d : a.diffusion) {
    const std::size_t every = std::max<std::size_t>((d.curve.size() + 999) / 1000, 1);
    for (std::size_t k = 0; k < d.curve.size(); k += every)
      csv.row("{},{:.8g},{:.8g},{:.8g},{:.8g}", d.name, static_cast<double>(k) * d.spacing, d.curve.total(k), d.curve.in_plane[k], d.curve.normal[k]);
  }
  return std::move(csv).text();
}

std::string diffusion_csv(const Analysis& a) {
  Csv csv("group,ions,D (cm^2/s),D error (cm^2/s),D_xy (cm^2/s),D_xy error (cm^2/s),D_z (cm^2/s),D_z error (cm^2/s),diffusive,fit from (ps),fit to (ps),largest MSD (A^2),hops (1),relative error by hops (1)");
  for (const Diffusion& d : a.diffusion)
    csv.row("{},{},{:.6g},{:.3g},{:.6g},{:.3g},{:.6g},{:.3g},{},{:.6g},{:.6g},{:.6g},{:.4g},{:.3g}", d.name, d.ions, d.d.value, d.d.error, d.d_xy.value, d.d_xy.error, d.d_z.value, d.d_z.error,
            d.diffusive ? "yes" : "no", d.fit_begin, d.fit_end, d.msd_max, d.hops, d.relative_error_hops);
  return std::move(csv).text();
}

std::string residence_csv(const Analysis& a) {
  Csv csv(fmt::format("time (ps),{0} of {1} inside {1} (count),{0} of {1} that have left (count)", a.options.mobile, a.residence_layer));
  for (std::size_t k = 0; k < a.residence.size(); ++k) csv.row("{:.8g},{},{}", a.time[k], a.residence[k].inside, a.residence[k].left_ever);
  return std::move(csv).text();
}

std::string profile_csv(const Analysis& a) {
  std::string header = "window,from (ps),to (ps),z (A)";
  if (!a.profiles.empty())
    for (const Element& element : a.profiles[0].elements) header += fmt::format(",{} (1/A^3)", element.symbol());
  Csv csv(header + ",mass density (g/cm^3),formal charge density (e/A^3)");
  for (std::size_t w = 0; w < a.profiles.size(); ++w) {
    const Profile& p = a.profiles[w];
    for (std::size_t k = 0; k < p.z.size(); ++k) {
      std::string densities;
      for (const auto& density : p.number_density) densities += fmt::format(",{:.6g}", density[k]);
      csv.row("{},{:.8g},{:.8g},{:.6g}{},{:.6g},{:.6g}", w + 1, a.window_times[w].first, a.window_times[w].second, p.z[k], densities, p.mass_density[k], p.charge_density[k]);
    }
  }
  return std::move(csv).text();
}

std::string box_csv(const Analysis& a) {
  Csv csv("time (ps),a (A),b (A),c (A),alpha (deg),beta (deg),gamma (deg),volume (A^3),strain xx (1),strain yy (1),strain zz (1),strain yz (1),strain xz (1),strain xy (1)");
  for (std::size_t k = 0; k < a.box.size(); ++k) {
    const auto& p = a.box[k].parameters;
    const auto& e = a.box[k].strain;
    csv.row("{:.8g},{:.8g},{:.8g},{:.8g},{:.8g},{:.8g},{:.8g},{:.10g},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g},{:.6g}", a.time[k], p[0], p[1], p[2], p[3], p[4], p[5], a.box[k].volume, e[0], e[1], e[2], e[3], e[4], e[5]);
  }
  return std::move(csv).text();
}

}  // namespace

std::vector<std::pair<std::string, std::string>> analysis_csv(const Analysis& a) {
  std::vector<std::pair<std::string, std::string>> files{{"rdf.csv", rdf_csv(a)}, {"bonds.csv", bonds_csv(a)}, {"events.csv", events_csv(a)}, {"profile.csv", profile_csv(a)}, {"box.csv", box_csv(a)}};
  if (!a.potentials.empty()) {
    files.emplace_back("potential.csv", potential_csv(a));
    files.emplace_back("barriers.csv", barriers_csv(a));
  }
  if (!a.order.empty()) files.emplace_back("order.csv", order_csv(a));
  if (!a.diffusion.empty()) {
    files.emplace_back("msd.csv", msd_csv(a));
    files.emplace_back("diffusion.csv", diffusion_csv(a));
  }
  if (!a.residence.empty()) files.emplace_back("residence.csv", residence_csv(a));
  return files;
}

}  // namespace lamella
