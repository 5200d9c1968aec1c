#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/parser.h>

#include <charconv>
#include <cmath>
#include <limits>
#include <map>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "runner/deep_potential/loaders.hpp"

namespace lamella {

namespace {

using Json = nlohmann::json;

std::size_t count_nodes(const Json& json) {
  std::size_t count = 1;
  if (json.is_structured())
    for (const Json& child : json) count += count_nodes(child);
  return count;
}

/// A plain scalar as PyYAML would read it: null, true, numbers, else text.
Json plain_scalar(const std::string& text) {
  if (text == "null" || text == "~" || text.empty()) return nullptr;
  if (text == "true" || text == "false") return text == "true";
  if (text == ".inf" || text == "-.inf") return text[0] == '-' ? -std::numeric_limits<double>::infinity() : std::numeric_limits<double>::infinity();
  if (text == ".nan") return std::numeric_limits<double>::quiet_NaN();
  const char* begin = text.data() + (text[0] == '+' ? 1 : 0);
  const char* end = text.data() + text.size();
  std::int64_t whole = 0;
  if (const auto read = std::from_chars(begin, end, whole); read.ec == std::errc() && read.ptr == end) return whole;
  double real = 0;
  if (const auto read = std::from_chars(begin, end, real); read.ec == std::errc() && read.ptr == end && std::isfinite(real)) return real;
  return text;
}

/// Builds the tree from the parser's events. PyYAML writes aliases for lists that stand twice in a model, so they are
/// followed; each copy is paid from the budget, which a bomb of nested aliases empties at once.
class TreeBuilder final : public YAML::EventHandler {
 public:
  explicit TreeBuilder(FileBudget& budget) : budget_(budget) {}
  Json result;

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}
  void OnNull(const YAML::Mark&, YAML::anchor_t anchor) override { add(nullptr, anchor); }
  void OnScalar(const YAML::Mark&, const std::string& tag, YAML::anchor_t anchor, const std::string& value) override {
    budget_.take(1, "the tree");
    if (tag == "?" || tag.empty()) add(plain_scalar(value), anchor);
    else if (tag == "!" || tag == "tag:yaml.org,2002:str") add(value, anchor);
    else broken_model(budget_.where(), "a YAML tag that no model holds", tag.substr(0, 40));
  }
  void OnAlias(const YAML::Mark&, YAML::anchor_t anchor) override {
    const auto found = anchored_.find(anchor);
    if (found == anchored_.end()) broken_model(budget_.where(), "a YAML alias inside of what it stands for");
    budget_.take(count_nodes(found->second), "the aliases of the tree");
    add(found->second, 0);
  }
  void OnSequenceStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(Json::array(), anchor); }
  void OnMapStart(const YAML::Mark&, const std::string&, YAML::anchor_t anchor, YAML::EmitterStyle::value) override { open(Json::object(), anchor); }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

 private:
  struct Open {
    Json json;
    YAML::anchor_t anchor;
    bool has_key = false;
    std::string key;
  };

  void open(Json json, YAML::anchor_t anchor) {
    budget_.take(1, "the tree");
    if (stack_.size() >= 64) broken_model(budget_.where(), "a tree deeper than any model's");
    stack_.push_back({std::move(json), anchor, false, ""});
  }

  void close() {
    Json done = std::move(stack_.back().json);
    const YAML::anchor_t anchor = stack_.back().anchor;
    stack_.pop_back();
    if (anchor) budget_.take(count_nodes(done), "the aliases of the tree");
    add(std::move(done), anchor);
  }

  void add(Json json, YAML::anchor_t anchor) {
    if (anchor) anchored_[anchor] = json;
    if (stack_.empty()) {
      result = std::move(json);
      return;
    }
    Open& parent = stack_.back();
    if (parent.json.is_array()) {
      parent.json.push_back(std::move(json));
    } else if (!parent.has_key) {
      if (!json.is_string()) broken_model(budget_.where(), "a YAML key that is not text");
      parent.key = json.get<std::string>();
      parent.has_key = true;
    } else {
      parent.json[parent.key] = std::move(json);
      parent.has_key = false;
    }
  }

  FileBudget& budget_;
  std::vector<Open> stack_;
  std::map<YAML::anchor_t, Json> anchored_;
};

/// Nested lists into one row-major array; ragged ones are an error.
void flatten(const Json& json, std::size_t depth, ModelArray& array, const FileBudget& budget) {
  if (json.is_number()) {
    if (depth != array.shape.size()) broken_model(budget.where(), "an array whose rows differ in depth");
    array.values.push_back(array.single ? static_cast<double>(json.get<float>()) : json.get<double>());
    return;
  }
  if (!json.is_array() || depth >= 8) broken_model(budget.where(), "an array that holds something else than numbers");
  if (array.values.empty() && depth == array.shape.size()) array.shape.push_back(json.size());
  if (depth >= array.shape.size() || array.shape[depth] != json.size()) broken_model(budget.where(), "an array whose rows differ in length");
  for (const Json& child : json) flatten(child, depth + 1, array, budget);
}

ModelArray inline_array(const Json& json, FileBudget& budget) {
  if (!json.is_object() || !json.contains("value")) broken_model(budget.where(), "a variable that is no array");
  ModelArray array;
  const std::string dtype = json.contains("dtype") && json["dtype"].is_string() ? json["dtype"].get<std::string>() : "float64";
  array.single = dtype == "float32";
  if (dtype != "float32" && dtype != "float64" && dtype.substr(0, 3) != "int") refuse_model(budget.where(), "an array of another precision than float32 or float64", dtype.substr(0, 40));
  budget.take(count_nodes(json["value"]), "an array");
  flatten(json["value"], 0, array, budget);
  return array;
}

}  // namespace

DeepPotentialModel load_yaml(const std::string& bytes, FileBudget& budget) {
  // Anything may arrive here; what is not text is no YAML.
  for (unsigned char c : bytes)
    if (c == 0 || (c < 32 && c != '\n' && c != '\r' && c != '\t')) broken_model(budget.where(), "neither protobuf, HDF5 nor YAML");
  TreeBuilder builder(budget);
  try {
    std::istringstream stream(bytes);
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) broken_model(budget.where(), "an empty file");
  } catch (const YAML::Exception& error) {
    broken_model(budget.where(), std::string("not YAML: ") + error.what());
  }
  if (!builder.result.is_object() || !builder.result.contains("model")) broken_model(budget.where(), "neither protobuf, HDF5 nor a model in YAML");
  FileBudget arrays(budget.where(), bytes.size());
  DeepPotentialModel model = model_from_tree(builder.result, [&](const Json& json) { return inline_array(json, arrays); }, arrays);
  model.file_kind = model.tables.empty() ? "yaml" : "yaml compressed";
  return model;
}

}  // namespace lamella
