// observe: numbers from structures and trajectories. Readers of trajectories, neighbour statistics, diffusion; no dynamics.
#pragma once
#include <array>
#include <filesystem>
#include <limits>
#include <memory>
#include <string>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// Who the atoms of a trajectory are: fixed by its first frame, in increasing order of id. Arrays run side by side.
struct TrajectoryAtoms {
  std::vector<long> ids;
  std::vector<Element> elements;
  std::vector<int> layer_of;             ///< index into `layer_names`, empty where layers are not known
  std::vector<std::string> layer_names;  ///< bottom to top

  std::size_t size() const { return ids.size(); }
};

/// One moment. Positions are measured from the low corner of the frame's own box, so that cell.to_fractional() is meant.
struct Frame {
  long index = -1;  ///< of the file, from 0
  long step = -1;   ///< time step, -1 where the file does not say
  double time = std::numeric_limits<double>::quiet_NaN();  ///< ps, NaN where unknown
  Cell cell;
  std::array<bool, 3> periodic{true, true, true};
  std::vector<Cartesian> positions;  ///< A, in the order of TrajectoryAtoms
  bool unwrapped = false;            ///< positions follow an atom across the periodic boundaries
};

/// What a file may leave open.
struct TrajectoryOptions {
  std::vector<Element> types;  ///< element of type 1, 2, ... for files that carry numbers only
  TrajectoryAtoms reference;   ///< elements and layers by id, as from `read_identities`; ids empty: none
  double timestep = 0.001;     ///< ps per step, for files that count steps but carry no time
};

/// Reads a trajectory frame by frame; holds one frame at a time, whatever the length of the file.
class TrajectoryReader {
 public:
  virtual ~TrajectoryReader() = default;
  /// Fills `frame` (its storage is reused) and returns true, or returns false at the end of the file. Throws Error
  /// (bad_input) naming file, frame and line for a file that ends inside a frame, holds no numbers where numbers belong,
  /// loses or gains an atom (named by id, layer and last position) or changes its types.
  virtual bool next(Frame& frame) = 0;
  /// The next frame, passed over without reading its atoms where the format allows.
  virtual bool skip() = 0;
  const TrajectoryAtoms& atoms() const { return atoms_; }

 protected:
  TrajectoryAtoms atoms_;
};

/// Opens by content: LAMMPS dump (`dump custom`, `dump atom`; .gz too; orthogonal, triclinic and general boxes), extended XYZ
/// (.gz too) or AMBER NetCDF as LAMMPS writes it. The first frame is looked at, so that atoms() is known.
std::unique_ptr<TrajectoryReader> open_trajectory(const std::filesystem::path& file, const TrajectoryOptions& options = {});

/// Number of frames, by passing over all of them.
long count_frames(const std::filesystem::path& file, const TrajectoryOptions& options = {});

/// Ids, elements and layers of a one-frame extended XYZ such as stack.extxyz, for TrajectoryOptions::reference.
TrajectoryAtoms read_identities(const std::filesystem::path& file);

}  // namespace lamella
