#pragma once
#include <string>

#include "amorph/quench.hpp"

namespace lamella {

/// A file of its own in the temporary folder, gone with the object: LAMMPS reads data from files only.
class TemporaryData {
 public:
  explicit TemporaryData(const std::string& text);
  ~TemporaryData();
  TemporaryData(const TemporaryData&) = delete;
  TemporaryData& operator=(const TemporaryData&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

/// A LAMMPS data file of the melt and, after it, the held crystals. `held_velocities`: of the crystals' atoms that move in a release.
std::string melt_data_text(const MeltSystem& system, const MeltState& state, const std::vector<Cartesian>& held_velocities = {});

/// The system as LAMMPS lines: units, box, data, potential, groups "mobile" (the melt) and, with held crystals, "held".
std::string melt_system_lines(const MeltSystem& system, const std::string& data);
/// The same for the embedded LAMMPS: after "suffix lamella", where it may stand, its own buck/coul/long and born/coul/long, the same forces faster.
std::string embedded_lines(const MeltSystem& system, const std::string& data);
/// The minimisation that a finished layer settles by.
inline constexpr const char* settling_lines = "min_style cg\nmin_modify dmax 0.05\nminimize 0.0 0.02 500 2000\n";
/// Walls, where there are any, and the minimisation of a packing.
std::string melt_start_lines(const MeltSystem& system, bool minimise_first);
/// Time step, thermostat, barostat.
std::string melt_dynamics_lines(const MeltSystem& system, const Stage& stage);

/// Where MeltSystem::inputs names a folder: the stage's data and input as `lmp -in` takes them, numbered.
void keep_input(const MeltSystem& system, const Stage& stage, bool minimise_first, long steps, const std::string& data_text);

}  // namespace lamella
