#include <fmt/format.h>

#include <algorithm>
#include <limits>
#include <nlohmann/json.hpp>

#include "base/words.hpp"
#include "runner/deep_potential/activation.hpp"
#include "runner/deep_potential/loaders.hpp"
#include "runner/deep_potential/protobuf_graph.hpp"

namespace lamella {

namespace {

using Json = nlohmann::json;

/// What only the training script says; deepmd-kit's defaults where it is silent or missing.
struct TrainingScript {
  Json descriptor = Json::object(), fitting = Json::object(), model = Json::object();
  bool present = false;
};

const Json& member(const Json& object, const char* key) {
  static const Json none;
  if (!object.is_object()) return none;
  const auto found = object.find(key);
  return found == object.end() ? none : *found;
}

std::string text_or(const Json& object, const char* key, const std::string& otherwise) {
  const Json& value = member(object, key);
  return value.is_string() ? value.get<std::string>() : otherwise;
}

bool flag(const Json& object, const char* key) {
  const Json& value = member(object, key);
  return value.is_boolean() && value.get<bool>();
}

class PbLoader {
 public:
  PbLoader(std::string_view bytes, FileBudget& budget) : budget_(budget), where_(budget.where()), graph_(bytes, budget) {}

  DeepPotentialModel load() {
    read_script();
    refuse_what_is_not_ours();
    read_geometry();
    read_statistics();
    read_exclusions();
    model_.tables.clear();
    if (compressed()) load_pb_tables(graph_, model_, budget_);
    else read_embeddings();
    read_fitting();
    read_biases();
    read_origin();
    return std::move(model_);
  }

 private:
  bool compressed() const { return graph_.has("model_type") && graph_.constant("model_type").text == "compressed_model"; }

  std::string text(const std::string& name, const std::string& otherwise) const { return graph_.has(name) ? graph_.constant(name).text : otherwise; }

  void read_script() {
    if (!graph_.has("train_attr/training_script")) return;
    const std::string script = graph_.constant("train_attr/training_script").text;
    if (script.empty()) return;
    const Json tree = parse_model_json(script, budget_, "its training script");
    script_.model = member(tree, "model");
    script_.descriptor = member(script_.model, "descriptor");
    script_.fitting = member(script_.model, "fitting_net");
    script_.present = script_.descriptor.is_object();
  }

  void refuse_what_is_not_ours() {
    const std::string kind = text("model_attr/model_type", "ener");
    if (kind != "ener") refuse_model(where_, "a model of another quantity than the energy", kind.substr(0, 40));
    const std::string descriptor = text_or(script_.descriptor, "type", "se_e2_a");
    if (descriptor != "se_e2_a" && descriptor != "se_a") refuse_model(where_, "a Deep Potential of another descriptor", descriptor.substr(0, 40));
    if (!member(script_.model, "type_embedding").is_null()) refuse_model(where_, "se_e2_a with a type embedding", "type_embedding");
    for (const char* name : {"type_embed_net", "spin_attr"}) {
      const auto at = graph_.nodes().lower_bound(name);
      if (at != graph_.nodes().end() && at->first.substr(0, std::string_view(name).size()) == name) refuse_model(where_, "a variant of se_e2_a that is not read here", name);
    }
    if (!member(script_.model, "spin").is_null()) refuse_model(where_, "a DeepSPIN model", "spin");
    for (const char* key : {"pair_exclude_types", "atom_exclude_types"}) {
      const Json& list = member(script_.model, key);
      if (list.is_array() && !list.empty()) refuse_model(where_, "a setting that is not read here", key);
    }
    if (flag(script_.fitting, "use_aparam_as_mask") || flag(script_.fitting, "tot_ener_zero")) refuse_model(where_, "a fitting net that is not read here", "use_aparam_as_mask or tot_ener_zero");
    check_operations(graph_, where_);
    for (const char* output : {"o_energy", "o_force", "o_virial"})  // a graph cut short may still hold every weight
      if (!graph_.has(output)) broken_model(where_, "the graph has no output '" + std::string(output) + "'");
    if (!graph_.has("descrpt_attr/t_avg") || !environment()) refuse_model(where_, "a graph without the se_e2_a descriptor", "no ProdEnvMatA");
  }

  const ProtobufGraph::Node* environment() const {
    for (const auto& [name, node] : graph_.nodes())
      if (node.op == "ProdEnvMatA") return &node;
    return nullptr;
  }

  void read_geometry() {
    model_.type_map = split_words(text("model_attr/tmap", ""));
    check_type_count(model_.type_map.size(), where_);
    const ProtobufGraph::Node& env = *environment();
    // The graph keeps both as float32 and subtracts them in float32: worth 1e-8 eV/A.
    const float rcut = graph_.float_attribute(env, "rcut_r"), rcut_smth = graph_.float_attribute(env, "rcut_r_smth");
    model_.rcut = rcut;
    model_.rcut_smth = rcut_smth;
    model_.switch_width = rcut - rcut_smth;
    const std::vector<long> sel = graph_.int_list_attribute(env, "sel_a");
    if (static_cast<int>(sel.size()) != model_.ntypes())
      broken_model(where_, "sel and the type map differ in length", fmt::format("{} and {}", sel.size(), model_.ntypes()));
    for (long s : sel) {
      if (s < 0 || s > 100000) broken_model(where_, "sel is not a number of neighbours", std::to_string(s), "0 to 100000");
      model_.sel.push_back(static_cast<int>(s));
    }
    model_.descriptor_norm = model_.nnei();
    if (graph_.has("descrpt_attr/original_sel")) {
      model_.descriptor_norm = 0;
      for (double s : graph_.constant("descrpt_attr/original_sel").values) model_.descriptor_norm += s;
    }
  }

  void read_statistics() {
    const std::size_t expected = checked_product(static_cast<std::size_t>(model_.ntypes()), static_cast<std::size_t>(model_.nnei()) * 4, budget_, "davg");
    model_.davg = numbers("descrpt_attr/t_avg", expected);
    model_.dstd = numbers("descrpt_attr/t_std", expected);
    model_.set_davg_zero = flag(script_.descriptor, "set_davg_zero");
  }

  void read_exclusions() {
    const Json& list = member(script_.descriptor, "exclude_types");
    if (!list.is_array()) return;
    budget_.take(2 * list.size(), "exclude_types");
    for (const Json& pair : list) {
      if (!pair.is_array() || pair.size() != 2 || !pair[0].is_number_integer() || !pair[1].is_number_integer()) broken_model(where_, "exclude_types is not a list of pairs of types");
      model_.exclude_types.emplace_back(pair[0].get<int>(), pair[1].get<int>());
    }
  }

  std::vector<double> numbers(const std::string& name, std::size_t expected) const {
    GraphTensor tensor = graph_.constant(name);
    if (tensor.values.size() != expected)
      broken_model(where_, "'" + name + "' has another size than the model needs", std::to_string(tensor.values.size()), std::to_string(expected));
    return std::move(tensor.values);
  }

  /// matrix, bias and idt of one layer, whose names are prefix + "matrix" + suffix and so on.
  DenseLayer layer(const std::string& prefix, const std::string& suffix, int in, const ActivationChoice& phi) {
    GraphTensor matrix = graph_.constant(prefix + "matrix" + suffix);
    if (!matrix.floating || matrix.shape.size() != 2 || matrix.shape[1] == 0 || matrix.shape[1] > 1000000 || matrix.shape[0] != static_cast<std::size_t>(in))
      broken_model(where_, "'" + prefix + "matrix" + suffix + "' has an impossible shape");
    (matrix.single ? singles_ : doubles_) += 1;
    DenseLayer made;
    made.in = in;
    made.out = static_cast<int>(matrix.shape[1]);
    made.weight = std::move(matrix.values);
    made.activation = phi.kind;
    made.silut_threshold = phi.silut_threshold;
    const std::size_t out = matrix.shape[1];
    if (graph_.has(prefix + "bias" + suffix)) made.bias = numbers(prefix + "bias" + suffix, out);
    if (graph_.has(prefix + "idt" + suffix)) made.idt = numbers(prefix + "idt" + suffix, out);
    return made;
  }

  Network embedding(const std::string& scope, int neighbour, const ActivationChoice& phi) {
    Network net;
    int in = 1;
    for (int l = 1; graph_.has(fmt::format("{}matrix_{}_{}", scope, l, neighbour)); ++l) {
      DenseLayer made = layer(scope, fmt::format("_{}_{}", l, neighbour), in, phi);
      made.resnet = made.out == made.in || made.out == 2 * made.in;
      if (!made.resnet) made.idt.clear();  // the graph keeps the variable and does not use it
      in = made.out;
      net.push_back(std::move(made));
    }
    return net;
  }

  void read_embeddings() {
    const auto at = graph_.nodes().lower_bound("filter_type_all/");
    model_.type_one_side = at != graph_.nodes().end() && at->first.substr(0, 16) == "filter_type_all/";
    const ActivationChoice phi = parse_activation(text_or(script_.descriptor, "activation_function", "tanh"), where_ + ": descriptor");
    const int nt = model_.ntypes();
    for (int neighbour = 0; neighbour < nt; ++neighbour)
      for (int centre = 0; centre < (model_.type_one_side ? 1 : nt); ++centre) {
        const std::string scope = model_.type_one_side ? "filter_type_all/" : fmt::format("filter_type_{}/", centre);
        model_.embeddings.push_back(embedding(scope, neighbour, phi));
      }
  }

  void read_fitting() {
    const auto count = [&](const char* name) {
      if (!graph_.has(name)) return 0;
      const double n = numbers(name, 1)[0];
      if (!(n >= 0 && n <= 100000)) broken_model(where_, "an impossible number of parameters", std::to_string(n));
      return static_cast<int>(n);
    };
    model_.numb_fparam = count("fitting_attr/dfparam");
    model_.numb_aparam = count("fitting_attr/daparam");
    const auto parameters = [&](const char* name, int n) { return n > 0 ? numbers(std::string("fitting_attr/") + name, static_cast<std::size_t>(n)) : std::vector<double>{}; };
    model_.fparam_avg = parameters("t_fparam_avg", model_.numb_fparam);
    model_.fparam_inv_std = parameters("t_fparam_istd", model_.numb_fparam);
    model_.aparam_avg = parameters("t_aparam_avg", model_.numb_aparam);
    model_.aparam_inv_std = parameters("t_aparam_istd", model_.numb_aparam);
    const ActivationChoice phi = parse_activation(text_or(script_.fitting, "activation_function", "tanh"), where_ + ": fitting net");
    for (int t = 0; t < model_.ntypes(); ++t) model_.fitting.push_back(fitting_net(t, phi));
    const int in = model_.fitting[0][0].in - model_.numb_fparam - model_.numb_aparam;
    const int width = model_.width();
    if (width <= 0 || in <= 0 || in % width != 0) broken_model(where_, "the fitting net does not fit the descriptor", fmt::format("{} inputs, width {}", in, width));
    model_.axis_neuron = in / width;
  }

  /// "layer_0_type_3/", or "share_NAME_type_3/" where the training script lets layers share weights.
  std::string fitting_scope(std::size_t l, bool last, int type) const {
    const Json& names = member(script_.fitting, "layer_name");
    const std::size_t at = last && names.is_array() && !names.empty() ? names.size() - 1 : l;
    if (names.is_array() && at < names.size() && names[at].is_string()) {
      const std::string shared = fmt::format("share_{}_type_{}/", names[at].get<std::string>(), type);
      if (graph_.has(shared + "matrix")) return shared;
    }
    return last ? fmt::format("final_layer_type_{}/", type) : fmt::format("layer_{}_type_{}/", l, type);
  }

  Network fitting_net(int type, const ActivationChoice& phi) {
    Network net;
    const GraphTensor first = graph_.constant(fitting_scope(0, !graph_.has(fitting_scope(0, false, type) + "matrix"), type) + "matrix");
    if (first.shape.empty() || first.shape[0] > 10000000) broken_model(where_, "the fitting net has an impossible shape");
    int in = static_cast<int>(first.shape[0]);
    for (std::size_t l = 0; graph_.has(fitting_scope(l, false, type) + "matrix") && l < 1000; ++l) {
      DenseLayer made = layer(fitting_scope(l, false, type), "", in, phi);
      made.resnet = l >= 1 && made.out == made.in;
      if (!made.resnet) made.idt.clear();
      in = made.out;
      net.push_back(std::move(made));
    }
    net.push_back(layer(fitting_scope(0, true, type), "", in, {Activation::linear, 3.0}));
    return net;
  }

  void read_biases() {
    const std::size_t nt = static_cast<std::size_t>(model_.ntypes());
    model_.bias.assign(nt, 0.0);
    if (graph_.has("fitting_attr/t_bias_atom_e")) model_.bias = numbers("fitting_attr/t_bias_atom_e", nt);
    const std::string scope = "model_attr/model_attr/";
    if (graph_.has(scope + "t_out_std")) scale_output(numbers(scope + "t_out_std", nt));
    if (graph_.has(scope + "t_out_bias")) {
      const std::vector<double> shift = numbers(scope + "t_out_bias", nt);
      for (std::size_t t = 0; t < nt; ++t) model_.bias[t] += shift[t];
    }
    const Json& energies = member(script_.fitting, "atom_ener");
    if (!energies.is_array() || energies.empty()) return;
    model_.atom_ener.assign(nt, std::numeric_limits<double>::quiet_NaN());
    for (std::size_t t = 0; t < nt && t < energies.size(); ++t) {
      if (!energies[t].is_number()) continue;
      model_.atom_ener[t] = energies[t].get<double>();
      // Until 2.1 the graph adds atom_ener itself; later it stands in t_bias_atom_e.
      if (!graph_.has("fitting_attr/t_bias_atom_e")) model_.bias[t] += model_.atom_ener[t];
    }
  }

  /// The graph multiplies net and bias by out_std: put into the last, linear layer.
  void scale_output(const std::vector<double>& scale) {
    for (std::size_t t = 0; t < scale.size(); ++t) {
      model_.bias[t] *= scale[t];
      DenseLayer& last = model_.fitting[t].back();
      for (double& w : last.weight) w *= scale[t];
      for (double& b : last.bias) b *= scale[t];
    }
  }

  void read_origin() {
    model_.precision = singles_ == 0 ? "float64" : doubles_ == 0 ? "float32" : "mixed";
    model_.file_kind = compressed() ? "pb compressed" : "pb";
    model_.version = text("model_attr/model_version", "").substr(0, 40);
    if (graph_.has("train_attr/min_nbor_dist")) model_.min_nbor_dist = numbers("train_attr/min_nbor_dist", 1)[0];
  }

  FileBudget& budget_;
  std::string where_;
  ProtobufGraph graph_;
  TrainingScript script_;
  DeepPotentialModel model_;
  int singles_ = 0, doubles_ = 0;
};

}  // namespace

DeepPotentialModel load_pb(std::string_view bytes, FileBudget& budget) { return PbLoader(bytes, budget).load(); }

}  // namespace lamella
