#pragma once
#include "builder/analyze.hpp"

namespace lamella {

/// Atoms of "Li", "Li:coating" or ":coating". Throws Error (bad_input) for an unknown layer or element.
std::vector<int> select_atoms(const TrajectoryAtoms& atoms, const std::string& words);
/// The pairs of the options, or the paper's where they name none (those without atoms left out).
std::vector<RdfPair> chosen_pairs(const TrajectoryAtoms& atoms, const AnalyzeOptions& options, const std::string& coating);
/// Index of the coating's layer: the one asked for, the amorphous one of the folder, or one called "coating"; -1: none.
int coating_layer(const TrajectoryAtoms& atoms, const std::string& asked, const std::string& known);
/// Every element, and every element of every layer where there are several layers.
std::vector<MsdGroup> msd_groups(const TrajectoryAtoms& atoms);

}  // namespace lamella
