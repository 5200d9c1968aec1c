#pragma once
#include <functional>
#include <nlohmann/json_fwd.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "runner/deep_potential/file_budget.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {

/// load_model() without the file: chooses by content. `where` names it in errors. This is what the fuzzers call.
DeepPotentialModel model_from_bytes(const std::string& bytes, const std::string& where);

// What it chooses from. Each takes the whole file as bytes, already bounded by what is on disc.

/// TensorFlow's frozen graph, plain or compressed.
DeepPotentialModel load_pb(std::string_view bytes, FileBudget& budget);
/// deepmd-kit's native HDF5 file.
DeepPotentialModel load_dp(const std::string& bytes, FileBudget& budget);
/// The same tree as YAML.
DeepPotentialModel load_yaml(const std::string& bytes, FileBudget& budget);

/// An array of a native file.
struct ModelArray {
  std::vector<std::size_t> shape;
  std::vector<double> values;
  bool single = false;  ///< float32
};
/// The tree that .dp and .yaml share; `array` turns what stands under `@variables` into numbers.
DeepPotentialModel model_from_tree(const nlohmann::json& tree, const std::function<ModelArray(const nlohmann::json&)>& array, FileBudget& budget);

/// JSON from an untrusted file: size and depth bounded. Throws Error (bad_input) naming `what`.
nlohmann::json parse_model_json(std::string_view text, const FileBudget& budget, const std::string& what);

class ProtobufGraph;
/// The tables of a compressed graph into model.tables.
void load_pb_tables(const ProtobufGraph& graph, DeepPotentialModel& model, FileBudget& budget);

/// Every loader asks before it multiplies by it. Throws Error (bad_input).
void check_type_count(std::size_t count, const std::string& where);

/// Last step of every loader: shapes agree, everything is finite, what `bias` promises is folded in. Throws Error (bad_input).
void finish_model(DeepPotentialModel& model, const std::string& where);

}  // namespace lamella
