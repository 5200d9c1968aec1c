#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <utility>
#include <vector>

#include "builder/stack.hpp"

namespace lamella {

/// `manifest.json` of a built folder, with the keys of contract.md. `outputs` are (path within the folder, sha256), sorted by path.
/// No time stamps, host names or absolute paths.
nlohmann::ordered_json manifest_json(const Stack& stack, const std::vector<std::pair<std::string, std::string>>& outputs);

/// The match and layers parts alone, for `--dry-run --json`.
nlohmann::ordered_json plan_json(const StackPlan& plan, const Specification& specification);

}  // namespace lamella
