#include "lattice/elastic.hpp"

#include <fmt/format.h>

#include "base/error.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {
namespace {

constexpr int row_of[6] = {0, 1, 2, 1, 0, 0}, column_of[6] = {0, 1, 2, 2, 2, 1};

}  // namespace

Stiffness rotated_stiffness(const Stiffness& stiffness, const Mat3& axes) {
  // Bond's matrix: stress in the new axes = M * stress in the old ones, C' = M C M^T (Auld, Acoustic Fields and Waves).
  Stiffness bond;
  for (int i = 0; i < 6; ++i)
    for (int j = 0; j < 6; ++j) {
      const int p = row_of[i], q = column_of[i], r = row_of[j], s = column_of[j];
      bond(i, j) = axes(p, r) * axes(q, s) + (r == s ? 0.0 : axes(p, s) * axes(q, r));
    }
  return bond * stiffness * bond.transpose();
}

Mat3 plane_stress_stiffness(const Stiffness& stiffness, const Mat3& surface_axes) {
  if (!((surface_axes * surface_axes.transpose() - Mat3::Identity()).cwiseAbs().maxCoeff() < 1e-6))
    fail_input({"elastic constants", "the surface frame is not a rotation", "", "", ""});
  const Stiffness symmetric = 0.5 * (stiffness + stiffness.transpose());
  if (Eigen::LLT<Stiffness>(symmetric).info() != Eigen::Success)  // some strain would cost no energy
    fail_input({"elastic constants", "no stable crystal has them", fmt::format("C11 {:g}, C12 {:g}, C44 {:g} GPa", stiffness(0, 0), stiffness(0, 1), stiffness(3, 3)), "a positive definite matrix", "check order and signs"});
  const Stiffness compliance = rotated_stiffness(symmetric, surface_axes).inverse();
  constexpr int in_plane[3] = {0, 1, 5};
  Mat3 block;
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) block(i, j) = compliance(in_plane[i], in_plane[j]);
  return block.inverse();
}

Mat3 plane_stress_stiffness(const Crystal& crystal, Miller miller) {
  if (!crystal.stiffness) fail_input({crystal.name, "its file gives no elastic constants", "", "", "share the strain equally"});
  return plane_stress_stiffness(*crystal.stiffness, surface_cell(crystal, miller).rotation);
}

}  // namespace lamella
