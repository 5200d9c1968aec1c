#include <fmt/format.h>

#include <cmath>

#include "builder/report/sections.hpp"

namespace lamella::report {
namespace {

json line(const std::string& name, const std::string& color, const json& x, const json& y) {
  json a = x, b = y;
  thin(a, b);
  return series(name, color, std::move(a), std::move(b));
}

std::string span(const json& window) { return fmt::format("{:.4g}-{:.4g} ps", window.at("from_ps").get<double>(), window.at("to_ps").get<double>()); }

/// "Li:coating-S" is read as "Li (coating) - S".
std::string readable(const std::string& pair) {
  std::string words;
  for (std::size_t i = 0; i < pair.size(); ++i) {
    if (pair[i] == ':') {
      std::size_t end = pair.find('-', i);
      if (end == std::string::npos) end = pair.size();
      words += " (" + pair.substr(i + 1, end - i - 1) + ")";
      i = end - 1;
    } else {
      words += pair[i] == '-' && words.find('(') != std::string::npos ? std::string(" - ") : std::string(1, pair[i]);
    }
  }
  return words;
}

void rdf_figure(Page& page, const json& analysis) {
  std::vector<json> charts;
  for (const json& pair : analysis.at("rdf").at("pairs")) {
    std::vector<json> lines;
    const json& windows = pair.at("windows");
    for (std::size_t w = 0; w < windows.size(); ++w) lines.push_back(series(span(windows[w]), ramp_color(w, windows.size()), pair.at("r_A"), windows[w].at("g")));
    json one = chart(readable(pair.at("pair")), "r (A)", "g(r)", std::move(lines));
    one["y_from"] = 0;
    charts.push_back(std::move(one));
  }
  if (charts.empty()) return;
  page.figure(charts, "Radial distribution functions through the run.",
              "Each line is one time window, dark early, red late (the paper's Figure 2a and 3b, c; Li of the coating: its Figure S3). A P-S peak near 2.05 A that shrinks means PS4 tetrahedra are lost; "
              "a P-O peak near 1.55 A and a Co-S peak near 2.3 A mean exchange across the interface; an S-S peak near 2.05 A is S2 dimers, the one near 3.3 A the edges of PS4 tetrahedra. Normalisation: " +
                  analysis.at("rdf").value("normalisation", std::string()) + ".");
}

void potential_figure(Page& page, const json& analysis) {
  std::vector<json> lines;
  std::vector<std::vector<std::string>> rows;
  double temperature = 0.0;
  auto barrier = [](const json& v, const char* key) {
    if (!v.contains(key)) return std::string("-");
    return fmt::format("{}{:.2f}", v.at(key).value("bound_only", false) ? "at least " : "", v.at(key).value("eV", 0.0));
  };
  for (const json& v : analysis.at("potential_of_mean_force")) {
    temperature = v.value("temperature_K", 0.0);
    if (v.value("found", false)) rows.push_back({readable(v.at("pair")), number(v.at("peak_A"), 3), number(v.at("gap_A"), 3), barrier(v, "breaking"), barrier(v, "forming")});
    lines.push_back(line(readable(v.at("pair")), category_color(lines.size()), v.at("r_A"), v.at("V_eV")));
  }
  if (lines.empty()) return;
  page.figure({chart("", "r (A)", "V (eV)", std::move(lines))}, "Potentials of mean force.",
              fmt::format("V(r) = -kB T ln g(r) of the whole run at {:.4g} K. Only differences along one curve mean anything; where no pair was seen V is not drawn.", temperature));
  if (rows.empty()) return;
  page.heading("Barriers read from V(r)");
  page.table({"pair", "bond (A)", "gap (A)", "breaking (eV)", "forming (eV)"}, rows);
  page.paragraph("\"At least\": g(r) vanishes in the gap within this run, so there is only a bound, from three pairs where none was seen. g(r) of a short run is not an equilibrium average: read these as orders of magnitude.");
}

void chemistry_figure(Page& page, const json& analysis) {
  const json& c = analysis.at("chemistry");
  const json& time = analysis.at("time_ps");
  if (c.at("tetrahedra").empty()) return;
  auto panel = [&](const std::string& title, const std::string& y, std::vector<std::pair<std::string, const char*>> columns) {
    std::vector<json> lines;
    for (const auto& [name, key] : columns) {
      json one = line(name, category_color(lines.size()), time, c.at(key));
      one["steps"] = true;
      lines.push_back(std::move(one));
    }
    return chart(title, "time (ps)", y, std::move(lines));
  };
  page.figure({panel("P-S tetrahedra", "count", {{"PS4", "tetrahedra"}, {"PS4 with their first four S", "tetrahedra_kept"}}), panel("Products of exchange", "count", {{"P with O", "P_with_O"}, {"Co with S", "Co_with_S"}}),
               panel("Sulphur bonded to sulphur", "count", {{"S2 dimers", "S2_dimers"}, {"chains of three and more", "S_chains"}})},
              "What reacted.", fmt::format("Counts by bonds that last: a change counts once it has stood for {} frames, dated at the first of them, so that a collision is no bond.", number(analysis.at("settings").at("lifetime_frames"))));
}

void order_figure(Page& page, const json& analysis) {
  const json& o = analysis.at("order");
  if (o.at("time_ps").empty()) return;
  const json& s = analysis.at("settings").at("order");
  std::vector<json> charts = {
      chart("Regular Li-F tetrahedra", "time (ps)", "count", {line("regular LiF4", category_color(0), o.at("time_ps"), o.at("regular_tetrahedra")), line("largest cluster", category_color(1), o.at("time_ps"), o.at("largest_cluster"))}),
      chart("Li by its F neighbours", "time (ps)", "count", {line("four F", category_color(0), o.at("time_ps"), o.at("four_coordinated")), line("rock-salt-like (six F)", category_color(1), o.at("time_ps"), o.at("rock_salt_like"))})};
  if (o.contains("F_with_six_Li"))  // analyses of before 28 November 2026 have none
    charts.push_back(chart("Glass or crystal", "time (ps)", "count", {line("F with six Li", category_color(0), o.at("time_ps"), o.at("F_with_six_Li")), line("crystal-like Li", category_color(1), o.at("time_ps"), o.at("crystal_like")), line("all F", category_color(2), o.at("time_ps"), o.at("F"))}));
  page.figure(charts, "Order in the fluoride.", fmt::format("Regular: four F within {} A, tetrahedricity below {}, orientational order q above {} (the paper's Figure 4b counts such tetrahedra; its own definition is not published). "
                                                    "A plain quenched glass has a few per cent of them, wurtzite LiF about half at 300 K. In rock salt every F has six Li, in a glass few have.", number(s.at("bond_A")), number(s.at("regular_T_below")), number(s.at("regular_q_above"))));
}

void diffusion_figure(Page& page, const json& analysis) {
  std::vector<json> of_mobile, of_rest;
  std::vector<std::vector<std::string>> rows;
  const std::string mobile = text(analysis.at("settings"), "mobile");
  for (const json& d : analysis.at("diffusion")) {
    const std::string group = d.at("group");
    const bool moves = group == mobile || group.starts_with(mobile + ":");
    std::vector<json>& lines = moves ? of_mobile : of_rest;
    json lag = d.at("lag_ps"), msd = d.at("msd_A2");
    const std::size_t half = std::max<std::size_t>(2, lag.size() / 2 + 1);  // beyond half the run an average has few origins
    while (lag.size() > half) lag.erase(lag.size() - 1), msd.erase(msd.size() - 1);
    lines.push_back(line(readable(group), category_color(lines.size()), lag, msd));
    auto value = [&](const char* key) { return d.at("diffusive").get<bool>() ? fmt::format("{:.2e} +- {:.1e}", d.at(key).value("cm2_s", 0.0), d.at(key).value("error_cm2_s", 0.0)) : std::string("not diffusive"); };
    if (moves) rows.push_back({readable(group), number(d.at("ions")), value("D"), value("D_xy"), value("D_z"), fmt::format("{:.4g}-{:.4g}", d.value("fit_from_ps", 0.0), d.value("fit_to_ps", 0.0)), number(d.at("msd_max_A2"), 3), fmt::format("{:.0f} %", 100.0 * d.value("relative_error_by_hops", 0.0))});
  }
  if (of_mobile.empty() && of_rest.empty()) return;
  std::vector<json> charts;
  if (!of_mobile.empty()) charts.push_back(chart(mobile + " by layer of origin", "lag (ps)", "MSD (A^2)", std::move(of_mobile)));
  if (!of_rest.empty()) charts.push_back(chart("the other species", "lag (ps)", "MSD (A^2)", std::move(of_rest)));
  page.figure(charts, "Mean square displacement.", "Over all time origins, drift of the whole system removed, the box's own breathing taken out, by species and layer of origin (the paper's Figure 4a). Lags up to half the run.");
  page.heading("Diffusion coefficients");
  page.table({"ions", "number", "D (cm2/s)", "D in plane (cm2/s)", "D normal (cm2/s)", "fit (ps)", "largest MSD (A^2)", "error by hops"}, rows);
  page.paragraph("Einstein's D from a straight line over the lags from MSD = 4.5 A^2 to half the run. The error is the spread of five pieces of the run (68 %); \"by hops\" is the relative error that He, Zhu and Mo "
                 "expect from the number of hops. Ions that diffuse leave a thin layer: see the residence below before reading D as the layer's.");
}

void residence_figure(Page& page, const json& analysis) {
  const json& r = analysis.at("residence");
  if (!r.is_object()) return;
  const json& time = analysis.at("time_ps");
  page.figure({chart("", "time (ps)", "count", {line("inside", category_color(0), time, r.at("inside")), line("have been outside", category_color(1), time, r.at("left_ever"))})}, fmt::format("Where the {} of the {} are.", text(r, "ion"), text(r, "layer")),
              fmt::format("Of the {} ions that began in this layer, those between its faces now, and those that have stayed outside for a while at some time. Faces lie halfway to the neighbouring layers at the start.", number(r.at("ions"))));
}

void profile_figure(Page& page, const json& analysis) {
  const json& windows = analysis.at("profiles");
  if (windows.empty()) return;
  const json& last = windows.back();
  std::vector<json> densities, mass, charge;
  for (const auto& [symbol, n] : last.at("number_density_per_A3").items()) densities.push_back(series(symbol, element_color(symbol), last.at("z_A"), n));
  for (std::size_t w : windows.size() > 1 ? std::vector<std::size_t>{0, windows.size() - 1} : std::vector<std::size_t>{0}) {
    const std::string color = ramp_color(w, windows.size());
    mass.push_back(series(span(windows[w]), color, windows[w].at("z_A"), windows[w].at("mass_density_g_cm3")));
    charge.push_back(series(span(windows[w]), color, windows[w].at("z_A"), windows[w].at("charge_density_e_A3")));
  }
  page.figure({chart("Atoms, last window", "z (A)", "density (1/A^3)", std::move(densities)), chart("Mass", "z (A)", "density (g/cm^3)", std::move(mass)), chart("Formal charge", "z (A)", "density (e/A^3)", std::move(charge))}, "Profiles across the stack.",
              "Along the normal, slices of about 0.5 A, following the box and the drift of the whole stack. Charges are formal ones (Li +1, Co +3, O and S -2, P +5, halides -1): a picture of composition, not of electrons.");
}

void box_figure(Page& page, const json& analysis) {
  const json& b = analysis.at("box");
  const json& time = analysis.at("time_ps");
  if (time.size() < 2) return;
  std::vector<json> strain;
  for (const char* key : {"xx", "yy", "zz"}) strain.push_back(line(key, category_color(strain.size()), time, b.at("strain").at(key)));
  for (const char* key : {"xy", "xz", "yz"}) {
    json one = line(key, category_color(strain.size()), time, b.at("strain").at(key));
    one["dash"] = true;
    strain.push_back(std::move(one));
  }
  page.figure({chart("Strain of the box", "time (ps)", "strain", std::move(strain)), chart("Volume", "time (ps)", "volume (A^3)", {line("volume", category_color(0), time, b.at("volume_A3"))})}, "The box through the run.", "Strain against the first frame, tensor components.");
}

}  // namespace

void analysis_sections(Page& page, const json& analysis) {
  const std::string protocol = text(analysis, "protocol");
  const bool named = protocol != "-" && !protocol.empty();
  page.section(named ? "The " + protocol + " run" : "The trajectory", named ? "run-" + protocol : "run");
  const json& time = analysis.at("time_ps");
  page.paragraph(fmt::format("{}: {} frames over {:.4g} ps.", text(analysis, "trajectory"), number(analysis.at("frames")), time.empty() ? 0.0 : time.back().get<double>() - time.front().get<double>()));
  for (const json& warning : analysis.value("warnings", json::array())) page.warning((named ? protocol + ": " : std::string()) + warning.get<std::string>());
  rdf_figure(page, analysis);
  potential_figure(page, analysis);
  chemistry_figure(page, analysis);
  order_figure(page, analysis);
  diffusion_figure(page, analysis);
  residence_figure(page, analysis);
  profile_figure(page, analysis);
  box_figure(page, analysis);
}

}  // namespace lamella::report
