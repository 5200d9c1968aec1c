#include "builder/manifest.hpp"

#include <string>

#include "base/version.hpp"
#include "lattice/strain.hpp"

namespace lamella {

namespace {

using Json = nlohmann::ordered_json;

Json matrix_json(const Mat2& m) { return {{m(0, 0), m(0, 1)}, {m(1, 0), m(1, 1)}}; }
Json matrix_json(const Int2x2& m) { return {{m(0, 0), m(0, 1)}, {m(1, 0), m(1, 1)}}; }

Json match_json(const Match& match, const std::vector<double>& residuals, const CellSpecification& cell) {
  Json layers = Json::array();
  for (std::size_t l = 0; l < match.layers.size(); ++l) {
    const LayerMatch& layer = match.layers[l];
    const Vec2 principal = principal_strains(layer.strain);
    layers.push_back({{"name", layer.name}, {"matrix", matrix_json(layer.matrix)}, {"strain", matrix_json(layer.strain)}, {"principal", {principal[0], principal[1]}},
                      {"von_mises", layer.von_mises}, {"rotation", layer.rotation}, {"energy_per_area", layer.energy_per_area}, {"residual", residuals.at(l)}});
  }
  return {{"area", match.area}, {"cell", matrix_json(match.cell)}, {"max_strain", match.max_strain}, {"repeat", cell.repeat}, {"layers", layers}};
}

Json layer_json(const LayerRecord& record) {
  Json vacancies = Json::array();
  for (const VacancyResult& v : record.vacancies) {
    vacancies.push_back({{"species", v.species.symbol()}, {"requested", v.requested}, {"removed", v.removed}, {"of", v.of}, {"charge", v.charge}, {"policy", v.policy}});
    if (!v.site.empty()) vacancies.back()["site"] = v.site;
    if (v.counter_removed > 0) vacancies.back()["counter"] = {{"species", v.counter.symbol()}, {"removed", v.counter_removed}};
  }
  Json json = {{"name", record.name}, {"kind", record.kind}, {"formula", record.formula}, {"atoms", record.atoms},
               {"thickness_requested", record.thickness_requested}, {"thickness", record.thickness}, {"density", record.density}, {"vacancies", vacancies}};
  if (record.kind == "crystal") json["termination"] = record.termination, json["tasker"] = record.tasker, json["dipole"] = record.dipole, json["slab"] = record.slab;
  if (record.tiled_from > 0) json["tiled"] = {{"made_atoms", record.tiled_from}, {"repeat", record.tiled}};
  if (!record.repeats_layer.empty()) json["repeats"] = record.repeats_layer;
  if (!record.proof.is_null()) json["proof"] = record.proof;
  return json;
}

Json audit_json(const Audit& audit) {
  Json distances = Json::object(), seams = Json::array();
  for (const auto& [pair, distance] : audit.min_distance) distances[pair.first + "-" + pair.second] = distance;
  for (const Seam& seam : audit.seams) seams.push_back({{"between", {seam.lower, seam.upper}}, {"gap", seam.gap}, {"vacuum", seam.vacuum}});
  return {{"atoms", audit.atoms}, {"min_distance", distances}, {"net_charge", audit.net_charge}, {"volume", audit.volume}, {"seams", seams}, {"handedness", audit.handedness}};
}

}  // namespace

Json manifest_json(const Stack& stack, const std::vector<std::pair<std::string, std::string>>& outputs) {
  Json inputs = Json::array(), files = Json::array(), layers = Json::array();
  for (const InputFile& input : stack.inputs) inputs.push_back({{"path", input.path}, {"sha256", input.sha256}});
  for (const auto& [path, hash] : outputs) files.push_back({{"path", path}, {"sha256", hash}});
  for (const LayerRecord& record : stack.layers) layers.push_back(layer_json(record));
  return {{"lamella", std::string(version())}, {"title", stack.specification.title}, {"seed", stack.specification.seed}, {"inputs", inputs},
          {"outputs", files}, {"match", match_json(stack.match, stack.residuals, stack.specification.cell)}, {"layers", layers}, {"audit", audit_json(stack.audit)},
          {"warnings", stack.warnings}};
}

Json plan_json(const StackPlan& plan, const Specification& specification) {
  Json layers = Json::array();
  for (const LayerRecord& record : plan.layers) layers.push_back(layer_json(record));
  return {{"match", match_json(plan.match, plan.residuals, specification.cell)}, {"layers", layers}, {"atoms", plan.atoms}};
}

}  // namespace lamella
