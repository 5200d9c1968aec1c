// lattice: crystals, slabs, matching. Geometry of periodic solids in A; no files but crystal files, no dynamics.
#pragma once
#include <Eigen/Dense>

namespace lamella {

using Vec2 = Eigen::Vector2d;
using Vec3 = Eigen::Vector3d;
/// Matrices of lattice vectors hold one vector per row.
using Mat2 = Eigen::Matrix2d;
using Mat3 = Eigen::Matrix3d;
using Int2x2 = Eigen::Matrix2i;
using Int3x3 = Eigen::Matrix3i;

/// A vector that knows its frame, so that fractional and Cartesian coordinates cannot be mixed by accident.
template <class Frame>
class FrameVector {
 public:
  FrameVector() : v_(Vec3::Zero()) {}
  FrameVector(double x, double y, double z) : v_(x, y, z) {}
  explicit FrameVector(const Vec3& v) : v_(v) {}

  double x() const { return v_.x(); }
  double y() const { return v_.y(); }
  double z() const { return v_.z(); }
  double operator[](int i) const { return v_[i]; }
  double& operator[](int i) { return v_[i]; }
  /// The bare numbers, for linear algebra.
  const Vec3& vec() const { return v_; }
  double norm() const { return v_.norm(); }

  FrameVector operator+(const FrameVector& o) const { return FrameVector(Vec3(v_ + o.v_)); }
  FrameVector operator-(const FrameVector& o) const { return FrameVector(Vec3(v_ - o.v_)); }
  FrameVector operator*(double s) const { return FrameVector(Vec3(v_ * s)); }
  FrameVector& operator+=(const FrameVector& o) { v_ += o.v_; return *this; }
  FrameVector& operator-=(const FrameVector& o) { v_ -= o.v_; return *this; }
  bool operator==(const FrameVector& o) const { return v_ == o.v_; }

 private:
  Vec3 v_;
};

struct CartesianFrame;
struct FractionalFrame;
using Cartesian = FrameVector<CartesianFrame>;    ///< A
using Fractional = FrameVector<FractionalFrame>;  ///< of the cell's rows

}  // namespace lamella
