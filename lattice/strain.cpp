#include "lattice/strain.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {
namespace {

constexpr double gpa_in_ev_per_a3 = 1.0 / 160.21766208;

Vec3 voigt(const Mat2& strain) { return {strain(0, 0), strain(1, 1), 2 * strain(0, 1)}; }

}  // namespace

InPlaneStrain in_plane_strain(const Mat2& from, const Mat2& to) {
  const Mat2 map = (from.inverse() * to).transpose();  // on column vectors
  // For det > 0 the two singular values are (h1 +- h2) / 2 and the rotation is the conformal part: no iteration, no angles.
  const double c = map(0, 0) + map(1, 1), s = map(1, 0) - map(0, 1);
  const double h1 = std::sqrt(c * c + s * s);
  const double u = map(0, 0) - map(1, 1), v = map(0, 1) + map(1, 0);
  const double h2 = std::sqrt(u * u + v * v);
  InPlaneStrain result;
  result.rotation << c / h1, -s / h1, s / h1, c / h1;
  const Mat2 stretch = map * result.rotation.transpose();
  const double shear = 0.5 * (stretch(0, 1) + stretch(1, 0));
  result.strain << stretch(0, 0) - 1, shear, shear, stretch(1, 1) - 1;
  result.largest = 0.5 * (h1 + h2) - 1;
  result.smallest = 0.5 * (h1 - h2) - 1;
  return result;
}

double strain_magnitude(const Mat2& from, const Mat2& to) {
  const double scale = 1 / (from(0, 0) * from(1, 1) - from(0, 1) * from(1, 0));
  const double xx = (from(1, 1) * to(0, 0) - from(0, 1) * to(1, 0)) * scale, xy = (from(1, 1) * to(0, 1) - from(0, 1) * to(1, 1)) * scale;
  const double yx = (from(0, 0) * to(1, 0) - from(1, 0) * to(0, 0)) * scale, yy = (from(0, 0) * to(1, 1) - from(1, 0) * to(0, 1)) * scale;
  const double h1 = std::sqrt((xx + yy) * (xx + yy) + (xy - yx) * (xy - yx)), h2 = std::sqrt((xx - yy) * (xx - yy) + (xy + yx) * (xy + yx));
  return std::max(0.5 * (h1 + h2) - 1, 1 - 0.5 * (h1 - h2));
}

Vec2 principal_strains(const Mat2& strain) {
  const double middle = 0.5 * (strain(0, 0) + strain(1, 1)), half = std::hypot(0.5 * (strain(0, 0) - strain(1, 1)), 0.5 * (strain(0, 1) + strain(1, 0)));
  return {middle + half, middle - half};
}

double von_mises_strain(const Mat2& strain) {
  const double third = strain.trace() / 3;
  const double xx = strain(0, 0) - third, yy = strain(1, 1) - third;
  return std::sqrt(2.0 / 3.0 * (xx * xx + yy * yy + third * third + 2 * strain(0, 1) * strain(0, 1)));
}

Mat3 rotated_plane_stiffness(const Mat3& stiffness, const Mat2& rotation) {
  // strain in the old axes = T * strain in the new ones; C' = T^T C T (energy is the same in both).
  const double c = rotation(0, 0), s = rotation(1, 0);
  Mat3 t;
  t << c * c, s * s, c * s, s * s, c * c, -c * s, -2 * c * s, 2 * c * s, c * c - s * s;
  return t.transpose() * stiffness * t;
}

double strain_energy_per_area(const Mat2& strain, const Mat3& stiffness, double thickness) {
  const Vec3 e = voigt(strain);
  return 0.5 * thickness * e.dot(stiffness * e) * gpa_in_ev_per_a3;
}

Mat2 balanced_cell(std::span<const StrainedLayer> layers) {
  Mat2 cell = layers.front().cell;
  bool equal = true;
  for (const StrainedLayer& layer : layers) equal = equal && layer.weight == equal_share;
  // Each step solves the linear problem of the strains that are left; what remains is of second order in them.
  for (int step = 0; step < 30; ++step) {
    Vec3 e = Vec3::Zero();
    if (equal) {
      for (const StrainedLayer& layer : layers) e -= voigt(in_plane_strain(layer.cell, cell).strain) / static_cast<double>(layers.size());
    } else {
      Mat3 total = Mat3::Zero();
      Vec3 force = Vec3::Zero();
      for (const StrainedLayer& layer : layers) {
        const InPlaneStrain s = in_plane_strain(layer.cell, cell);
        const Mat3 weight = rotated_plane_stiffness(layer.weight, s.rotation);
        total += weight;
        force += weight * voigt(s.strain);
      }
      e = -total.inverse() * force;
    }
    Mat2 correction;
    correction << 1 + e[0], e[2] / 2, e[2] / 2, 1 + e[1];
    cell = cell * correction;
    if (e.cwiseAbs().maxCoeff() < 1e-14) break;
  }
  return cell;
}

}  // namespace lamella
