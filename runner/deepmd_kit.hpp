#pragma once
#include <filesystem>
#include <memory>
#include <optional>

#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

/// deepmd-kit's C library, as its pip package brings it: $LAMELLA_DEEPMD (the library, or an environment that holds it), then
/// $VIRTUAL_ENV, $CONDA_PREFIX, ~/.local and the system's Python folders.
std::optional<std::filesystem::path> find_deepmd_kit_library();

/// The other way out: every descriptor and file that deepmd-kit supports (DPA-1, DPA-2, hybrids; .pb, .pth, .pt2, .savedmodel), through
/// its own library, loaded now. Throws Error (bad_input) with the pip line when the library is not found, with deepmd-kit's words
/// when it refuses the model. Message-passing models (DPA-2, DPA-3) work in one rank only.
std::unique_ptr<Evaluator> make_deepmd_kit_evaluator(const std::filesystem::path& model, int threads);

}  // namespace lamella
