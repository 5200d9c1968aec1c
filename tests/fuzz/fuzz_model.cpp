// fuzz: hostile model files. LLVMFuzzerTestOneInput is driven by libFuzzer (clang) or by replay.cpp (any compiler).
#include <cmath>
#include <cstdint>
#include <cstdlib>
#include <string>

#include "base/error.hpp"
#include "runner/deep_potential/loaders.hpp"
#include "runner/structure_energy.hpp"

using namespace lamella;

/// Any bytes give a model that can be evaluated or an error of bad input; everything else, std::bad_alloc included, is a defect.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  try {
    const auto evaluator = make_plain_evaluator(model_from_bytes(std::string(reinterpret_cast<const char*>(data), size), "fuzzed model"));
    const DeepPotentialModel& model = evaluator->model();
    // Small files only claim small nets, so one step is cheap; three atoms of the first and last type.
    const int last = model.ntypes() - 1;
    ModelParameters parameters;
    parameters.fparam.assign(static_cast<std::size_t>(model.numb_fparam), 0.5);
    parameters.aparam.assign(3 * static_cast<std::size_t>(model.numb_aparam), 0.5);
    if (model.rcut > 20.0) return 0;
    structure_energy(Cell(Mat3(Mat3::Identity() * (2 * model.rcut + 1))), {{0, 0, 0}, {0.9, 0.2, 0}, {0.1, 1.1, -0.4}}, {0, last, 0}, *evaluator, parameters);
  } catch (const Error& error) {
    if (error.failure() != Failure::bad_input) std::abort();
  }
  return 0;
}
