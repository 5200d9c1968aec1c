#pragma once
#include "lattice/slab.hpp"

namespace lamella {

/// Elastic constants in Voigt order xx, yy, zz, yz, xz, xy with engineering shear, GPa.
using Stiffness = Eigen::Matrix<double, 6, 6>;

/// The same material seen in other axes: rows of `axes` are the new x, y, z in the old frame (a rotation).
Stiffness rotated_stiffness(const Stiffness& stiffness, const Mat3& axes);

/// In-plane stiffness (xx, yy, xy engineering shear), GPa, of a slab that is free to relax along its normal (no stress
/// on z: its compliance is the in-plane block of the whole compliance). Rows of `surface_axes`: surface x, y and the
/// outward normal in the crystal's Cartesian frame. Throws Error (bad_input) when the crystal would not be stable.
Mat3 plane_stress_stiffness(const Stiffness& stiffness, const Mat3& surface_axes);
/// The same for a crystal's (hkl) surface; the crystal must have elastic constants.
Mat3 plane_stress_stiffness(const Crystal& crystal, Miller miller);

}  // namespace lamella
