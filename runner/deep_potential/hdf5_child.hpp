#pragma once
#include <map>
#include <string>

#include "runner/deep_potential/loaders.hpp"

namespace lamella {

/// What a native model file holds: the JSON of its root attribute, and its data sets by path ("/variable_0002").
struct Hdf5Content {
  std::string json;
  std::map<std::string, ModelArray> arrays;
};

/// HDF5's library has a history of crashes on hostile files, so it runs in a forked child with bounded memory and time:
/// what kills it becomes an error here, and nothing that it holds is trusted beyond the bytes it hands over.
/// Throws Error (bad_input): not HDF5, sizes that lie, filters, links elsewhere, a crash of the library.
Hdf5Content read_hdf5(const std::string& bytes, FileBudget& budget);

}  // namespace lamella
