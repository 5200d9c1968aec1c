#include "builder/validate.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <cmath>
#include <mutex>
#include <thread>

#include "base/error.hpp"
#include "runner/structure_energy.hpp"

namespace lamella {
namespace fs = std::filesystem;
namespace {

bool is_extxyz(const fs::path& path) { return path.extension() == ".extxyz" || path.extension() == ".xyz"; }

Prediction predict(const LabelledFrame& frame, Evaluator& evaluator, long& overflow) {
  const StructureEnergy result = structure_energy(frame.structure, evaluator, {});
  Prediction prediction{result.energy, result.forces, Mat3::Zero()};
  for (int i = 0; i < 9; ++i) prediction.virial(i / 3, i % 3) = result.virial[static_cast<std::size_t>(i)];
  overflow = result.overflow;
  return prediction;
}

/// Frames one by one, taken by whichever thread is free; results go to their own places.
void predict_all(const std::vector<LabelledFrame>& frames, const std::function<std::unique_ptr<Evaluator>()>& make, int threads, const Progress& progress, Validation& validation) {
  std::atomic<std::size_t> next{0};
  std::vector<long> overflow(frames.size(), 0);
  std::mutex lock;
  std::exception_ptr problem;
  std::size_t first_problem = frames.size();
  const auto work = [&] {
    std::size_t i = 0;
    try {
      const std::unique_ptr<Evaluator> evaluator = make();
      for (i = next++; i < frames.size(); i = next++) {
        validation.predictions[i] = predict(frames[i], *evaluator, overflow[i]);
        const std::lock_guard hold(lock);
        progress({"validating", static_cast<double>(i + 1) / static_cast<double>(frames.size()), frames[i].family});
      }
    } catch (...) {
      const std::lock_guard hold(lock);
      if (i < first_problem) problem = std::current_exception(), first_problem = i;  // the same message at any number of threads
      next = frames.size();
    }
  };
  std::vector<std::jthread> others;
  const int wanted = std::clamp(threads, 1, static_cast<int>(std::min<std::size_t>(frames.size(), 256)));
  for (int t = 1; t < wanted; ++t) others.emplace_back(work);
  work();
  others.clear();  // joins
  if (problem) std::rethrow_exception(problem);
  for (long n : overflow) validation.overflow += n;
}

void compare(const LabelledFrame& frame, const Prediction& prediction, LabelErrors& errors) {
  const auto n = static_cast<double>(frame.structure.size());
  ++errors.frames;
  errors.atoms += static_cast<long>(frame.structure.size());
  if (frame.energy) errors.energy.add((prediction.energy - *frame.energy) / n);
  for (std::size_t i = 0; i < frame.forces.size(); ++i)
    for (int k = 0; k < 3; ++k) errors.force.add(prediction.forces[i][k] - frame.forces[i][k]);
  if (frame.virial)
    for (int k = 0; k < 9; ++k) errors.virial.add((prediction.virial(k / 3, k % 3) - (*frame.virial)(k / 3, k % 3)) / n);
}

}  // namespace

void ErrorSummary::add(double error) {
  ++count;
  sum += std::abs(error);
  sum_squared += error * error;
  largest = std::max(largest, std::abs(error));
}
double ErrorSummary::rmse() const { return count ? std::sqrt(sum_squared / static_cast<double>(count)) : 0.0; }
double ErrorSummary::mae() const { return count ? sum / static_cast<double>(count) : 0.0; }

std::vector<LabelledFrame> read_labelled(const fs::path& path) {
  if (!fs::exists(path)) fail_input({path.string(), "does not exist", "", "", "a folder of DeePMD sets or an extended XYZ file"});
  if (!fs::is_directory(path)) {
    if (!is_extxyz(path)) fail_input({path.string(), "not a kind of labelled data", path.extension().string(), ".extxyz, .xyz, or a folder", ""});
    return read_labelled_extxyz(path);
  }
  std::vector<fs::path> files;
  for (const auto& entry : fs::recursive_directory_iterator(path))
    if (entry.is_regular_file() && is_extxyz(entry.path())) files.push_back(entry.path());
  const bool sets = std::any_of(fs::recursive_directory_iterator(path), fs::recursive_directory_iterator(), [](const auto& entry) { return entry.path().filename() == "type.raw"; });
  if (sets || files.empty()) return read_deepmd_data(path);
  std::sort(files.begin(), files.end());
  std::vector<LabelledFrame> frames;
  for (const fs::path& file : files)
    for (LabelledFrame& frame : read_labelled_extxyz(file)) frames.push_back(std::move(frame));
  return frames;
}

Validation validate(const std::vector<LabelledFrame>& frames, const std::function<std::unique_ptr<Evaluator>()>& make, int threads, const Progress& progress) {
  if (frames.empty()) fail_input({"validate", "no frames", "", "", ""});
  for (const LabelledFrame& frame : frames)
    if (!frame.forces.empty() && frame.forces.size() != frame.structure.size()) fail_input({frame.origin, "as many forces as atoms are wanted", std::to_string(frame.forces.size()), std::to_string(frame.structure.size()), ""});
  Validation validation;
  validation.predictions.resize(frames.size());
  predict_all(frames, make, threads, progress, validation);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    compare(frames[f], validation.predictions[f], validation.all);
    compare(frames[f], validation.predictions[f], validation.families[frames[f].family]);
    for (std::size_t i = 0; i < frames[f].forces.size(); ++i)
      for (int k = 0; k < 3; ++k) validation.elements[frames[f].structure.elements[i].symbol()].add(validation.predictions[f].forces[i][k] - frames[f].forces[i][k]);
  }
  return validation;
}

}  // namespace lamella
