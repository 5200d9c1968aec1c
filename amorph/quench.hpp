#pragma once
#include <functional>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "amorph/recipe.hpp"
#include "base/progress.hpp"

namespace lamella {

/// A melt between two stages: the restricted cell (a along x, b in the xy plane, c along z), positions and velocities (A/ps).
struct MeltState {
  Mat3 rows = Mat3::Identity();
  std::vector<Cartesian> positions, velocities;
};

/// What does not change from stage to stage.
struct MeltSystem {
  Formula formula;
  std::vector<Element> elements;  ///< of every atom of the melt
  std::vector<Element> others;    ///< elements of the held crystals that the formula lacks: their types follow the formula's
  Structure held;                 ///< crystals that do not move (confined); the first `free_later` of them do in the release
  std::size_t free_later = 0;
  bool rough = false;             ///< the held ions are frozen slices of the melt itself
  MeltPotential potential;
  bool film = false;              ///< between walls, vacuum or held crystals beyond; else periodic along z
  double wall = 0.0;              ///< A, film: height at which the lower wall begins to push
  double glass_height = 0.0;      ///< A between the walls, film
  bool constant_density = false;  ///< the height stays; else it follows 0 bar along z
  std::filesystem::path inputs;   ///< folder where each stage's LAMMPS input is kept; empty: nowhere
};

/// One stage: from one temperature to another in so many ps.
struct Stage {
  std::string name;       ///< "melt", "quench", "hold"
  double from, to;        ///< K
  double time;            ///< ps
  bool fixed_height;      ///< no pressure control in this stage
  int frames = 0;         ///< snapshots wanted from its second half
};

/// What a stage left behind; one row of the table in the proof.
struct StageRecord {
  std::string name;
  double from = 0, to = 0, time = 0;            ///< K, K, ps
  double temperature = 0, pressure = 0;         ///< K, bar (along z), at its end
  double density = 0, energy = 0;               ///< g/cm3 (film: between the walls), eV per formula unit (not a number between frozen slices), at its end
  std::vector<double> msd;                      ///< A^2 over the stage, by element of the formula
  double crystal_share = -1;                    ///< at its end; negative: not looked at
};

/// Runs one stage in a LAMMPS of its own, always from the numbers in `state`, so that a quench resumed from a saved state gives the same
/// bytes as one that never stopped. `snapshots` receives Stage::frames states.
StageRecord run_stage(const MeltSystem& system, const Stage& stage, bool minimise_first, MeltState& state, std::vector<MeltState>* snapshots,
                      const std::function<void(double fraction)>& on_progress);

/// A film without what was frozen at its faces, minimised between its walls.
MeltState settled(const MeltSystem& system, const MeltState& state);

/// What became of the held crystals once they were free.
struct Release {
  double time = 0.0, temperature = 0.0;  ///< ps, K at its end
  std::vector<std::pair<Element, double>> rms;  ///< A, displacement from their sites of the crystals' free atoms, by element
  double farthest = 0.0;                 ///< A
  double largest_force = 0.0;            ///< eV/A on any atom of the layer once it has settled between the crystals
};
/// Confined: the crystals' outermost atoms move with the layer for `time` ps at `kelvin`, walls gone. Then they go back to their sites, where a
/// stack is built from, and the layer settles between them (minimised): `state`.
Release run_release(const MeltSystem& system, double time, double kelvin, std::uint64_t seed, MeltState& state);

/// The melt alone, `hold` ps at its temperature and constant volume: what a film is cut from.
MeltState liquid(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, const Progress& progress);

/// Maxwell velocities at `kelvin`, drawn from the seed and purpose, without drift, scaled to the temperature exactly.
std::vector<Cartesian> maxwell_velocities(const std::vector<Element>& elements, double kelvin, std::uint64_t seed, const std::string& purpose);

/// A step back to an earlier temperature because crystals had begun to grow.
struct Rewind {
  double from, to;  ///< K
  double share;     ///< crystal-like at `from`
};

/// The finished quench.
struct Quenched {
  MeltState state;
  std::vector<MeltState> snapshots;   ///< of the final hold, state included
  std::vector<StageRecord> stages;    ///< those that count, in order
  std::vector<Rewind> rewinds;
  std::optional<Release> release;     ///< confined
  double searched_density = 0.0;      ///< g/cm3 of the melt at 0 bar along z, where it had to be searched for
};

/// g/cm3 of the melt at 0 bar along z and 0.6 of the melt temperature, from a melt of its own: what an unknown potential's box is sized by.
/// Throws Error (while_running) where it boils.
double search_density(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, const Progress& progress);

/// Melt, hold, quench in steps of about 100 K, hold. Where crystals begin to grow the quench goes back to the last quiet temperature
/// and comes down again from new velocities, at the same rate, at most recipe.rewinds times. Throws Error (while_running) if the
/// melt did not melt or LAMMPS failed. `saved`: see MeltStore; may be null.
class MeltStore;
Quenched quench_melt(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, MeltStore* store, const Progress& progress);

/// The same without the vacuum of a film: its two faces on each other, so that the shells of a film a few ions thick are whole. Left
/// open, they are flat discs that all point along z, and bond order takes that for a crystal.
Structure closed_structure(const MeltSystem& system, const MeltState& state);
/// Share of ions in register with their own sublattice, the larger of cations' and anions'.
double crystal_share(const MeltSystem& system, const MeltState& state);
/// The structure of a state, periodic along z or (film) with the cell's vacuum.
Structure structure_of(const MeltSystem& system, const MeltState& state);

}  // namespace lamella
