#pragma once
#include <filesystem>

#include "builder/stack.hpp"

namespace lamella {

struct FolderOptions {
  bool replace = false;                    ///< take the place of a folder that is there
  Progress progress = [](const ProgressReport&) {};
};

/// Writes everything of contract.md's "What a built folder holds", whole or not at all. Returns the manifest.
/// Throws Error: bad_input where the folder exists or the model lacks an element, while_running for a full disk.
nlohmann::ordered_json write_build_folder(const Stack& stack, const std::filesystem::path& folder, const FolderOptions& options);

/// The map that orders types everywhere in the folder: the specification's `types`, else order of first appearance.
/// Throws Error (bad_input) for an element that `types` lacks.
TypeMap stack_types(const Stack& stack);

}  // namespace lamella
