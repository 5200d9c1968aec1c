#include "lattice/cell.hpp"

#include <fmt/format.h>

#include <cmath>
#include <numbers>

#include "base/error.hpp"

namespace lamella {
namespace {

/// Cosine of an angle in degrees, exact where crystals are: libm's last bit must not decide a byte of an output.
double cos_degrees(double angle) {
  if (angle == 90.0) return 0.0;
  if (angle == 60.0) return 0.5;
  if (angle == 120.0) return -0.5;
  return std::cos(angle * std::numbers::pi / 180.0);
}

double angle_between(const Vec3& u, const Vec3& v) {
  return std::atan2(u.cross(v).norm(), u.dot(v)) * 180.0 / std::numbers::pi;
}

}  // namespace

double wrapped_unit(double x) {
  const double w = x - std::floor(x);
  return w < 1.0 ? w : 0.0;
}

Cell::Cell(const Mat3& rows) : rows_(rows), volume_(rows.determinant()) {
  if (!rows.allFinite()) fail_input({"cell", "a lattice vector is not a finite number", "", "", ""});
  if (!(volume_ > 1e-9))
    fail_input({"cell", "its vectors are not right-handed or span no volume", fmt::format("{:.6g} A^3", volume_), "> 0", "swap two vectors or check the file"});
  inverse_ = rows.inverse();
}

Cell Cell::from_parameters(double a, double b, double c, double alpha, double beta, double gamma) {
  for (double angle : {alpha, beta, gamma})
    if (!(angle > 0.0 && angle < 180.0)) fail_input({"cell", "angle out of range", fmt::format("{:g}", angle), "0 to 180 degrees", ""});
  for (double length : {a, b, c})
    if (!(length > 0.0)) fail_input({"cell", "length out of range", fmt::format("{:g}", length), "> 0 A", ""});
  const double ca = cos_degrees(alpha), cb = cos_degrees(beta), cg = cos_degrees(gamma), sg = std::sqrt(1.0 - cg * cg);
  const double cx = cb, cy = (ca - cb * cg) / sg, cz2 = 1.0 - cx * cx - cy * cy;
  if (!(cz2 > 0.0)) fail_input({"cell", "angles do not close to a cell", fmt::format("{:g} {:g} {:g}", alpha, beta, gamma), "", ""});
  Mat3 rows;
  rows << a, 0, 0, b * cg, b * sg, 0, c * cx, c * cy, c * std::sqrt(cz2);
  return Cell(rows);
}

Vec3 Cell::heights() const {
  return {volume_ / b().cross(c()).norm(), volume_ / c().cross(a()).norm(), volume_ / a().cross(b()).norm()};
}

Eigen::Matrix<double, 6, 1> Cell::parameters() const {
  Eigen::Matrix<double, 6, 1> p;
  p << a().norm(), b().norm(), c().norm(), angle_between(b(), c()), angle_between(a(), c()), angle_between(a(), b());
  return p;
}

Cartesian Cell::wrapped(const Cartesian& r) const {
  const Fractional f = to_fractional(r);
  return to_cartesian({wrapped_unit(f.x()), wrapped_unit(f.y()), wrapped_unit(f.z())});
}

}  // namespace lamella
