#pragma once
#include <filesystem>
#include <fstream>
#include <memory>
#include <optional>
#include <string>

#include "runner/checkpoint.hpp"
#include "runner/trajectory_writer.hpp"

namespace lamella {

/// One line of thermo.csv.
struct ThermoRow {
  long step = 0;
  double time = 0;                          ///< ps
  double temperature = 0;                   ///< K
  double potential_energy = 0, total_energy = 0;  ///< eV
  double pressure = 0, pxx = 0, pyy = 0, pzz = 0; ///< bar
  double lx = 0, ly = 0, lz = 0;            ///< A
};

/// What a run appends to as it goes: trajectory.nc and thermo.csv, and LAMMPS's own log and model deviation, which a resumed run
/// cuts back to where they stood. On rank 0 only.
class RunOutputs {
 public:
  /// `from`: the checkpoint to go on from, or null for new files. Throws Error (while_running).
  RunOutputs(std::filesystem::path folder, const TrajectoryIdentity& atoms, const Checkpoint* from);

  void frame(long step, double time, const Cell& cell, const Cartesian& origin, const std::vector<Cartesian>& unwrapped);
  void thermo(const ThermoRow& row);
  /// Everything on the disk; fills in the checkpoint's marks.
  void sync(Checkpoint& checkpoint);
  long frames() const { return frames_; }

 private:
  std::filesystem::path folder_;
  std::unique_ptr<TrajectoryWriter> trajectory_;
  std::ofstream thermo_;
  long frames_ = 0;
};

}  // namespace lamella
