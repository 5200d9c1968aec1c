#include "builder/registry.hpp"

#include <fmt/format.h>

#include "builder/best_shift.hpp"
#include "lattice/cell.hpp"
#include "runner/structure_energy.hpp"

namespace lamella {

namespace {

/// The two layers alone, vacuum above.
Structure pair_of(const ReadyLayer& lower, const ReadyLayer& upper, const std::array<double, 2>& step, const CellSpecification& cell) {
  CellSpecification alone = cell;
  alone.boundary = "vacuum";
  alone.vacuum = 15.0;
  ReadyLayer resting = lower, moved = upper;
  resting.shift = std::array<double, 2>{0.0, 0.0};
  moved.shift = step;
  return assemble({resting, moved}, alone, 0).structure;
}

}  // namespace

void scan_registry(std::vector<ReadyLayer>& layers, const CellSpecification& cell, Evaluator& evaluator, const Progress& progress) {
  for (std::size_t l = 1; l < layers.size(); ++l) {
    if (layers[l].shift) continue;
    int tried = 0;
    const std::array<double, 2> best = best_shift(
        [&](const std::array<double, 2>& step) {
          const double energy = structure_energy(pair_of(layers[l - 1], layers[l], step, cell), evaluator).energy;
          progress({"registry", static_cast<double>(++tried) / shift_count, fmt::format("{} on {}", layers[l].name, layers[l - 1].name)});
          return -energy;
        },
        1e-6);
    const std::array<double, 2> below = layers[l - 1].shift.value_or(std::array<double, 2>{0.0, 0.0});
    layers[l].shift = std::array<double, 2>{wrapped_unit(below[0] + best[0]), wrapped_unit(below[1] + best[1])};
  }
}

}  // namespace lamella
