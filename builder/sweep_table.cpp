#include <algorithm>
#include <fmt/format.h>

#include "builder/sweep.hpp"

namespace lamella {

namespace {

/// RFC 4180: quoted where it must be.
std::string csv_cell(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos) return text;
  std::string quoted = "\"";
  for (const char c : text) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
  return quoted + "\"";
}

std::string csv_row(const std::vector<std::string>& cells) {
  std::string row;
  for (std::size_t i = 0; i < cells.size(); ++i) row += (i ? "," : "") + csv_cell(cells[i]);
  return row + "\n";
}

std::string number(const nlohmann::ordered_json& value) {
  return value.is_number_float() ? fmt::format("{:.8g}", value.get<double>()) : value.is_number() ? value.dump() : value.is_string() ? value.get<std::string>() : "";
}

/// Layers by name as the specifications have them, bottom to top.
std::vector<std::string> layer_names(const SweepPlan& plan) {
  std::vector<std::string> names;
  for (const PlannedPoint& point : plan.points)
    for (const LayerSpecification& layer : point.specification.layers)
      if (std::find(names.begin(), names.end(), layer.name) == names.end()) names.push_back(layer.name);
  return names;
}

const nlohmann::ordered_json* named(const nlohmann::ordered_json& list, const std::string& name) {
  for (const auto& entry : list)
    if (entry.value("name", std::string()) == name) return &entry;
  return nullptr;
}

void add_layer_cells(std::vector<std::string>& row, const nlohmann::ordered_json& manifest, const std::string& name) {
  const auto* layer = named(manifest["layers"], name);
  const auto* match = named(manifest["match"]["layers"], name);
  if (!layer) {
    row.insert(row.end(), 6, "");
    return;
  }
  for (const char* key : {"formula", "atoms", "thickness", "density"}) row.push_back(number((*layer)[key]));
  long removed = 0;
  for (const auto& vacancy : (*layer)["vacancies"]) removed += vacancy["removed"].get<long>();
  row.push_back(std::to_string(removed));
  row.push_back(match ? number((*match)["von_mises"]) : "");
}

}  // namespace

std::string sweep_csv(const SweepPlan& plan, const std::vector<std::optional<PointResult>>& results) {
  std::vector<std::string> header{"point"};
  for (const SweepAxis& axis : plan.axes) header.push_back(axis.key);
  header.insert(header.end(), {"status", "atoms", "area (A^2)", "max_strain", "net_charge (e)"});
  const std::vector<std::string> names = layer_names(plan);
  for (const std::string& name : names)
    for (const char* column : {"formula", "atoms", "thickness (A)", "density (g/cm3)", "removed", "von_mises"}) header.push_back(name + " " + column);  // no dots: those mark what varies
  header.push_back("error");
  std::string table = csv_row(header);
  for (std::size_t i = 0; i < results.size(); ++i) {
    if (!results[i]) continue;
    const PointResult& result = *results[i];
    std::vector<std::string> row{plan.points[i].name};
    row.insert(row.end(), plan.points[i].values.begin(), plan.points[i].values.end());
    if (result.status == PointResult::Status::failed) {
      row.push_back("failed");
      row.insert(row.end(), 4 + 6 * names.size(), "");
    } else {
      const auto& manifest = result.manifest;
      row.insert(row.end(), {"done", number(manifest["audit"]["atoms"]), number(manifest["match"]["area"]), number(manifest["match"]["max_strain"]), number(manifest["audit"]["net_charge"])});
      for (const std::string& name : names) add_layer_cells(row, manifest, name);
    }
    row.push_back(result.error);
    table += csv_row(row);
  }
  return table;
}

}  // namespace lamella
