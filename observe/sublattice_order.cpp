#include <algorithm>
#include <cmath>
#include <complex>

#include "observe/grid_ladder.hpp"
#include "observe/order.hpp"

namespace lamella {
namespace {

/// q_lm of one point for m = 0..l; m < 0 follows by conjugation.
using Multipole = std::vector<std::complex<double>>;

/// Sum over unit bond vectors, divided by their number.
Multipole multipole(const std::vector<Vec3>& bonds, unsigned l) {
  Multipole q(l + 1);
  for (const Vec3& bond : bonds) {
    const double theta = std::acos(std::clamp(bond.z() / bond.norm(), -1.0, 1.0)), phi = std::atan2(bond.y(), bond.x());
    for (unsigned m = 0; m <= l; ++m)
      q[m] += std::sph_legendre(l, m, theta) * std::polar(1.0, m * phi) / static_cast<double>(bonds.size());
  }
  return q;
}

/// Real part of sum over m = -l..l of a_m conj(b_m).
double product(const Multipole& a, const Multipole& b) {
  double sum = (a[0] * std::conj(b[0])).real();
  for (std::size_t m = 1; m < a.size(); ++m) sum += 2.0 * (a[m] * std::conj(b[m])).real();
  return sum;
}

double invariant(const Multipole& q) {
  const double l = static_cast<double>(q.size() - 1);
  return std::sqrt(4.0 * std::acos(-1.0) / (2.0 * l + 1.0) * product(q, q));
}

/// The invariant of the multipole averaged over a point and its neighbours.
double averaged(const std::vector<Multipole>& q, std::size_t i, const std::vector<int>& neighbours) {
  Multipole sum = q[i];
  for (const int j : neighbours)
    for (std::size_t m = 0; m < sum.size(); ++m) sum[m] += q[j][m];
  return invariant(sum) / static_cast<double>(neighbours.size() + 1);
}

/// A radius that holds about `count` neighbours at the mean density of the points.
double first_reach(const Cell& cell, std::size_t points, int count) {
  const double density = static_cast<double>(points) / cell.volume();
  return 1.3 * std::cbrt(3.0 * (count + 1) / (4.0 * std::acos(-1.0) * density));
}

/// The `count` nearest of every point; fewer where that many are not within five times the first reach.
std::vector<std::vector<Neighbour>> nearest(const Cell& cell, std::span<const Cartesian> points, int count, std::array<bool, 3> periodic) {
  constexpr std::size_t rungs = 5;
  GridLadder ladder(cell, points, first_reach(cell, points.size(), count), 1.5, periodic);
  std::vector<std::vector<Neighbour>> lists(points.size());
  for (std::size_t i = 0; i < points.size(); ++i) {
    for (std::size_t k = 0; k < rungs && static_cast<int>(lists[i].size()) < count; ++k) ladder.rung(k).around_atom(static_cast<int>(i), lists[i]);
    if (static_cast<int>(lists[i].size()) > count) lists[i].resize(count);
  }
  return lists;
}

}  // namespace

SublatticeOrder sublattice_order(const Cell& cell, std::span<const Cartesian> points, int neighbours, std::array<bool, 3> periodic) {
  SublatticeOrder order;
  if (points.empty()) return order;
  std::vector<Multipole> q4, q6;
  for (const std::vector<Neighbour>& shell : nearest(cell, points, neighbours, periodic)) {
    std::vector<Vec3> bonds;
    order.neighbours.emplace_back();
    for (const Neighbour& n : shell) {
      bonds.push_back(n.vector);
      order.neighbours.back().push_back(n.index);
    }
    q4.push_back(multipole(bonds, 4));
    q6.push_back(multipole(bonds, 6));
    order.q4.push_back(invariant(q4.back()));
    order.q6.push_back(invariant(q6.back()));
  }
  for (std::size_t i = 0; i < points.size(); ++i) {
    order.correlation.emplace_back();
    for (const int j : order.neighbours[i]) {
      const double norm = std::sqrt(product(q6[i], q6[i]) * product(q6[j], q6[j]));
      order.correlation.back().push_back(norm > 0.0 ? product(q6[i], q6[j]) / norm : 0.0);
    }
    order.mean_q4.push_back(averaged(q4, i, order.neighbours[i]));
    order.mean_q6.push_back(averaged(q6, i, order.neighbours[i]));
  }
  return order;
}

}  // namespace lamella
