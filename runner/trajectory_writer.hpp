#pragma once
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "lattice/cell.hpp"
#include "lattice/element.hpp"

namespace lamella {

/// Who the atoms are, by increasing id; written once. `elements` and `layer_of` may be empty where nobody knows.
struct TrajectoryIdentity {
  std::vector<int> ids;
  std::vector<int> types;                ///< LAMMPS types
  std::vector<Element> elements;
  std::vector<int> layer_of;             ///< layer of origin, index into layer_names
  std::vector<std::string> layer_names;
};

/// How far a trajectory is: what a checkpoint remembers of it.
struct TrajectoryMark {
  long frames = 0;
  std::uintmax_t bytes = 0;
};

/// Writes an AMBER NetCDF trajectory (http://ambermd.org/netcdf/nctraj.xhtml; NetCDF-3 with 64-bit offsets, single precision
/// coordinates): OVITO, ASE, MDAnalysis, VMD and `lamella analyze` read it. Coordinates are unwrapped (attribute `unwrapped`
/// of `coordinates`); per atom `atom_id`, `Z` and `atom_types` (atomic numbers; `type`, LAMMPS's, where
/// elements are unknown) and `layer` of origin (from 1), written once.
/// Frames lie one after the other, so that a file can be cut back to a mark and continued to the same bytes.
class TrajectoryWriter {
 public:
  /// A new file, replacing any old one.
  TrajectoryWriter(const std::filesystem::path& file, const TrajectoryIdentity& atoms);
  /// Goes on with a file cut back to `mark`. Throws Error (while_running) when the file is shorter than that.
  TrajectoryWriter(const std::filesystem::path& file, const TrajectoryIdentity& atoms, const TrajectoryMark& mark);
  ~TrajectoryWriter();
  TrajectoryWriter(const TrajectoryWriter&) = delete;
  TrajectoryWriter& operator=(const TrajectoryWriter&) = delete;

  /// One frame; time in ps, unwrapped positions in A in the order of the ids, LAMMPS's restricted cell, its low corner in A.
  void write(long step, double time, const Cell& cell, const Cartesian& origin, const std::vector<Cartesian>& unwrapped);
  /// Everything written so far is on the disk when this returns.
  TrajectoryMark sync();

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lamella
