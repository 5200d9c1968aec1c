#pragma once
#include <optional>
#include <span>
#include <vector>

#include "lattice/frames.hpp"

namespace lamella {

/// The in-plane map that carries one cell onto another: turned by `angle`, then stretched by the symmetric I + strain.
struct InPlaneStrain {
  Mat2 rotation;  ///< acts on column vectors
  Mat2 strain;    ///< symmetric, in the frame of the target cell, fraction
  double largest, smallest;  ///< principal strains, fraction
  /// |principal strain|, the larger one.
  double magnitude() const { return largest > -smallest ? largest : -smallest; }
};

/// Polar decomposition of the map `from` -> `to` (rows, both right-handed): to = from * rotation^T * (I + strain).
InPlaneStrain in_plane_strain(const Mat2& from, const Mat2& to);

/// The larger |principal strain| of that map alone: all that a search needs of most candidates.
double strain_magnitude(const Mat2& from, const Mat2& to);

/// Eigenvalues of a symmetric in-plane strain, the larger first.
Vec2 principal_strains(const Mat2& strain);

/// Equivalent strain sqrt(2/3 dev:dev) of the 3x3 tensor that has `strain` in the plane and nothing else.
double von_mises_strain(const Mat2& strain);

/// Plane stiffness (xx, yy, xy with engineering shear) as seen after turning the material by `rotation`.
Mat3 rotated_plane_stiffness(const Mat3& stiffness, const Mat2& rotation);

/// Elastic energy per area, eV/A^2, of a layer `thickness` A thick with `stiffness` GPa in the strain's frame.
double strain_energy_per_area(const Mat2& strain, const Mat3& stiffness, double thickness);

/// A weight that makes an equal share: the plain tensor (xx, yy, xy with engineering shear).
inline const Mat3 equal_share = Vec3(1, 1, 0.5).asDiagonal();

/// A layer's cell (rows, right-handed; all layers' rows correspond) and what it costs to strain it: thickness times stiffness.
struct StrainedLayer {
  Mat2 cell;
  Mat3 weight = equal_share;  ///< in the layer's own frame
};

/// The cell between those of the layers at which the weighted strains balance: sum of weight * strain = 0. With weights
/// of stiffness times thickness that is where the elastic energy is least (to the order of linear elasticity).
Mat2 balanced_cell(std::span<const StrainedLayer> layers);

}  // namespace lamella
