#pragma once
#include <string>
#include <vector>

#include "observe/unwrap.hpp"

namespace lamella {

/// Where the mobile ions that began in a layer are. Counts per frame.
struct ResidenceCount {
  long inside = 0;      ///< between the faces of their layer
  long left_ever = 0;   ///< have been outside for `lifetime` frames on end at some time
};

/// Follows the ions of one layer: its faces lie halfway between its own outermost atoms and those of the neighbouring layers in
/// the first frame (fractional along c, wrap-around included), and move with the box and with the drift of the system.
class ResidenceTracker {
 public:
  ResidenceTracker(const TrajectoryAtoms& atoms, int layer, Element ion, int lifetime = 3);
  void add(const TrackedFrame& frame);

  const std::vector<ResidenceCount>& counts() const { return counts_; }
  std::size_t ions() const { return ions_.size(); }
  double low() const { return low_; }    ///< faces, fractional along c
  double high() const { return low_ + width_; }

 private:
  void find_faces(const TrackedFrame& frame);
  std::vector<int> layer_of_, ions_, outside_;
  std::vector<char> left_;
  int layer_, lifetime_;
  double low_ = 0.0, width_ = 1.0;
  long left_count_ = 0;
  std::vector<ResidenceCount> counts_;
};

}  // namespace lamella
