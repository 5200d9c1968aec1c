#pragma once
#include <nlohmann/json_fwd.hpp>
#include <span>
#include <string>
#include <vector>

#include "export/type_map.hpp"

namespace lamella {

/// What a training is asked for; the network is the one of the paper's program (se_e2_a, 25-50-100, 240-240-240).
struct TrainingOptions {
  double rcut = 6.0, rcut_smth = 0.5;        ///< A
  std::vector<int> sel;                      ///< neighbours per type; see selection()
  long steps = 1000000;
  std::string training_data = "data/train";  ///< folder searched for systems; empty: left to DP-GEN
  std::string validation_data;               ///< empty: none
  std::uint64_t seed = 1;
};

/// `input.json` for deepmd-kit 3 (and what DP-GEN calls default_training_param). Energies, forces and virials all enter the loss.
nlohmann::ordered_json deepmd_input(const TypeMap& types, const TrainingOptions& options);

/// Neighbours per type (in the map's order) that any atom of any structure has within `rcut` (A), a quarter added and rounded up
/// to a multiple of 4: room for compression and for crowded moments, since deepmd-kit drops what does not fit silently.
std::vector<int> selection(std::span<const Structure> structures, const TypeMap& types, double rcut);

}  // namespace lamella
