#include "export/deepmd_input.hpp"

#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {
using Json = nlohmann::ordered_json;

Json deepmd_input(const TypeMap& types, const TrainingOptions& options) {
  if (options.sel.size() != types.size())
    fail_input({"DeePMD input", "sel and the type map differ in length", std::to_string(options.sel.size()), std::to_string(types.size()), ""});
  const auto seed = static_cast<std::int64_t>(options.seed % 1000000000);
  Json names = Json::array();
  for (Element element : types.elements()) names.push_back(element.symbol());
  Json input;
  input["model"] = {{"type_map", names},
                    {"descriptor",
                     {{"type", "se_e2_a"}, {"rcut", options.rcut}, {"rcut_smth", options.rcut_smth}, {"sel", options.sel}, {"neuron", {25, 50, 100}},
                      {"axis_neuron", 16}, {"resnet_dt", false}, {"type_one_side", true}, {"seed", seed}}},
                    {"fitting_net", {{"type", "ener"}, {"neuron", {240, 240, 240}}, {"resnet_dt", true}, {"seed", seed}}}};
  input["learning_rate"] = {{"type", "exp"}, {"start_lr", 1e-3}, {"stop_lr", 3.51e-8}, {"decay_steps", std::max(1L, std::min(5000L, options.steps / 200))}};
  input["loss"] = {{"type", "ener"},         {"start_pref_e", 0.02}, {"limit_pref_e", 1.0}, {"start_pref_f", 1000.0},
                   {"limit_pref_f", 1.0},    {"start_pref_v", 0.02}, {"limit_pref_v", 1.0}};
  Json data = {{"systems", Json::array()}, {"batch_size", "auto"}};
  if (!options.training_data.empty()) data["systems"] = options.training_data;
  input["training"] = {{"training_data", data}};
  if (!options.validation_data.empty()) input["training"]["validation_data"] = {{"systems", options.validation_data}, {"batch_size", 1}, {"numb_btch", 3}};
  input["training"].update(Json{{"numb_steps", options.steps}, {"seed", seed}, {"disp_file", "lcurve.out"}, {"disp_freq", 1000}, {"save_freq", 10000}});
  return input;
}

std::vector<int> selection(std::span<const Structure> structures, const TypeMap& types, double rcut) {
  std::vector<int> most(types.size(), 0);
  for (const Structure& structure : structures) {
    std::vector<std::size_t> type;
    for (Element element : structure.elements) type.push_back(static_cast<std::size_t>(types.type_of(element)) - 1);
    const NeighbourGrid grid(structure.cell, structure.positions, rcut);
    std::vector<Neighbour> around;
    for (std::size_t i = 0; i < structure.size(); ++i) {
      grid.around_atom(static_cast<int>(i), around);
      std::vector<int> count(types.size(), 0);
      for (const Neighbour& neighbour : around) ++count[type[static_cast<std::size_t>(neighbour.index)]];
      for (std::size_t k = 0; k < most.size(); ++k) most[k] = std::max(most[k], count[k]);
    }
  }
  for (int& n : most) {
    const int roomy = (5 * n + 3) / 4;
    n = std::max(4, (roomy + 3) / 4 * 4);
  }
  return most;
}

}  // namespace lamella
