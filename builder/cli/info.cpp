#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <cmath>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "runner/deep_potential/activation.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {

namespace po = boost::program_options;

namespace {

const char* usage = R"(examples:
  lamella info graph.pb
  lamella info graph.dp --json

What a Deep Potential is: descriptor, sizes, cut-offs, type map, precision, hash.
)";

const Network* first_embedding(const DeepPotentialModel& model) {
  for (const Network& net : model.embeddings)
    if (!net.empty()) return &net;
  return nullptr;
}

nlohmann::ordered_json describe_network(const Network& net, bool last_is_output) {
  nlohmann::ordered_json neuron = nlohmann::ordered_json::array();
  bool resnet_dt = false;
  for (std::size_t l = 0; l + (last_is_output ? 1 : 0) < net.size(); ++l) {
    neuron.push_back(net[l].out);
    resnet_dt = resnet_dt || !net[l].idt.empty();
  }
  const DenseLayer& first = net.front();
  return {{"neuron", neuron}, {"activation_function", activation_name(first.activation, first.silut_threshold)}, {"resnet_dt", resnet_dt}};
}

std::size_t count_parameters(const DeepPotentialModel& model) {
  std::size_t count = 0;
  for (const auto* nets : {&model.embeddings, &model.fitting})
    for (const Network& net : *nets)
      for (const DenseLayer& layer : net) count += layer.weight.size() + layer.bias.size() + layer.idt.size();
  for (const auto& table : model.tables) count += table.data.size();
  return count;
}

nlohmann::ordered_json descriptor_of(const DeepPotentialModel& model) {
  nlohmann::ordered_json out{{"type", "se_e2_a"}, {"rcut", model.rcut}, {"rcut_smth", model.rcut_smth}, {"sel", model.sel}, {"width", model.width()}, {"axis_neuron", model.axis_neuron},
                             {"type_one_side", model.type_one_side}, {"set_davg_zero", model.set_davg_zero}, {"exclude_types", model.exclude_types}};
  if (const Network* net = first_embedding(model)) out.update(describe_network(*net, false));
  if (!model.tables.empty()) {
    const auto table = std::find_if(model.tables.begin(), model.tables.end(), [](const auto& t) { return t.width > 0; });
    out["table"] = {{"lower", table->lower}, {"upper", table->upper}, {"max", table->max}, {"stride", {table->stride1, table->stride2}}};
  }
  return out;
}

nlohmann::ordered_json describe(const DeepPotentialModel& model, const std::string& file) {
  nlohmann::ordered_json fitting = describe_network(model.fitting.front(), true);
  fitting["numb_fparam"] = model.numb_fparam;
  fitting["numb_aparam"] = model.numb_aparam;
  nlohmann::ordered_json energies = nlohmann::ordered_json::array();
  for (double e : model.atom_ener) energies.push_back(std::isnan(e) ? nlohmann::ordered_json() : nlohmann::ordered_json(e));
  fitting["atom_ener"] = energies;
  nlohmann::ordered_json out{{"file", file}, {"kind", model.file_kind}, {"version", model.version}, {"sha256", model.sha256}, {"type_map", model.type_map}, {"precision", model.precision}};
  out["descriptor"] = descriptor_of(model);
  out["fitting_net"] = fitting;
  out["min_nbor_dist"] = model.min_nbor_dist > 0 ? nlohmann::ordered_json(model.min_nbor_dist) : nlohmann::ordered_json();
  out["parameters"] = count_parameters(model);
  return out;
}

void print_lines(const nlohmann::ordered_json& tree, int indent) {
  for (const auto& [key, value] : tree.items()) {
    const std::string label = std::string(static_cast<std::size_t>(indent), ' ') + key;
    if (value.is_object()) {
      fmt::print("{}\n", label);
      print_lines(value, indent + 2);
    } else {
      fmt::print("{:<24} {}\n", label, value.is_string() ? value.get<std::string>() : value.is_null() ? "unknown" : value.dump());
    }
  }
}

}  // namespace

int info_command(const std::vector<std::string>& words) {
  po::options_description options("options");
  options.add_options()("json", "print JSON");
  const ParsedOptions parsed = parse_options(words, options, {"model"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("model")) fail_input({"info", "no model given", "", "a .pb, .dp or .yaml file", "see lamella info --help"});
  const std::filesystem::path path = parsed.values["model"].as<std::string>();
  const nlohmann::ordered_json tree = describe(load_model(path), path.filename().string());
  if (parsed.has("json")) fmt::print("{}\n", tree.dump());
  else print_lines(tree, 0);
  return 0;
}

}  // namespace lamella
