#include <nlohmann/json.hpp>

#include "runner/deep_potential/loaders.hpp"

namespace lamella {

nlohmann::json parse_model_json(std::string_view text, const FileBudget& budget, const std::string& what) {
  constexpr std::size_t largest = std::size_t{16} << 20;
  constexpr int deepest = 64;
  if (text.size() > largest) broken_model(budget.where(), what + " is larger than any model's", std::to_string(text.size()) + " bytes", "16 MiB");
  bool too_deep = false;
  const auto guard = [&](int depth, nlohmann::json::parse_event_t, nlohmann::json&) {
    too_deep = too_deep || depth > deepest;
    return depth <= deepest;
  };
  nlohmann::json tree = nlohmann::json::parse(text.begin(), text.end(), guard, false);
  if (tree.is_discarded() || too_deep) broken_model(budget.where(), what + " is not JSON");
  return tree;
}

}  // namespace lamella
