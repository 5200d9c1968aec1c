#pragma once
#include <filesystem>
#include <functional>
#include <map>
#include <memory>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "export/deepmd_data.hpp"
#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

/// Root mean square, mean absolute and largest error of `count` numbers.
struct ErrorSummary {
  long count = 0;
  double sum = 0.0, sum_squared = 0.0, largest = 0.0;
  void add(double error);
  double rmse() const;
  double mae() const;
};

/// Errors of a set of frames. As `dp test`: energies and virials divided by the number of atoms.
struct LabelErrors {
  long frames = 0, atoms = 0;
  ErrorSummary energy;  ///< eV/atom, one number a frame
  ErrorSummary force;   ///< eV/A, every component
  ErrorSummary virial;  ///< eV/atom, nine numbers a frame
};

/// One frame: what was predicted, beside its labels.
struct Prediction {
  double energy = 0.0;             ///< eV
  std::vector<Cartesian> forces;   ///< eV/A
  Mat3 virial = Mat3::Zero();      ///< eV
};

struct Validation {
  LabelErrors all;
  std::map<std::string, LabelErrors> families;
  std::map<std::string, ErrorSummary> elements;  ///< of force components, by symbol
  std::vector<Prediction> predictions;           ///< one per frame
  long overflow = 0;                             ///< neighbours beyond the model's sel, dropped
};

/// Labelled frames from a path: a folder of DeePMD sets, an extended XYZ file, or a folder of such files. Throws Error (bad_input).
std::vector<LabelledFrame> read_labelled(const std::filesystem::path& path);

/// Predicts every frame and compares with its labels; labels a frame lacks are left out of the sums. `make` gives one evaluator
/// per thread. Same result at any number of threads. Throws Error (bad_input) for an element the model does not know.
Validation validate(const std::vector<LabelledFrame>& frames, const std::function<std::unique_ptr<Evaluator>()>& make, int threads, const Progress& progress);

/// Keys: frames, atoms, energy_per_atom, force, virial_per_atom (each {rmse, mae, max, count, unit} or null), families, elements.
nlohmann::ordered_json validation_json(const Validation& validation);
/// Parity data as csv: reference and predicted, units in the header.
std::string energy_csv(const std::vector<LabelledFrame>& frames, const Validation& validation);
std::string force_csv(const std::vector<LabelledFrame>& frames, const Validation& validation);
std::string virial_csv(const std::vector<LabelledFrame>& frames, const Validation& validation);
/// Energy, force (by element) and virial, predicted against reference, as a PNG.
std::string parity_png(const std::vector<LabelledFrame>& frames, const Validation& validation);

}  // namespace lamella
