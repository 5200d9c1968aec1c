#include <fmt/format.h>

#include <cmath>
#include <limits>
#include <nlohmann/json.hpp>

#include "runner/deep_potential/activation.hpp"
#include "runner/deep_potential/loaders.hpp"

namespace lamella {

namespace {

using Json = nlohmann::json;
using ReadArray = std::function<ModelArray(const Json&)>;

/// A place in the tree that knows its path, so that every error names it.
class Branch {
 public:
  Branch(const Json& json, std::string path, const FileBudget& budget) : json_(json), path_(std::move(path)), budget_(&budget) {}

  const Json& json() const { return json_; }
  const std::string& path() const { return path_; }
  bool has(const char* key) const { return json_.is_object() && json_.contains(key) && !json_[key].is_null(); }
  bool is_null() const { return json_.is_null(); }
  Branch operator[](const char* key) const {
    if (!has(key)) fail("has no '" + std::string(key) + "'");
    return Branch(json_[key], path_ + "." + key, *budget_);
  }
  Branch at(std::size_t k) const { return Branch(json_.at(k), fmt::format("{}[{}]", path_, k), *budget_); }
  std::size_t size() const {
    if (!json_.is_array()) fail("is not a list");
    return json_.size();
  }
  std::string text() const {
    if (!json_.is_string()) fail("is not text");
    return json_.get<std::string>();
  }
  double number() const {
    if (!json_.is_number()) fail("is not a number");
    return json_.get<double>();
  }
  int integer(int low, int high) const {
    const double value = number();
    if (!(value >= low && value <= high) || value != std::floor(value)) fail(fmt::format("is not a whole number from {} to {}", low, high));
    return static_cast<int>(value);
  }
  bool flag(const char* key) const {
    if (!has(key)) return false;
    if (!json_[key].is_boolean()) fail("'" + std::string(key) + "' is neither true nor false");
    return json_[key].get<bool>();
  }
  std::string text_or(const char* key, const char* otherwise) const { return has(key) ? (*this)[key].text() : otherwise; }
  int integer_or(const char* key, int otherwise, int low, int high) const { return has(key) ? (*this)[key].integer(low, high) : otherwise; }
  bool filled(const char* key) const { return has(key) && json_[key].is_array() && !json_[key].empty(); }
  [[noreturn]] void fail(const std::string& what) const { broken_model(budget_->where(), path_ + " " + what); }

 private:
  const Json& json_;
  std::string path_;
  const FileBudget* budget_;
};

class TreeLoader {
 public:
  TreeLoader(const Json& tree, const ReadArray& array, FileBudget& budget) : root_(tree, "the tree", budget), array_(array), budget_(budget) {}

  DeepPotentialModel load() {
    const Branch model = root_["model"];
    const std::string kind = model.text_or("type", "standard");
    if (kind != "standard") refuse_model(budget_.where(), "a model of another kind than one plain Deep Potential", kind.substr(0, 40));
    refuse_settings(model, {"atom_exclude_types", "pair_exclude_types"});
    const Branch descriptor = model["descriptor"], fitting = model["fitting"];
    const std::string type = descriptor["type"].text();
    if (type != "se_e2_a" && type != "se_a") refuse_model(budget_.where(), "a Deep Potential of another descriptor", type.substr(0, 40));
    const std::string quantity = fitting["type"].text();
    if (quantity != "ener") refuse_model(budget_.where(), "a model of another quantity than the energy", quantity.substr(0, 40));
    const Branch names = model["type_map"];
    check_type_count(names.size(), budget_.where());
    for (std::size_t t = 0; t < names.size(); ++t) model_.type_map.push_back(names.at(t).text());
    read_descriptor(descriptor);
    read_fitting(fitting, model);
    model_.precision = singles_ == 0 ? "float64" : doubles_ == 0 ? "float32" : "mixed";
    model_.version = fmt::format("{} (deepmd-kit {})", model.integer_or("@version", 1, 0, 1000), root_.text_or("version", "unknown").substr(0, 40));
    if (root_.has("@variables") && root_["@variables"].has("min_nbor_dist")) model_.min_nbor_dist = values(root_["@variables"], "min_nbor_dist", 1)[0];
    return std::move(model_);
  }

 private:
  void refuse_settings(const Branch& branch, std::initializer_list<const char*> lists) const {
    for (const char* key : lists)
      if (branch.filled(key)) refuse_model(budget_.where(), "a setting that is not read here", branch.path() + "." + key);
  }

  std::vector<double> values(const Branch& variables, const char* key, std::size_t expected) {
    const Branch place = variables[key];
    ModelArray array = array_(place.json());
    if (array.values.size() != expected) place.fail(fmt::format("holds {} numbers instead of {}", array.values.size(), expected));
    return std::move(array.values);
  }

  void read_descriptor(const Branch& d) {
    if (d.integer_or("@version", 1, 0, 1000000) > 3) refuse_model(budget_.where(), "a descriptor of a newer format", std::to_string(d["@version"].integer(0, 1000000)));
    if (d.has("spin")) refuse_model(budget_.where(), "a DeepSPIN model", "spin");
    if (d.has("env_protection") && d["env_protection"].number() != 0.0) refuse_model(budget_.where(), "a setting that is not read here", "env_protection");
    if (d.has("env_mat") && d["env_mat"].flag("use_exp_switch")) refuse_model(budget_.where(), "a setting that is not read here", "use_exp_switch");
    model_.rcut = d["rcut"].number();
    model_.rcut_smth = d["rcut_smth"].number();
    model_.switch_width = model_.rcut - model_.rcut_smth;
    const Branch sel = d["sel"];
    if (static_cast<int>(sel.size()) != model_.ntypes()) sel.fail("has another length than the type map");
    for (std::size_t t = 0; t < sel.size(); ++t) model_.sel.push_back(sel.at(t).integer(0, 100000));
    model_.descriptor_norm = model_.nnei();
    model_.axis_neuron = d["axis_neuron"].integer(1, 100000);
    model_.type_one_side = d.flag("type_one_side");
    model_.set_davg_zero = d.flag("set_davg_zero");
    model_.excluded_slots_contribute = true;
    if (d.has("exclude_types"))
      for (std::size_t k = 0; k < d["exclude_types"].size(); ++k) {
        const Branch pair = d["exclude_types"].at(k);
        if (pair.size() != 2) pair.fail("is not a pair of types");
        model_.exclude_types.emplace_back(pair.at(0).integer(0, 1000), pair.at(1).integer(0, 1000));
      }
    const std::size_t rows = checked_product(static_cast<std::size_t>(model_.ntypes()), static_cast<std::size_t>(model_.nnei()) * 4, budget_, "davg");
    model_.davg = values(d["@variables"], "davg", rows);
    model_.dstd = values(d["@variables"], "dstd", rows);
    if (d.has("compress")) read_tables(d["compress"]["@variables"]);
    else model_.embeddings = networks(d["embeddings"], model_.type_one_side ? 1 : 2);
  }

  std::vector<Network> networks(const Branch& collection, int ndim) {
    if (collection["ndim"].integer(0, 2) != ndim) collection.fail("has nets for another number of types than the model says");
    const Branch list = collection["networks"];
    const std::size_t nt = static_cast<std::size_t>(model_.ntypes()), expected = ndim == 2 ? nt * nt : nt;
    if (list.size() != expected) list.fail(fmt::format("holds {} nets instead of {}", list.size(), expected));
    std::vector<Network> nets;
    for (std::size_t k = 0; k < expected; ++k) nets.push_back(network(list.at(k)));
    return nets;
  }

  /// Empty where deepmd-kit leaves a net out (excluded pairs).
  Network network(const Branch& branch) {
    Network net;
    if (branch.is_null()) return net;
    const Branch layers = branch["layers"];
    for (std::size_t l = 0; l < layers.size(); ++l) {
      if (!layers.at(l)["@variables"].has("w")) return {};
      net.push_back(layer(layers.at(l)));
    }
    return net;
  }

  DenseLayer layer(const Branch& branch) {
    const std::string precision = branch.text_or("precision", "float64");
    if (precision != "float64" && precision != "float32" && precision != "default" && precision != "double" && precision != "single")
      refuse_model(budget_.where(), "a net in another precision than float32 or float64", precision.substr(0, 40));
    const Branch variables = branch["@variables"];
    ModelArray w = array_(variables["w"].json());
    if (w.shape.size() != 2 || w.shape[0] == 0 || w.shape[1] == 0 || w.shape[0] > 10000000 || w.shape[1] > 1000000) variables.fail("has a weight matrix of an impossible shape");
    (w.single ? singles_ : doubles_) += 1;
    DenseLayer made;
    made.in = static_cast<int>(w.shape[0]);
    made.out = static_cast<int>(w.shape[1]);
    made.weight = std::move(w.values);
    if (variables.has("b")) made.bias = values(variables, "b", w.shape[1]);
    if (variables.has("idt")) made.idt = values(variables, "idt", w.shape[1]);
    const ActivationChoice phi = parse_activation(branch.text_or("activation_function", "none"), budget_.where() + ": " + branch.path());
    made.activation = phi.kind == Activation::gelu_tf ? Activation::gelu : phi.kind;  // one function, but for a digit of TensorFlow's own
    made.silut_threshold = phi.silut_threshold;
    made.resnet = branch.flag("resnet") && (made.out == made.in || made.out == 2 * made.in);
    return made;
  }

  void read_tables(const Branch& variables) {
    const Branch data = variables["compress_data"], info = variables["compress_info"];
    const std::size_t nt = static_cast<std::size_t>(model_.ntypes()), expected = model_.type_one_side ? nt : nt * nt;
    if (data.size() != expected || info.size() != expected) variables.fail("has another number of tables than the types ask for");
    for (std::size_t k = 0; k < expected; ++k) {
      DeepPotentialModel::Table table;
      ModelArray numbers = array_(data.at(k).json());
      if (!numbers.values.empty()) {
        const std::vector<double> range = array_(info.at(k).json()).values;
        if (range.size() < 5 || numbers.shape.size() != 2 || numbers.shape[1] % 6 != 0 || numbers.shape[1] > 6000000) data.at(k).fail("is a table of an impossible shape");
        table = {range[0], range[1], range[2], range[3], range[4], static_cast<int>(numbers.shape[1] / 6), std::move(numbers.values)};
        (numbers.single ? singles_ : doubles_) += 1;
      }
      model_.tables.push_back(std::move(table));
    }
  }

  void read_fitting(const Branch& f, const Branch& model) {
    if (f.integer_or("@version", 1, 0, 1000000) > 4) refuse_model(budget_.where(), "a fitting net of a newer format", std::to_string(f["@version"].integer(0, 1000000)));
    for (const char* key : {"mixed_types", "use_aparam_as_mask", "tot_ener_zero"})
      if (f.flag(key)) refuse_model(budget_.where(), "a fitting net that is not read here", key);
    if (f.integer_or("dim_case_embd", 0, 0, 1000000) > 0) refuse_model(budget_.where(), "a fitting net that is not read here", "dim_case_embd");
    if (f.has("spin")) refuse_model(budget_.where(), "a DeepSPIN model", "spin");
    refuse_settings(f, {"exclude_types"});
    model_.numb_fparam = f.integer_or("numb_fparam", 0, 0, 100000);
    model_.numb_aparam = f.integer_or("numb_aparam", 0, 0, 100000);
    const Branch v = f["@variables"];
    const auto parameters = [&](const char* key, int count) { return count > 0 ? values(v, key, static_cast<std::size_t>(count)) : std::vector<double>{}; };
    model_.fparam_avg = parameters("fparam_avg", model_.numb_fparam);
    model_.fparam_inv_std = parameters("fparam_inv_std", model_.numb_fparam);
    model_.aparam_avg = parameters("aparam_avg", model_.numb_aparam);
    model_.aparam_inv_std = parameters("aparam_inv_std", model_.numb_aparam);
    if (f.filled("default_fparam"))
      for (std::size_t k = 0; k < f["default_fparam"].size(); ++k) model_.default_fparam.push_back(f["default_fparam"].at(k).number());
    model_.fitting = networks(f["nets"], 1);
    const std::size_t nt = static_cast<std::size_t>(model_.ntypes());
    model_.bias = v.has("bias_atom_e") ? values(v, "bias_atom_e", nt) : std::vector<double>(nt, 0.0);
    if (model.has("@variables") && model["@variables"].has("out_bias")) {  // out_std is no factor of the energy in these files
      const std::vector<double> shift = values(model["@variables"], "out_bias", nt);
      for (std::size_t t = 0; t < nt; ++t) model_.bias[t] += shift[t];
    }
    read_atom_energies(f);
  }

  /// As deepmd-kit's native evaluator reads it: once any type has an energy, types beyond the end of the list count as set.
  void read_atom_energies(const Branch& f) {
    if (!f.filled("atom_ener")) return;
    const Branch list = f["atom_ener"];
    bool any = false;
    for (std::size_t t = 0; t < list.size(); ++t) any = any || !list.at(t).is_null();
    if (!any) return;
    for (std::size_t t = 0; t < static_cast<std::size_t>(model_.ntypes()); ++t)
      model_.atom_ener.push_back(t >= list.size() ? 0.0 : list.at(t).is_null() ? std::numeric_limits<double>::quiet_NaN() : list.at(t).number());
  }

  Branch root_;
  const ReadArray& array_;
  FileBudget& budget_;
  DeepPotentialModel model_;
  int singles_ = 0, doubles_ = 0;
};

}  // namespace

DeepPotentialModel model_from_tree(const Json& tree, const ReadArray& array, FileBudget& budget) { return TreeLoader(tree, array, budget).load(); }

}  // namespace lamella
