#pragma once
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "lattice/cell.hpp"
#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

/// A frame as it goes to the trajectory.
struct RunFrame {
  long index, step;
  double time;                              ///< ps
  const Cell& cell;
  const Cartesian& origin;                  ///< low corner of the box, A
  const std::vector<Cartesian>& positions;  ///< unwrapped, by atom id, A
  long expected;                            ///< frames of the whole run, if all goes well
};

/// A run of a built folder: exactly the LAMMPS input that stands in it, with values of its index variables from outside.
struct ProtocolRunOptions {
  std::filesystem::path folder;             ///< the built folder, holding stack.extxyz and lammps/
  std::string protocol = "relax";           ///< relax | reaction | diffusion (lammps/<name>.in), or the path of an input
  std::vector<std::filesystem::path> models;  ///< of the potential; empty: as the input says, else the bundled one; the first drives
  std::map<std::string, std::string> variables;  ///< further index variables: steps, temperature, seed, data ...
  int threads = 0;                          ///< 0: this rank's share of the cores
  Precision precision = Precision::mixed;
  std::string backend = "native";
  bool resume = false;
  bool replace = false;                     ///< start anew where a run stands already
  long checkpoint_every = 0;                ///< steps; 0: chosen by the number of atoms
  double hottest = 0.0;                     ///< K above which the run is stopped; 0: three times the target and 1500 K above it
  double largest_deviation = 0.0;           ///< eV/A, of max_devi_f where several models run; 0: no limit
  std::function<bool()> interrupted;        ///< asked every few steps: true ends the run at the next checkpoint
  /// Told of every frame after it was written, on rank 0. An input that writes no frames is refused then.
  std::function<void(const RunFrame& frame)> on_frame;
  Progress progress;
  Warn warn;
};

struct ProtocolRunSummary {
  std::string protocol;
  std::filesystem::path output;             ///< folder/run/<protocol>
  long first_step = 0, last_step = 0;       ///< of this call
  long atoms = 0;
  double time = 0.0;                        ///< ps reached
  double temperature = 0.0, pressure = 0.0; ///< K, bar, last seen
  double growth = 1.0;                      ///< volume over that at the run's first step, last seen
  double ns_per_day = 0.0;                  ///< of this call, set-up included
  double microseconds_per_atom_step = 0.0;
  double seconds = 0.0;                     ///< of the steps, by the wall; of them:
  double trajectory_seconds = 0.0;          ///< gathering, writing and syncing frames
  double on_frame_seconds = 0.0;
  std::vector<std::pair<std::string, long>> census;  ///< atoms by layer at the end, bottom to top
  long frames = 0;                          ///< in the trajectory
  bool interrupted = false;
  bool resumed = false;
};

/// Runs, writing into folder/run/<protocol>: log.lammps, thermo.csv, trajectory.nc (AMBER NetCDF, unwrapped), checkpoint, and what
/// the input itself writes. Checkpoints fall on multiples of `checkpoint_every`; there the run continues by reading its own
/// checkpoint back, so that a run resumed from it takes the same path: with one rank the same bytes.
/// A run that goes wrong (not a number, lost atoms, too hot) throws Error (while_running) naming step and atom, with the last
/// frame in failed.extxyz. Throws Error (bad_input) for a folder, protocol or model that is not there.
ProtocolRunSummary run_protocol(const ProtocolRunOptions& options);

/// Steps between checkpoints where the caller does not say: about ten seconds on two cores.
long default_checkpoint_interval(long atoms);

}  // namespace lamella
