#pragma once
#include <vector>

#include "base/progress.hpp"
#include "builder/assembly.hpp"

namespace lamella {

class Evaluator;

/// Gives every layer but the first that has no shift yet the one of the 8 x 8 grid at which it and the layer below, alone with 15 A
/// of vacuum, have the least energy under the model. The gap of each trial is the one that the stack would have.
/// Throws Error (bad_input) when the model lacks an element.
void scan_registry(std::vector<ReadyLayer>& layers, const CellSpecification& cell, Evaluator& evaluator, const Progress& progress);

}  // namespace lamella
