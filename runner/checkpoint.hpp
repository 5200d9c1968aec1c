#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>

#include "runner/trajectory_writer.hpp"

namespace lamella {

/// Everything a run needs to go on: LAMMPS's own restart (positions, velocities, images, thermostat and barostat) and where
/// every output stood.
struct Checkpoint {
  std::string protocol;        ///< name or input file
  std::string input_sha256;    ///< of the LAMMPS input
  std::string model_sha256;
  std::string variables;       ///< the values given from outside, "name=value" by lines
  std::string precision;       ///< double | mixed
  int threads = 1, ranks = 1;
  long interval = 0;           ///< steps between checkpoints
  int run = 0;                 ///< which `run` of the input's run section
  long begin = 0, end = 0;     ///< its first and last step
  long step = 0;
  bool complete = false;       ///< the whole input is done
  double volume = 0.0;         ///< of the cell at the first step of all, A^3
  TrajectoryMark trajectory;
  std::uintmax_t log_bytes = 0, thermo_bytes = 0, deviation_bytes = 0;
  std::string restart;         ///< bytes of the LAMMPS restart file
};

/// Writes `folder/checkpoint` whole or not at all; the one before stays as `folder/checkpoint.previous`. The SHA-256 of everything
/// is its last line. Throws Error (while_running) with the system's reason; what was there stays.
void save_checkpoint(const std::filesystem::path& folder, const Checkpoint& checkpoint);

/// The newest checkpoint of the folder whose checksum holds, nothing where there is none. `warning` tells when the previous one
/// had to be taken. Throws Error (bad_input) where files exist and none is whole.
std::optional<Checkpoint> load_checkpoint(const std::filesystem::path& folder, std::string& warning);

/// The text form, for tests: what save_checkpoint writes, and its reading back. Throws Error (bad_input) naming `where`.
std::string checkpoint_bytes(const Checkpoint& checkpoint);
Checkpoint parse_checkpoint(std::string_view bytes, const std::string& where);

}  // namespace lamella
