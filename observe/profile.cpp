#include "observe/profile.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {
namespace {
constexpr double g_cm3 = 1.66053906660;  // of one g/mol per A^3
}

ProfileAccumulator::ProfileAccumulator(const TrajectoryAtoms& atoms, const Cell& first, double slice) : of_atom_(atoms.elements) {
  slices_ = static_cast<int>(std::clamp(std::round(first.heights().z() / slice), 1.0, 100000.0));
  for (const Element& element : of_atom_) {
    auto at = std::find(elements_.begin(), elements_.end(), element);
    if (at == elements_.end()) at = elements_.insert(at, element);
    row_.push_back(static_cast<int>(at - elements_.begin()));
  }
  density_.assign(elements_.size(), std::vector<double>(static_cast<std::size_t>(slices_), 0.0));
}

void ProfileAccumulator::add(const TrackedFrame& frame) {
  const double per_atom = slices_ / frame.cell.volume();
  for (std::size_t i = 0; i < row_.size(); ++i) {
    const double s = wrapped_unit(frame.fractional[i].z() - frame.drift.z());
    density_[row_[i]][std::min(static_cast<int>(s * slices_), slices_ - 1)] += per_atom;
  }
  height_ += frame.cell.heights().z();
  ++frames_;
}

Profile ProfileAccumulator::result() const {
  Profile profile;
  profile.elements = elements_;
  if (frames_ == 0) return profile;
  const double per = 1.0 / static_cast<double>(frames_);
  profile.number_density = density_;
  profile.mass_density.assign(static_cast<std::size_t>(slices_), 0.0);
  profile.charge_density = profile.mass_density;
  for (int k = 0; k < slices_; ++k) {
    profile.z.push_back((k + 0.5) * height_ * per / slices_);
    for (std::size_t e = 0; e < elements_.size(); ++e) {
      double& n = profile.number_density[e][k];
      n *= per;
      profile.mass_density[k] += n * elements_[e].mass() * g_cm3;
      profile.charge_density[k] += n * common_charge(elements_[e]);
    }
  }
  return profile;
}

}  // namespace lamella
