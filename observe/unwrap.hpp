#pragma once
#include <vector>

#include "observe/trajectory.hpp"

namespace lamella {

/// A frame whose atoms are followed across the periodic boundaries, in the frame of the crystal: fractional coordinates, so
/// that the box's breathing under a barostat is no displacement of anybody, and the drift of the whole system beside them.
struct TrackedFrame {
  std::vector<Vec3> fractional;   ///< unwrapped, of the cell below; continuous from frame to frame
  Vec3 drift = Vec3::Zero();      ///< displacement of the centre of mass since the first frame, fractional
  Cell cell;                      ///< the box, as the lattice basis that goes on continuously when LAMMPS flips a tilt
};

/// Follows a trajectory from frame to frame. Files that say unwrapped (xu, ix, unwrapped_coordinates) are believed; others are
/// unwrapped by the nearest image of the last frame, which is right while no atom moves half a cell between two frames.
class Unwrapper {
 public:
  explicit Unwrapper(const TrajectoryAtoms& atoms);
  const TrackedFrame& track(const Frame& frame);

 private:
  Vec3 centre_of_mass() const;
  std::vector<double> masses_;
  double total_mass_ = 0.0;
  TrackedFrame now_;
  Vec3 first_centre_ = Vec3::Zero();
  bool started_ = false;
};

}  // namespace lamella
