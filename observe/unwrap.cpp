#include "observe/unwrap.hpp"

#include <cmath>

namespace lamella {

Unwrapper::Unwrapper(const TrajectoryAtoms& atoms) {
  for (const Element& element : atoms.elements) {
    masses_.push_back(element.mass());
    total_mass_ += masses_.back();
  }
}

Vec3 Unwrapper::centre_of_mass() const {
  Vec3 sum = Vec3::Zero();
  for (std::size_t i = 0; i < masses_.size(); ++i) sum += masses_[i] * now_.fractional[i];
  return sum / total_mass_;
}

const TrackedFrame& Unwrapper::track(const Frame& frame) {
  if (!started_) {
    now_.cell = frame.cell;
  } else {
    // LAMMPS replaces a cell that has tilted too far by an equivalent one: rows' = M rows with whole numbers in M.
    const Mat3 change = frame.cell.rows() * now_.cell.rows().inverse();
    const Mat3 flip = change.array().round().matrix();
    const bool flipped = !flip.isIdentity(0.1) && std::abs(flip.determinant() - 1.0) < 0.1;
    now_.cell = flipped ? Cell(Mat3(flip.inverse() * frame.cell.rows())) : frame.cell;
  }
  now_.fractional.resize(frame.positions.size(), Vec3::Zero());
  for (std::size_t i = 0; i < frame.positions.size(); ++i) {
    const Vec3 there = now_.cell.to_fractional(frame.positions[i]).vec();
    if (!started_ || frame.unwrapped) {
      now_.fractional[i] = there;
      continue;
    }
    Vec3 step = there - now_.fractional[i];
    for (int axis = 0; axis < 3; ++axis)
      if (frame.periodic[axis]) step[axis] -= std::round(step[axis]);
    now_.fractional[i] += step;
  }
  const Vec3 centre = centre_of_mass();
  if (!started_) first_centre_ = centre;
  started_ = true;
  now_.drift = centre - first_centre_;
  return now_;
}

}  // namespace lamella
