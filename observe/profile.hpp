#pragma once
#include <vector>

#include "observe/unwrap.hpp"

namespace lamella {

/// Densities along the normal of the interface, averaged over frames. Arrays run side by side, one entry per slice.
struct Profile {
  std::vector<double> z;                            ///< A, middle of the slice in the mean cell
  std::vector<Element> elements;
  std::vector<std::vector<double>> number_density;  ///< 1/A^3, one row per element
  std::vector<double> mass_density;                 ///< g/cm^3
  std::vector<double> charge_density;               ///< e/A^3, formal charges
};

/// Slices are fixed fractions of the height, and follow the drift of the whole system, so that neither the barostat nor a
/// slowly gliding stack smears the profile. Formal charges as common_charge(): Li +1, Co +3, O -2, ...
class ProfileAccumulator {
 public:
  /// `slice` in A: about the thickness of a slice in the first frame.
  ProfileAccumulator(const TrajectoryAtoms& atoms, const Cell& first, double slice = 0.5);
  void add(const TrackedFrame& frame);
  Profile result() const;
  long frames() const { return frames_; }

 private:
  std::vector<Element> of_atom_, elements_;
  std::vector<int> row_;
  int slices_;
  std::vector<std::vector<double>> density_;
  double height_ = 0.0;
  long frames_ = 0;
};

}  // namespace lamella
