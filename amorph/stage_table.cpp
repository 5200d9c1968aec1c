#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/proof.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

/// One panel's curve: what to draw, how to call it.
struct Panel {
  const char* key;
  const char* label;
};
constexpr Panel panels[] = {{"temperature", "temperature, K"}, {"density", "density, g/cm3"}, {"energy", "energy, eV per formula unit"}};
constexpr double panel_width = 640.0, panel_height = 150.0, left = 76.0, gap = 26.0;  // pixels

std::vector<double> column(const Json& stages, const char* key) {
  std::vector<double> values;
  for (const Json& s : stages) values.push_back(s.at(key).is_number() ? s.at(key).get<double>() : std::nan(""));
  return values;
}

std::string panel_svg(const Panel& panel, const std::vector<double>& time, const std::vector<double>& value, double top) {
  double low = 1e300, high = -1e300;
  for (const double v : value)
    if (std::isfinite(v)) low = std::min(low, v), high = std::max(high, v);
  if (low > high) return "";
  const double span = std::max(high - low, 1e-6 * std::max(1.0, std::abs(high))), end = std::max(time.empty() ? 0.0 : time.back(), 1e-9);
  const auto x = [&](double t) { return left + t / end * panel_width; };
  const auto y = [&](double v) { return top + panel_height * (1.0 - (v - low) / span); };
  std::string line, dots;
  for (std::size_t k = 0; k < value.size(); ++k) {
    if (!std::isfinite(value[k])) continue;
    line += fmt::format("{:.1f},{:.1f} ", x(time[k]), y(value[k]));
    dots += fmt::format("<circle cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.5\"/>", x(time[k]), y(value[k]));
  }
  std::string text = fmt::format("<rect x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill=\"none\" stroke=\"#999\"/>\n", left, top, panel_width, panel_height);
  for (const double v : {low, 0.5 * (low + high), high}) text += fmt::format("<text x=\"{}\" y=\"{:.1f}\" text-anchor=\"end\">{:.5g}</text>\n", left - 6, y(v) + 4, v);
  text += fmt::format("<text x=\"{}\" y=\"{}\">{}</text>\n", left + 8, top + 16, panel.label);
  return text + fmt::format("<g fill=\"#1f77b4\">{}</g><polyline points=\"{}\" fill=\"none\" stroke=\"#1f77b4\"/>\n", dots, line);
}

}  // namespace

std::string stage_plot(const nlohmann::ordered_json& proof) {
  const Json& stages = proof.at("stages");
  std::vector<double> time = column(stages, "time");
  for (std::size_t k = 1; k < time.size(); ++k) time[k] += time[k - 1];
  const double height = 3.0 * (panel_height + gap) + 40.0;
  std::string svg = fmt::format("<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{0}\" height=\"{1}\" viewBox=\"0 0 {0} {1}\" font-family=\"sans-serif\" font-size=\"12\">\n"
                                "<rect width=\"100%\" height=\"100%\" fill=\"white\"/>\n",
                                left + panel_width + 24.0, height);
  double top = 14.0;
  for (const Panel& panel : panels) {
    svg += panel_svg(panel, time, column(stages, panel.key), top);
    top += panel_height + gap;
  }
  const double end = time.empty() ? 0.0 : time.back();
  for (int k = 0; k <= 4; ++k)
    svg += fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">{:.4g}</text>\n", left + panel_width * k / 4, top - gap + 16.0, end * k / 4);
  return svg + fmt::format("<text x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"middle\">time, ps (ends of the stages)</text>\n</svg>\n", left + panel_width / 2, top - gap + 34.0);
}

std::string stage_table(const nlohmann::ordered_json& proof) {
  std::string csv = "stage,from_K,to_K,time_ps,temperature_K,pressure_bar,density_g_cm3,energy_eV_per_formula_unit,crystal_share";
  const Json& stages = proof.at("stages");
  if (!stages.empty())
    for (const auto& [element, value] : stages[0].at("msd").items()) csv += ",msd_" + element + "_A2";
  csv += '\n';
  for (const Json& s : stages) {
    csv += s.at("stage").get<std::string>();
    for (const char* key : {"from", "to", "time", "temperature", "pressure", "density", "energy", "crystal_share"}) csv += "," + s.at(key).dump();
    for (const auto& [element, value] : s.at("msd").items()) csv += "," + value.dump();
    csv += '\n';
  }
  return csv;
}

}  // namespace lamella
