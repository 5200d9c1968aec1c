// fuzz: hostile model files. LLVMFuzzerTestOneInput is driven by libFuzzer (clang) or by replay.cpp (any compiler).
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "base/error.hpp"
#include "runner/deep_potential/evaluator.hpp"
#include "runner/deep_potential/loaders.hpp"
#include "runner/structure_energy.hpp"

using namespace lamella;

namespace {

/// Three atoms of the first and last type, about 1 A apart: small files only claim small nets, so one step is cheap.
void step(Evaluator& evaluator) {
  const DeepPotentialModel& model = evaluator.model();
  const int last = model.ntypes() - 1;
  ModelParameters parameters;
  parameters.fparam.assign(static_cast<std::size_t>(model.numb_fparam), 0.5);
  parameters.aparam.assign(3 * static_cast<std::size_t>(model.numb_aparam), 0.5);
  structure_energy(Cell(Mat3(Mat3::Identity() * (2 * model.rcut + 1))), {{0, 0, 0}, {0.9, 0.2, 0}, {0.1, 1.1, -0.4}}, {0, last, 0}, evaluator, parameters);
}

/// One input in thirty-two also makes tables and takes the fast evaluator's step: it costs a hundred times the plain one's.
bool fast_too(const std::uint8_t* data, std::size_t size) {
  std::uint32_t hash = 2166136261u;
  for (std::size_t k = 0; k < size; ++k) hash = (hash ^ data[k]) * 16777619u;
  return hash % 32 == 0;
}

}  // namespace

/// Any bytes give a model that can be evaluated or an error of bad input (or, with numbers too large to be added, of the run);
/// everything else, std::bad_alloc included, is a defect.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  bool loaded = false;
  try {
    DeepPotentialModel model = model_from_bytes(std::string(reinterpret_cast<const char*>(data), size), "fuzzed model");
    loaded = true;
    if (model.rcut > 20.0) return 0;
    if (fast_too(data, size)) step(*make_fast_evaluator(model, Precision::double_, 1));
    step(*make_plain_evaluator(std::move(model)));
  } catch (const Error& error) {
    if (!loaded && error.failure() != Failure::bad_input) std::abort();
  }
  return 0;
}
