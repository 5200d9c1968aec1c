#include <catch2/catch.hpp>

#include "lattice/ewald.hpp"

using namespace lamella;

namespace {

/// -E r0 / (k q^2) per formula unit of a crystal with charges of one kind on `f` positions.
double madelung(const Mat3& rows, const std::vector<Vec3>& f, const std::vector<double>& charges, double nearest, double units) {
  const Cell cell(rows);
  std::vector<Cartesian> positions;
  for (const Vec3& x : f) positions.push_back(cell.to_cartesian(Fractional(x)));
  const Eigen::VectorXd q = Eigen::Map<const Eigen::VectorXd>(charges.data(), static_cast<Eigen::Index>(charges.size()));
  return -0.5 * q.dot(ewald_matrix(cell, positions) * q) * nearest / (14.3996454785 * units);
}

Mat3 fcc(double a) {
  Mat3 rows;
  rows << 0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0;
  return rows;
}

}  // namespace

TEST_CASE("Ewald: Madelung constants of the textbooks") {
  const double a = 5.7;
  CHECK(madelung(fcc(a), {{0, 0, 0}, {0.5, 0.5, 0.5}}, {1, -1}, a / 2, 1) == Approx(1.7475646).epsilon(2e-6));
  CHECK(madelung(a * Mat3::Identity(), {{0, 0, 0}, {0.5, 0.5, 0.5}}, {1, -1}, a * std::sqrt(0.75), 1) == Approx(1.7626747).epsilon(2e-6));
  CHECK(madelung(fcc(a), {{0, 0, 0}, {0.25, 0.25, 0.25}}, {1, -1}, a * std::sqrt(3.0) / 4, 1) == Approx(1.6380550).epsilon(2e-6));
  CHECK(madelung(fcc(a), {{0, 0, 0}, {0.25, 0.25, 0.25}, {0.75, 0.75, 0.75}}, {2, -1, -1}, a * std::sqrt(3.0) / 4, 1) == Approx(5.0387848).epsilon(2e-6));
}

TEST_CASE("Ewald: the energy does not depend on the cell it is computed in") {
  const double a = 4.0;
  const double small = madelung(fcc(a), {{0, 0, 0}, {0.5, 0.5, 0.5}}, {1, -1}, a / 2, 1);
  Mat3 skewed = fcc(a);
  skewed.row(2) += 3 * skewed.row(0) - skewed.row(1);
  CHECK(madelung(skewed, {{0, 0, 0}, {0.5 - 1.5, 0.5 + 0.5, 0.5}}, {1, -1}, a / 2, 1) == Approx(small).epsilon(2e-6));
  std::vector<Vec3> f;
  std::vector<double> q;
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 2; ++j)
      for (int k = 0; k < 2; ++k) {
        f.emplace_back(i / 4.0, j / 2.0, k / 2.0);
        q.push_back((i + j + k) % 2 ? -1 : 1);
      }
  CHECK(madelung(Vec3(2 * a, a, a).asDiagonal(), f, q, a / 2, 8) == Approx(small).epsilon(2e-6));
}
