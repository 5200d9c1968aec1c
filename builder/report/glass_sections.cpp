#include <fmt/format.h>

#include "builder/report/sections.hpp"

namespace lamella::report {
namespace {

json points(const json& stages, const char* key) {
  json values = json::array();
  for (const json& s : stages) values.push_back(s.value(key, json()));
  return values;
}

json end_times(const json& stages) {
  json values = json::array();
  double time = 0.0;
  for (const json& s : stages) {
    if (const json step = s.value("time", json()); step.is_number()) time += step.get<double>();
    values.push_back(time);
  }
  return values;
}

void stages(Page& page, const json& proof) {
  const json rows = proof.value("stages", json::array());
  if (!rows.is_array() || rows.empty()) return;
  const json time = end_times(rows);
  std::vector<json> charts;
  for (const auto& [key, label] : {std::pair{"temperature", "K"}, std::pair{"density", "g/cm3"}, std::pair{"energy", "eV per formula unit"}})
    charts.push_back(chart(key, "time (ps)", label, {series(key, category_color(charts.size()), time, points(rows, key))}));
  page.figure(charts, "The quench, stage by stage", "At the end of each stage; returns from a nucleus are left out. The table is layers/NAME.stages.csv.");
}

void numbers(Page& page, const json& proof) {
  const auto percent = [&](const char* key) {
    const json v = proof.value(key, json());
    return v.is_number() ? fmt::format("{:.1f} %", 100.0 * v.get<double>()) : std::string("-");
  };
  page.table({"made by", "potential", "density (g/cm3)", "first peak (A)", "CN", "crystal-like", "regular tetrahedra", "crystallised", "thickness (A)"},
             {{text(proof, "method"), text(proof, "potential"), number(proof.value("density", json())), number(proof.value("first_peak", json())), number(proof.value("cn", json())),
               percent("crystal_share"), percent("regular_share"), proof.value("crystallised", json(false)) == json(true) ? "yes" : "no", number(proof.value("thickness", json()))}});
}

}  // namespace

void glass_sections(Page& page, const json& manifest) {
  if (!manifest.is_object()) return;
  for (const json& layer : manifest.value("layers", json::array())) {
    const json proof = layer.value("proof", json());
    if (!proof.is_object() || layer.contains("repeats")) continue;
    const std::string name = text(layer, "name");
    page.section("The amorphous layer " + name, "glass-" + name);
    page.paragraph("How it was made and what shows that it is a glass; thresholds and definitions stand in the manifest's proof.");
    numbers(page, proof);
    stages(page, proof);
  }
}

}  // namespace lamella::report
