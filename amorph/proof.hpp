#pragma once
#include "amorph/cut.hpp"
#include "amorph/quench.hpp"

namespace lamella {

/// Numbers of a glass averaged over the snapshots of its final hold.
struct GlassNumbers {
  double first_peak = 0.0;         ///< A, of the cation-anion pairs
  double cn = 0.0;                 ///< anions within `bond` of a cation
  double bond = 0.0;               ///< A: 2.5 for Li-F, else 1.35 first peaks
  double crystal_share = 0.0;      ///< of cations or anions, the larger
  double regular_share = 0.0, rock_salt_share = 0.0, wurtzite_share = 0.0;  ///< of cations
};
GlassNumbers glass_numbers(const MeltSystem& system, const std::vector<MeltState>& snapshots);

/// The proof of a layer as the manifest tells it (see docs/amorphous.md for every key).
nlohmann::ordered_json proof_of(const LayerRequest& request, const MeltSystem& system, const Quenched& quenched, const AmorphousLayer& layer);

/// The table of stages as csv, units in the header.
std::string stage_table(const nlohmann::ordered_json& proof);

}  // namespace lamella
