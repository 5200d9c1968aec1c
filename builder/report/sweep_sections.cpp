#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <functional>

#include "builder/report/sections.hpp"
#include "builder/report/sweep_points.hpp"

namespace lamella::report {
namespace {

/// A number that an analysis holds, or nothing.
using Reading = std::function<bool(const json& analysis, double& value)>;

/// A point's analyses, the one of `protocol` before the others: what reacted is asked of the reaction, what moves of the diffusion.
std::vector<const json*> analyses_from(const SweepPoint& point, const std::string& protocol) {
  std::vector<const json*> sorted;
  for (const json& analysis : point.analyses) sorted.push_back(&analysis);
  std::stable_partition(sorted.begin(), sorted.end(), [&](const json* analysis) { return text(*analysis, "protocol") == protocol; });
  return sorted;
}

/// Of the first analysis of a point that can tell.
bool read(const SweepPoint& point, const std::string& protocol, const Reading& reading, double& value) {
  for (const json* analysis : analyses_from(point, protocol)) try {
      if (reading(*analysis, value) && std::isfinite(value)) return true;
    } catch (const json::exception&) {
    }
  return false;
}

/// Mean over seeds against the axis, one line per combination of the other keys; the bar is the standard error over seeds.
json against_axis(const std::vector<SweepPoint>& points, const std::string& axis, const std::string& title, const std::string& y, const std::string& protocol, const Reading& reading) {
  std::vector<std::string> names;
  std::map<std::string, std::map<double, std::vector<double>>> values;
  for (const SweepPoint& point : points) {
    double value = 0.0;
    if (!read(point, protocol, reading, value)) continue;
    const std::string name = series_of(point, axis);
    if (!values.count(name)) names.push_back(name);
    values[name][std::stod(point.value(axis))].push_back(value);
  }
  std::vector<json> lines;
  for (const std::string& name : names) {
    json x = json::array(), mean = json::array(), error = json::array();
    for (const auto& [at, found] : values[name]) {
      double sum = 0.0, square = 0.0;
      const double n = static_cast<double>(found.size());
      for (double v : found) sum += v;
      for (double v : found) square += (v - sum / n) * (v - sum / n);
      x.push_back(at);
      mean.push_back(sum / n);
      error.push_back(n > 1 ? std::sqrt(square / (n - 1) / n) : 0.0);
    }
    json line = series(name, category_color(lines.size()), x, mean);
    line["points"] = true;
    line["error"] = error;
    lines.push_back(std::move(line));
  }
  if (lines.empty()) return nullptr;
  return chart(title, axis + (axis.ends_with("thickness") ? " (A)" : ""), y, std::move(lines));
}

const json* diffusion_of_coating(const json& analysis) {
  const json& residence = analysis.at("residence");
  if (!residence.is_object()) return nullptr;
  const std::string group = residence.at("ion").get<std::string>() + ":" + residence.at("layer").get<std::string>();
  for (const json& d : analysis.at("diffusion"))
    if (d.at("group") == group) return &d;
  return nullptr;
}

Reading last_of(const char* section, const char* key) {
  return [=](const json& analysis, double& value) {
    const json& column = analysis.at(section).at(key);
    if (column.empty()) return false;
    value = column.back().get<double>();
    return true;
  };
}

/// Neighbours per A from the coordination numbers: unlike g(r) it does not know how much of the box is something else.
json neighbours_per_angstrom(const json& r, const json& coordination) {
  json density = json::array();
  double last = 0.0;
  for (std::size_t k = 0; k < coordination.size(); ++k) {
    const double now = coordination[k].get<double>(), width = k > 0 ? r[k].get<double>() - r[k - 1].get<double>() : 2.0 * r[0].get<double>();
    density.push_back((now - last) / width);
    last = now;
  }
  return density;
}

/// The last window of one pair, every point a line.
json rdf_chart(const std::vector<SweepPoint>& points, const std::string& wanted) {
  std::vector<json> lines;
  for (std::size_t k = 0; k < points.size(); ++k)
    for (const json* analysis : analyses_from(points[k], "reaction")) try {
        bool found = false;
        for (const json& pair : analysis->at("rdf").at("pairs"))
          if (pair.at("pair") == wanted && !pair.at("windows").empty()) {
            lines.push_back(series(label_of(points[k]), ramp_color(k, points.size()), pair.at("r_A"), neighbours_per_angstrom(pair.at("r_A"), pair.at("windows").back().at("coordination"))));
            found = true;
          }
        if (found) break;
      } catch (const json::exception&) {
      }
  if (lines.empty()) return nullptr;
  json one = chart(wanted, "r (A)", "neighbours (1/A)", std::move(lines));
  one["y_from"] = 0;
  return one;
}

void add(std::vector<json>& charts, json chart) {
  if (chart.is_object()) charts.push_back(std::move(chart));
}

void point_table(Page& page, const std::vector<SweepPoint>& points) {
  std::vector<std::vector<std::string>> rows;
  auto last = [](const SweepPoint& point, const char* section, const char* key) {
    double value = 0.0;
    return read(point, "reaction", last_of(section, key), value) ? fmt::format("{:g}", value) : std::string("-");
  };
  for (const SweepPoint& point : points) {
    std::string d = "-";
    for (const json* analysis : analyses_from(point, "diffusion")) try {
        const json* found = diffusion_of_coating(*analysis);
        if (!found) continue;
        d = found->at("diffusive").get<bool>() ? fmt::format("{:.2e} +- {:.1e}", found->at("D").at("cm2_s").get<double>(), found->at("D").at("error_cm2_s").get<double>()) : "not diffusive";
        break;
      } catch (const json::exception&) {
      }
    const json audit = point.manifest.is_object() ? point.manifest.value("audit", json()) : json();
    rows.push_back({point.folder, "~" + label_of(point), audit.is_object() ? number(audit.value("atoms", json()), 9) : "-", last(point, "chemistry", "tetrahedra"), last(point, "chemistry", "P_with_O"), last(point, "chemistry", "Co_with_S"),
                    last(point, "chemistry", "S2_dimers"), last(point, "order", "regular_tetrahedra"), d});
  }
  page.table({"point", "varied", "atoms", "PS4 at the end", "P with O", "Co with S", "S2 dimers", "regular LiF4", "D of coating ions (cm2/s)"}, rows);
}

}  // namespace

void sweep_sections(Page& page, const std::filesystem::path& folder) {
  const std::vector<SweepPoint> points = sweep_points(page, folder);
  page.section("The points", "points");
  point_table(page, points);
  std::size_t analysed = 0;
  for (const SweepPoint& point : points) analysed += !point.analyses.empty();
  if (analysed < points.size()) page.warning(fmt::format("{} of {} points have no analysis yet: `lamella run` and `lamella analyze` them, then this page again", points.size() - analysed, points.size()));
  page.section("Side by side", "side-by-side");
  std::vector<json> rdf;
  for (const char* pair : {"P-S", "S-S", "P-O", "Co-S"}) add(rdf, rdf_chart(points, pair));
  if (!rdf.empty())
    page.figure(rdf, "Neighbours around an atom against their distance, last window, point by point.",
                "The second element's atoms around one of the first, per A of distance: g(r) would grow with the volume of the coating alone. The paper's Figure 3b and c: a P-S and an S-S (3.3 A) peak that grow with the coating's thickness mean more PS4 tetrahedra kept. Whether a peak at 2 A (S2 dimers) is there depends on the vacancies, not on the coating, in the paper.");
  const std::string axis = axis_of(points);
  if (axis.empty()) return;
  std::vector<json> charts;
  add(charts, against_axis(points, axis, "PS4 tetrahedra at the end", "share of all P", "reaction", [](const json& analysis, double& value) {
        const json& whole = analysis.at("chemistry").at("tetrahedra");
        if (whole.empty()) return false;
        value = whole.back().get<double>() / analysis.at("atoms").at("P").get<double>();
        return true;
      }));
  add(charts, against_axis(points, axis, "S2 dimers at the end", "count", "reaction", last_of("chemistry", "S2_dimers")));
  add(charts, against_axis(points, axis, "Co with S at the end", "count", "reaction", last_of("chemistry", "Co_with_S")));
  add(charts, against_axis(points, axis, "Regular Li-F tetrahedra at the end", "count", "diffusion", last_of("order", "regular_tetrahedra")));
  add(charts, against_axis(points, axis, "F with six Li at the end", "share of all F", "diffusion", [](const json& analysis, double& value) {
        const json& order = analysis.at("order");
        if (!order.contains("F_with_six_Li") || order.at("F").empty()) return false;
        value = order.at("F_with_six_Li").back().get<double>() / order.at("F").back().get<double>();
        return true;
      }));
  add(charts, against_axis(points, axis, "D of the coating's ions", "D (cm2/s)", "diffusion", [](const json& analysis, double& value) {
        const json* found = diffusion_of_coating(analysis);
        if (!found || !found->at("diffusive").get<bool>()) return false;
        value = found->at("D").at("cm2_s").get<double>();
        return true;
      }));
  if (!charts.empty())
    page.figure(charts, "Against " + axis + ".", "The paper's Figures 3 and 4: what the coating protects (PS4), what it does not hinder (S2 dimers), where order in the fluoride sets in and slows its ions. Bars: standard error over seeds where there are several. Reactions as of the reaction runs, order and D as of the diffusion runs, where there are such.");
}

}  // namespace lamella::report
