#pragma once

#include <filesystem>

#include "lattice/crystal.hpp"

namespace lamella {

/// Stem of the bundled Deep Potential that a run without --model takes; beside it in structures/potential lie .dp, .md (its card)
/// and .check.json (what deepmd-kit gives for it).
inline constexpr const char* kBundledModel = "starter";

inline std::filesystem::path bundled_model() { return structures_folder() / "potential" / (std::string(kBundledModel) + ".pb"); }

}  // namespace lamella
