// The plain oracle of the matcher: every Hermite form, every unimodular change of basis with small entries, one by one.
#pragma once
#include <Eigen/Dense>
#include <algorithm>
#include <cmath>
#include <vector>

#include "base/random.hpp"
#include "lattice/match.hpp"

namespace oracle {

using namespace lamella;

inline Mat2 lattice(double a, double b, double gamma) {
  const double g = gamma * std::acos(-1.0) / 180.0;
  Mat2 m;
  m << a, 0, b * std::cos(g), b * std::sin(g);
  return m;
}

/// Reduced rows of every sublattice up to max_area, straight from the definition of the Hermite normal form.
inline std::vector<Mat2> sublattices(const Mat2& basis, double max_area) {
  std::vector<Mat2> list;
  const int top = static_cast<int>(max_area / basis.determinant() + 1e-9);
  for (int n = 1; n <= top; ++n)
    for (int a = 1; a <= n; ++a)
      for (int b = 0; n % a == 0 && b < n / a; ++b) {
        Mat2 m;
        m << a, b, 0, n / a;
        m = m * basis;
        for (int turn = 0; turn < 60; ++turn) {  // size-reduce and swap until nothing gets shorter
          m.row(1) -= std::round(m.row(1).dot(m.row(0)) / m.row(0).squaredNorm()) * m.row(0);
          if (m.row(1).norm() > m.row(0).norm() - 1e-10) break;
          const Eigen::RowVector2d old = m.row(0);
          m.row(0) = m.row(1);
          m.row(1) = -old;
        }
        list.push_back(m);
      }
  return list;
}

/// All integer matrices of determinant +1 with entries up to `most`.
inline std::vector<Mat2> unimodular(int most) {
  std::vector<Mat2> list;
  for (int p = -most; p <= most; ++p)
    for (int q = -most; q <= most; ++q)
      for (int r = -most; r <= most; ++r)
        for (int s = -most; s <= most; ++s)
          if (p * s - q * r == 1) list.push_back((Mat2() << p, q, r, s).finished());
  return list;
}

/// Largest |singular value - 1| of the map from -> to.
inline double strain(const Mat2& from, const Mat2& to) {
  const Eigen::JacobiSVD<Mat2> svd(from.inverse() * to);
  return std::max(std::abs(svd.singularValues()[0] - 1), std::abs(svd.singularValues()[1] - 1));
}

struct Pair {
  double area, strain;
  bool operator<(const Pair& o) const { return area != o.area ? area < o.area : strain < o.strain; }
};

/// Every pair of sublattices whose least strain (second onto first) is within the limit.
inline std::vector<Pair> pairs(const Mat2& first, const Mat2& second, double max_area, double max_strain, int entries) {
  const auto changes = unimodular(entries);
  const auto of_second = sublattices(second, max_area);
  std::vector<Pair> list;
  for (const Mat2& p : sublattices(first, max_area))
    for (const Mat2& q : of_second) {
      const double ratio = std::sqrt(p.determinant() / q.determinant());  // the geometric mean of both singular values
      if (ratio > 1 + max_strain || ratio < 1 - max_strain) continue;
      double least = 1e9;
      for (const Mat2& u : changes) least = std::min(least, strain(u * q, p));
      if (least <= max_strain) list.push_back({p.determinant(), least});
    }
  return list;
}

inline MatchLayer layer(const char* name, const Mat2& basis, long atoms = 1) {
  MatchLayer l;
  l.name = name;
  l.basis = basis;
  l.atoms_per_cell = atoms;
  return l;
}

/// Any lattice, one time in three with an accidental or real symmetry.
inline Mat2 random_lattice(RandomStream& random) {
  const double a = random.uniform(2.5, 6.0), b = random.uniform(2.5, 8.0);
  switch (random.below(9)) {
    case 0: return lattice(a, a, 90);
    case 1: return lattice(a, a, random.below(2) ? 120 : 60);
    case 2: return lattice(a, b, 90);
    default: {
      Mat2 m = lattice(a, b, random.uniform(50, 130));
      if (random.below(3) == 0) m.row(1) += 3 * m.row(0);  // not reduced
      return m * Eigen::Rotation2Dd(random.uniform(0, 6)).toRotationMatrix();
    }
  }
}

}  // namespace oracle
