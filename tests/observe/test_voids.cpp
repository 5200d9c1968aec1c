#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"
#include "observe/voids.hpp"

using namespace lamella;

TEST_CASE("a point's Voronoi volume in any lattice is the lattice's cell, however skewed or flat") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/lattice");
    Mat3 rows;
    do
      for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) = random.uniform(-5, 5);
    while (rows.determinant() < 8.0);
    const Cell cell(rows);
    const std::vector<Cartesian> one = {{0.3, -7.0, 2.0}};
    CHECK(voronoi(cell, one, 100.0).volumes.at(0) == Approx(cell.volume()).epsilon(1e-9));
  }
}

TEST_CASE("Voronoi volumes of random points add up to the cell and do not move with the choice of cell") {
  for (std::uint64_t seed = 1; seed <= 8; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/points");
    const Cell cell = Cell::from_parameters(9, 11, 13, random.uniform(60, 120), random.uniform(70, 110), random.uniform(65, 115));
    std::vector<Cartesian> points;
    for (int i = 0; i < 60; ++i) points.push_back(cell.to_cartesian(Fractional(random.uniform(), random.uniform(), random.uniform())));
    const VoronoiReport plain = voronoi(cell, points, 1.5);
    CHECK(std::accumulate(plain.volumes.begin(), plain.volumes.end(), 0.0) == Approx(cell.volume()).epsilon(1e-10));
    Mat3 sheared = cell.rows();
    sheared.row(1) += sheared.row(0);
    const VoronoiReport other = voronoi(Cell(sheared), points, 1.5);
    for (std::size_t i = 0; i < points.size(); ++i) REQUIRE(plain.volumes[i] == Approx(other.volumes[i]).epsilon(1e-9));
    REQUIRE(plain.voids.size() == other.voids.size());
    CHECK(plain.void_share == Approx(other.void_share).epsilon(1e-9));
    for (std::size_t i = 0; i < plain.voids.size(); ++i) REQUIRE(plain.voids[i].radius == Approx(other.voids[i].radius).epsilon(1e-9));
  }
}

TEST_CASE("the hole left by an atom taken out of a simple cubic lattice is found, with its size") {
  std::vector<Cartesian> points;
  for (int x = 0; x < 5; ++x)
    for (int y = 0; y < 5; ++y)
      for (int z = 0; z < 5; ++z)
        if (x != 2 || y != 3 || z != 1) points.emplace_back(2.0 * x, 2.0 * y, 2.0 * z);
  const Cell cell(Mat3(10.0 * Mat3::Identity()));
  const VoronoiReport r = voronoi(cell, points, 1.9);  // the lattice's own holes: sqrt(3) = 1.73
  REQUIRE(r.voids.size() == 1);
  CHECK((r.voids[0].centre - Cartesian(4, 6, 2)).norm() == Approx(0.0).margin(1e-9));
  CHECK(r.voids[0].radius == Approx(2.0));
  // The octahedron of the six neighbours around the hole, of 4/3 * 2^3 A^3.
  CHECK(r.void_share == Approx(4.0 / 3.0 * 8.0 / 1000.0));
}

TEST_CASE("no points, or two in one place, are refused") {
  const Cell cell(Mat3(5.0 * Mat3::Identity()));
  CHECK_THROWS_AS(voronoi(cell, {}, 1.0), Error);
  CHECK_THROWS_AS(voronoi(cell, std::vector<Cartesian>{{1, 1, 1}, {1, 1, 1}, {2, 3, 4}}, 1.0), Error);
}
