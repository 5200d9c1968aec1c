#pragma once
#include <span>

#include "runner/deep_potential/model.hpp"

namespace lamella {

/// Value and slope of every channel of a compressed embedding net at s: deepmd-kit's quintics, continued as straight lines
/// beyond both ends as deepmd-kit 3.2 does. Returns false where s lies beyond the table's upper end (atoms closer than it knows).
bool look_up(const DeepPotentialModel::Table& table, double s, std::span<double> value, std::span<double> slope);

/// How many rows `lower`, `upper`, `max` and the strides ask for; what deepmd-kit computes.
long table_rows(const DeepPotentialModel::Table& table);

}  // namespace lamella
