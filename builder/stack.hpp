#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "builder/audit.hpp"
#include "builder/specification.hpp"
#include "builder/vacancies.hpp"
#include "export/type_map.hpp"
#include "lattice/match.hpp"

namespace lamella {

/// A file that went into a build, as the manifest names it: never an absolute path.
struct InputFile {
  std::string path;
  std::string sha256;
  std::string content;  ///< of a user's own crystal, copied into the built folder; empty for bundled ones
};

/// What one layer became; a member of `manifest.json`'s layers.
struct LayerRecord {
  std::string name, kind, formula;
  long atoms = 0;
  double thickness_requested = 0.0, thickness = 0.0;  ///< A
  double density = 0.0;                               ///< g/cm3 over the thickness, before vacancies for crystals as well
  std::vector<VacancyResult> vacancies;
  int tasker = 0;                                     ///< crystals only
  double dipole = 0.0;                                ///< e/A, crystals only
  int termination = -1;
  std::string slab = "stoichiometric";                ///< crystals: or symmetric, compensated
  std::string repeats_layer;                          ///< the layer that this one repeats (boundary = "double")
  nlohmann::ordered_json proof;                       ///< of a glass
  std::array<int, 2> tiled{1, 1};                     ///< of a glass: copies of what was quenched, which had
  long tiled_from = 0;                                ///< so many atoms; 0: not tiled
};

/// A finished stack: atoms, and everything the manifest tells about them.
struct Stack {
  Specification specification;                ///< as built: every layer file and hash filled in, the model turned into `types`
  Match match;
  std::vector<double> residuals;              ///< A, of the match, per crystalline layer (match_residual)
  std::vector<LayerRecord> layers;
  Assembled assembled;
  Audit audit;
  std::vector<InputFile> inputs;
  std::vector<std::pair<std::string, std::string>> layer_files;  ///< path within the folder ("layers/coating.extxyz") and text
  std::vector<std::string> warnings;
};

struct BuildOptions {
  bool requench = false;  ///< melt anew, whatever layer files the specification names
  std::filesystem::path cache;  ///< of a sweep: matches and melts shared by its points; empty: none
  Progress progress = [](const ProgressReport&) {};
};

/// From a specification to atoms. Same specification and seed, same stack; glasses that are not given as files are melted.
/// Throws Error: bad_input for what cannot be built, while_running for a failed melt or audit.
Stack build_stack(const Specification& specification, const BuildOptions& options);

/// The same up to the chosen cell, for `--dry-run`: nothing melted, nothing assembled.
struct StackPlan {
  Match match;
  std::vector<double> residuals;
  std::vector<LayerRecord> layers;
  long atoms = 0;  ///< estimated where there are glasses
};
StackPlan plan_stack(const Specification& specification);

}  // namespace lamella
