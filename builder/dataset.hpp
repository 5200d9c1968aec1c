#pragma once
#include <filesystem>
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "builder/specification.hpp"
#include "export/type_map.hpp"

namespace lamella {

/// What `lamella dataset` makes out of specifications; every number here is a flag.
struct DatasetOptions {
  long max_atoms = 200;        ///< of any superlattice
  double max_strain = 0.06;    ///< largest |principal strain| of any crystal
  double thickness = 3.0;      ///< A, each crystal and coating at least (whole repeats); the thickest up to 12 A that fit are taken
  int matches = 2;             ///< superlattices per set of layers, of different faces or terminations where there are any
  int seeds = 1;               ///< of each: registry, site disorder, vacancies
  int perturbations = 4;       ///< of each superlattice, besides itself
  double cell_change = 0.03;   ///< largest strain component of a perturbation
  double rattle = 0.15;        ///< A, standard deviation of the strongest rattle; the weakest is this over their number
  std::vector<double> md_temperatures = {300.0, 600.0, 900.0};  ///< K, one 100-step AIMD deck each
  bool melts = true;           ///< false: glasses stand in as crystals, which takes seconds
  std::uint64_t seed = 1;      ///< over the specifications' seeds
  std::vector<std::string> types;  ///< order of the types (a model's); empty: first appearance
  bool replace = false;
  Progress progress = [](const ProgressReport&) {};
};

/// A perturbed copy of a superlattice, and what was done to it.
struct DatasetFrame {
  Structure structure;
  double rattle = 0.0;         ///< A
  Mat3 strain = Mat3::Zero();
  long vacancies = 0;
};

/// One small superlattice.
struct DatasetSystem {
  std::string name;            ///< "LiCoO2-Li6PS5Cl-0"
  bool coated = false;         ///< a glass (or its stand-in) between two crystals
  std::vector<DatasetFrame> frames;  ///< the superlattice itself first
  nlohmann::ordered_json record;     ///< faces, terminations, match, strains, seed
};

/// The superlattices of every pair of neighbouring materials of the specifications, and of each whole coated stack, with their
/// perturbations. Same specifications and options, same systems. Throws Error (bad_input) where nothing fits under the
/// limits, naming the layers and the nearest match; what cannot be done without a melt is said through `warnings`.
std::vector<DatasetSystem> make_dataset(const std::vector<Specification>& specifications, const DatasetOptions& options, std::vector<std::string>& warnings);

/// Writes the folder: structures, VASP decks for static labels and AIMD, init_bulk and DP-GEN inputs, DeePMD input.json, the script
/// that collects labels, README.md with the next commands, dataset.json. Whole or not at all. Returns dataset.json.
nlohmann::ordered_json write_dataset(const std::vector<DatasetSystem>& systems, const std::filesystem::path& folder, const DatasetOptions& options);

/// The map that orders the types of every file of the dataset.
TypeMap dataset_types(const std::vector<DatasetSystem>& systems, const DatasetOptions& options);

}  // namespace lamella
