#include "runner/deep_potential/loaders.hpp"

namespace lamella {

DeepPotentialModel load_dp(const std::string&, FileBudget& budget) { refuse_model(budget.where(), "native files are read by the next commit, .pb by this one", ".dp"); }
DeepPotentialModel load_yaml(const std::string&, FileBudget& budget) { refuse_model(budget.where(), "native files are read by the next commit, .pb by this one", "neither HDF5 nor protobuf"); }

}  // namespace lamella
