#include "observe/residence.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {

ResidenceTracker::ResidenceTracker(const TrajectoryAtoms& atoms, int layer, Element ion, int lifetime) : layer_of_(atoms.layer_of), layer_(layer), lifetime_(lifetime) {
  for (std::size_t i = 0; i < atoms.size(); ++i)
    if (atoms.elements[i] == ion && layer_of_[i] == layer) ions_.push_back(static_cast<int>(i));
  outside_.assign(ions_.size(), 0);
  left_.assign(ions_.size(), 0);
}

void ResidenceTracker::find_faces(const TrackedFrame& frame) {
  // About the layer's middle (a mean angle, for it may straddle the boundary), heights run from -1/2 to 1/2.
  double sine = 0.0, cosine = 0.0;
  for (std::size_t i = 0; i < layer_of_.size(); ++i) {
    if (layer_of_[i] != layer_) continue;
    sine += std::sin(2.0 * M_PI * frame.fractional[i].z());
    cosine += std::cos(2.0 * M_PI * frame.fractional[i].z());
  }
  const double middle = std::atan2(sine, cosine) / (2.0 * M_PI);
  double lowest = 0.0, highest = 0.0, below = -0.5, above = 0.5;
  auto height = [&](std::size_t i) { return wrapped_unit(frame.fractional[i].z() - middle + 0.5) - 0.5; };
  for (std::size_t i = 0; i < layer_of_.size(); ++i) {
    if (layer_of_[i] != layer_) continue;
    lowest = std::min(lowest, height(i));
    highest = std::max(highest, height(i));
  }
  bool others = false;
  for (std::size_t i = 0; i < layer_of_.size(); ++i) {
    if (layer_of_[i] == layer_) continue;
    others = true;
    const double h = height(i);
    if (h < 0.5 * (lowest + highest)) below = std::max(below, h);
    else above = std::min(above, h);
  }
  if (!others) return;
  low_ = middle + 0.5 * (lowest + below);
  width_ = 0.5 * (highest + above) - 0.5 * (lowest + below);
}

void ResidenceTracker::add(const TrackedFrame& frame) {
  if (counts_.empty()) find_faces(frame);
  ResidenceCount count;
  for (std::size_t k = 0; k < ions_.size(); ++k) {
    const double h = wrapped_unit(frame.fractional[ions_[k]].z() - frame.drift.z() - low_);
    const bool inside = width_ >= 1.0 || h < width_;
    count.inside += inside;
    outside_[k] = inside ? 0 : outside_[k] + 1;
    if (outside_[k] >= lifetime_ && !left_[k]) {
      left_[k] = 1;
      ++left_count_;
    }
  }
  count.left_ever = left_count_;
  counts_.push_back(count);
}

}  // namespace lamella
