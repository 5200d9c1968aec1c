#pragma once
#include <string>
#include <vector>

#include "builder/dataset.hpp"

namespace lamella {

/// README.md of a dataset folder: what is in it, and the next commands in order.
std::string dataset_readme(const std::vector<DatasetSystem>& systems, const TypeMap& types, const DatasetOptions& options);
/// labels_to_npy.py: VASP's OUTCAR or vasprun.xml to DeePMD npy through dpdata; duplicates dropped, split by trajectory, a table printed.
std::string collect_script(const TypeMap& types);

}  // namespace lamella
