#pragma once
#include "lattice/frames.hpp"

namespace lamella {

/// A right-handed periodic cell, validated once, here. Rows of `rows()` are the lattice vectors a, b, c in A.
class Cell {
 public:
  /// The unit cube; a placeholder until a real cell is assigned.
  Cell() : Cell(Mat3::Identity()) {}
  /// Throws Error (bad_input) if any number is not finite or the volume is not positive (left-handed cells included).
  explicit Cell(const Mat3& rows);
  /// From lengths (A) and angles (degrees; alpha between b and c), a along x, b in the xy plane with y > 0.
  static Cell from_parameters(double a, double b, double c, double alpha, double beta, double gamma);

  const Mat3& rows() const { return rows_; }
  Vec3 a() const { return rows_.row(0); }
  Vec3 b() const { return rows_.row(1); }
  Vec3 c() const { return rows_.row(2); }
  /// A^3, always positive.
  double volume() const { return volume_; }
  /// Distances between opposite faces, A: the largest sphere that meets no own image has half the smallest as radius.
  Vec3 heights() const;
  /// {a, b, c (A), alpha, beta, gamma (degrees)}.
  Eigen::Matrix<double, 6, 1> parameters() const;

  Cartesian to_cartesian(const Fractional& f) const { return Cartesian(Vec3(rows_.transpose() * f.vec())); }
  Fractional to_fractional(const Cartesian& r) const { return Fractional(Vec3(inverse_.transpose() * r.vec())); }
  /// The equivalent position with fractional coordinates in [0, 1).
  Cartesian wrapped(const Cartesian& r) const;

 private:
  Mat3 rows_, inverse_;
  double volume_;
};

/// x - floor(x), with 1 - tiny made 0 when it rounds to 1.
double wrapped_unit(double x);

}  // namespace lamella
