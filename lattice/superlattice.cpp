#include "lattice/superlattice.hpp"

#include <algorithm>
#include <array>
#include <cmath>
#include <numeric>
#include <utility>

namespace lamella {
namespace {

constexpr double tie = 1e-9;

/// Metric of rows: a.a, a.b, b.b. Kept apart from Eigen: this is the inner loop of the enumeration.
struct Metric {
  double aa, ab, bb;
};

Metric metric_of(const Mat2& rows) { return {rows.row(0).squaredNorm(), rows.row(0).dot(rows.row(1)), rows.row(1).squaredNorm()}; }

Metric changed(const Metric& g, const Int2x2& m) {
  const double p = m(0, 0), q = m(0, 1), r = m(1, 0), s = m(1, 1);
  return {p * p * g.aa + 2 * p * q * g.ab + q * q * g.bb, p * r * g.aa + (p * s + q * r) * g.ab + q * s * g.bb,
          r * r * g.aa + 2 * r * s * g.ab + s * s * g.bb};
}

/// Lagrange-Gauss reduction by steps of determinant +1.
void reduce(Metric& g, Int2x2& m) {
  for (;;) {
    const double n = std::round(g.ab / g.aa);
    if (n != 0.0) {
      m.row(1) -= static_cast<int>(n) * m.row(0);
      g.bb += n * (n * g.aa - 2 * g.ab);
      g.ab -= n * g.aa;
    }
    if (g.bb >= g.aa * (1 - 1e-12)) return;
    const Eigen::RowVector2i a = m.row(0);
    m.row(0) = m.row(1);
    m.row(1) = -a;
    std::swap(g.aa, g.bb);
    g.ab = -g.ab;
  }
}

/// Hermite normal form {{a, b}, {0, d}}, 0 <= b < d, of the lattice that the rows of m span.
std::array<int, 3> hermite(Int2x2 m) {
  while (m(1, 0) != 0) {
    const int n = m(0, 0) / m(1, 0);
    const Eigen::RowVector2i rest = m.row(0) - n * m.row(1);
    m.row(0) = m.row(1);
    m.row(1) = rest;
  }
  const int a = std::abs(m(0, 0)), d = std::abs(m(1, 1)), sign = m(0, 0) < 0 ? -1 : 1;
  return {a, ((sign * m(0, 1)) % d + d) % d, d};
}

/// {r, s} with p s - q r = 1 for coprime p, q.
std::array<int, 2> completed(int p, int q) {
  int a = p, b = q, s0 = 1, s1 = 0, t0 = 0, t1 = 1;  // a = p s0 + q t0
  while (b != 0) {
    const int n = a / b;
    a = std::exchange(b, a - n * b);
    s0 = std::exchange(s1, s0 - n * s1);
    t0 = std::exchange(t1, t0 - n * t1);
  }
  return a > 0 ? std::array{-t0, s0} : std::array{t0, -s0};
}

}  // namespace

Int2x2 reducing_matrix(const Mat2& rows) {
  Metric g = metric_of(rows);
  Int2x2 m = Int2x2::Identity();
  reduce(g, m);
  if (2 * g.ab > g.aa * (1 - tie)) {  // tilt at the limit: both signs are reduced
    m.row(1) -= m.row(0);
    g = changed(metric_of(rows), m);
  }
  if (g.ab > tie * g.aa && g.bb < g.aa * (1 + tie)) {  // equal lengths: 60 and 120 degrees are one lattice
    const Eigen::RowVector2i a = m.row(0);
    m.row(0) = m.row(1);
    m.row(1) = -a;
  }
  return m;
}

Mat2 along_x(const Mat2& rows) {
  const double lx = rows.row(0).norm();
  double xy = rows.row(0).dot(rows.row(1)) / lx;
  if (std::abs(std::abs(2 * xy) - lx) < tie * lx) xy = std::copysign(lx / 2, xy);
  if (std::abs(xy) < 1e-12 * lx) xy = 0.0;
  Mat2 cell;
  cell << lx, 0.0, xy, rows.determinant() / lx;
  return cell;
}

std::vector<Int2x2> lattice_rotations(const Mat2& basis) {
  const Int2x2 u = reducing_matrix(basis);
  Int2x2 back;
  back << u(1, 1), -u(0, 1), -u(1, 0), u(0, 0);
  const Metric g = changed(metric_of(basis), u);
  std::vector<Int2x2> found;
  for (int code = 0; code < 81; ++code) {  // of a reduced basis, symmetry operations have entries -1, 0, 1
    Int2x2 m;
    m << code % 3 - 1, code / 3 % 3 - 1, code / 9 % 3 - 1, code / 27 - 1;
    const bool first_of_pair = m(0, 0) > 0 || (m(0, 0) == 0 && m(0, 1) > 0);
    if (m.determinant() != 1 || !first_of_pair || m == Int2x2::Identity()) continue;
    const Metric h = changed(g, m);
    const double tolerance = 1e-6 * g.bb;
    if (std::abs(h.aa - g.aa) < tolerance && std::abs(h.ab - g.ab) < tolerance && std::abs(h.bb - g.bb) < tolerance)
      found.push_back(back * m * u);
  }
  return found;
}

std::vector<Superlattice> superlattices(const Mat2& basis, long max_index, const std::vector<Int2x2>& rotations) {
  const Metric primitive = metric_of(basis);
  const double area = basis.determinant();
  std::vector<Superlattice> list;
  for (int index = 1; index <= max_index; ++index)
    for (int a = 1; a <= index; ++a) {
      if (index % a != 0) continue;
      const int d = index / a;
      for (int b = 0; b < d; ++b) {
        const std::array<int, 3> own{a, b, d};
        Int2x2 m;
        m << a, b, 0, d;
        // The orbit under the rotations: its smallest Hermite form stands for it.
        std::array<std::array<int, 3>, 6> orbit{own};
        std::size_t size = 1;
        bool smallest = true;
        for (const Int2x2& rotation : rotations) {
          const auto image = hermite(m * rotation);
          if (image < own) smallest = false;
          if (std::find(orbit.begin(), orbit.begin() + size, image) == orbit.begin() + size && size < orbit.size()) orbit[size++] = image;
        }
        if (!smallest) continue;
        Metric g = changed(primitive, m);
        reduce(g, m);
        list.push_back({m, index, index * area, g.ab / g.aa, index * area / g.aa, static_cast<int>(size)});
      }
    }
  return list;
}

std::vector<NearlyReduced> nearly_reduced_bases(const Superlattice& lattice, double stretch) {
  // Let F carry the basis (v1, v2) onto a reduced basis, with singular values s1 >= s2, s1/s2 <= E. The image of v1 is
  // shortest, so s2 |v1| <= |F v1| <= |F a| <= s1 |a|: |v1| <= E |a|. In the half-plane the map moves the shape by a
  // hyperbolic distance <= ln E: y by a factor <= E, x by at most 2 sqrt(y y') sinh(ln E / 2) away from [-1/2, 1/2].
  const double limit = stretch * (1 + 1e-9);
  const double reach = std::sqrt(limit) * (std::sqrt(limit) - 1 / std::sqrt(limit));  // sqrt(E) 2 sinh(ln E / 2)
  std::vector<NearlyReduced> list;
  for (int q = 0; q * lattice.y <= limit; ++q) {
    const double half = std::sqrt(std::max(0.0, limit * limit - q * q * lattice.y * lattice.y));
    for (int p = static_cast<int>(std::ceil(-q * lattice.x - half)); p <= -q * lattice.x + half; ++p) {
      if (std::gcd(p, q) != 1 || (q == 0 && p < 0)) continue;
      const double re = p + q * lattice.x, im = q * lattice.y, square = re * re + im * im;
      const auto [r, s] = completed(p, q);
      const double y = lattice.y / square;
      const double x = (re * (r + s * lattice.x) + im * s * lattice.y) / square;
      const double bound = 0.5 + reach * y + 1e-9;
      for (int n = static_cast<int>(std::ceil(-bound - x)); n <= bound - x; ++n) {
        Int2x2 change;
        change << p, q, r + n * p, s + n * q;
        list.push_back({change, x + n, y});
      }
    }
  }
  return list;
}

}  // namespace lamella
