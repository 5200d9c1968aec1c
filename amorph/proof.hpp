#pragma once
#include "amorph/cut.hpp"
#include "amorph/quench.hpp"
#include "observe/order.hpp"

namespace lamella {

/// Numbers of a glass averaged over the snapshots of its final hold.
struct GlassNumbers {
  double first_peak = 0.0;         ///< A, of the cation-anion pairs
  double first_peak_bin = 0.0;     ///< A, the same read off as the centre of the highest bin of 0.04 A
  double cn = 0.0;                 ///< anions within `bond` of a cation
  double bond = 0.0;               ///< A: 2.5 for Li-F, else 1.35 first peaks
  double crystal_share = 0.0;      ///< of cations or anions, the larger
  double regular_share = 0.0, rock_salt_share = 0.0, wurtzite_share = 0.0;  ///< of cations
};
/// `recipe`: its thresholds.
GlassNumbers glass_numbers(const MeltSystem& system, const QuenchRecipe& recipe, const std::vector<MeltState>& snapshots);

/// The recipe's thresholds of local order, with this bond length.
OrderCriteria order_criteria(const QuenchRecipe& recipe, double bond);

/// Partial g(r) of every pair of elements to 8 A in shells of 0.1 A, a mean over the snapshots: {"r": [...], "Li-F": {"g": [...], "cn": [...]}}.
/// A film's is that of the film between its walls, open at both faces (so it does not tend to 1).
nlohmann::ordered_json partial_rdfs(const MeltSystem& system, const std::vector<MeltState>& snapshots);

/// The layer cut into slices about 2 A high, closed to a ring along z (top on bottom): in each its density, coordination, regular
/// tetrahedra and crystal-like ions, so that a crystal in a part of the height is seen.
nlohmann::ordered_json ring_of_slices(const LayerRequest& request, const Slab& slab, const OrderCriteria& criteria);

/// The proof of a layer as the manifest tells it (see docs/amorphous.md for every key).
nlohmann::ordered_json proof_of(const LayerRequest& request, const MeltSystem& system, const Quenched& quenched, const AmorphousLayer& layer);

/// The table of stages as csv, units in the header.
std::string stage_table(const nlohmann::ordered_json& proof);
/// Temperature, density and energy of the stages over time, three panels in one SVG picture.
std::string stage_plot(const nlohmann::ordered_json& proof);

}  // namespace lamella
