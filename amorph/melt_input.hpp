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

/// "suffix lamella" where it may stand: the embedded LAMMPS then takes its own buck/coul/long and born/coul/long, the same forces faster.
std::string fast_style_line(const MeltSystem& system);
/// The system as LAMMPS lines: units, box, data, potential, groups "mobile" (the melt) and, with held crystals, "held".
std::string melt_system_lines(const MeltSystem& system, const std::string& data);
/// Walls, where there are any, and the minimisation of a packing.
std::string melt_start_lines(const MeltSystem& system, const Stage& stage, bool minimise_first);
/// Time step, thermostat, barostat.
std::string melt_dynamics_lines(const MeltSystem& system, const Stage& stage);

/// Where MeltSystem::inputs names a folder: the stage's data and input as `lmp -in` takes them, numbered.
void keep_input(const MeltSystem& system, const Stage& stage, bool minimise_first, long steps, const std::string& data_text);

}  // namespace lamella
