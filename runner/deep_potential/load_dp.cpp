#include <nlohmann/json.hpp>

#include "runner/deep_potential/hdf5_child.hpp"
#include "runner/deep_potential/loaders.hpp"

namespace lamella {

DeepPotentialModel load_dp(const std::string& bytes, FileBudget& budget) {
  const Hdf5Content content = read_hdf5(bytes, budget);
  const nlohmann::json tree = parse_model_json(content.json, budget, "its json");
  const auto array = [&](const nlohmann::json& path) {
    if (!path.is_string()) broken_model(budget.where(), "a variable that names no data set");
    const auto found = content.arrays.find(path.get<std::string>());
    if (found == content.arrays.end()) broken_model(budget.where(), "a variable names a data set that is not there", path.get<std::string>().substr(0, 60));
    budget.take(found->second.values.size(), "the variables");
    return found->second;
  };
  FileBudget variables(budget.where(), bytes.size());
  DeepPotentialModel model = model_from_tree(tree, array, variables);
  model.file_kind = model.tables.empty() ? "dp" : "dp compressed";
  return model;
}

}  // namespace lamella
