#include <catch2/catch.hpp>

#include <algorithm>
#include <tuple>

#include "base/random.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

using Key = std::tuple<int, std::array<int, 3>>;

/// The plain oracle: every atom in every image within a generous box.
std::vector<std::vector<Key>> brute_force(const Cell& cell, const std::vector<Cartesian>& positions, double cutoff, std::array<bool, 3> periodic) {
  std::array<int, 3> reach{};
  for (int axis = 0; axis < 3; ++axis) reach[axis] = periodic[axis] ? static_cast<int>(cutoff / cell.heights()[axis]) + 4 : 0;
  std::vector<std::vector<Key>> lists(positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i)
    for (std::size_t j = 0; j < positions.size(); ++j)
      for (int p = -reach[0]; p <= reach[0]; ++p)
        for (int q = -reach[1]; q <= reach[1]; ++q)
          for (int r = -reach[2]; r <= reach[2]; ++r) {
            if (i == j && p == 0 && q == 0 && r == 0) continue;
            const Vec3 d = positions[j].vec() + p * cell.a() + q * cell.b() + r * cell.c() - positions[i].vec();
            if (d.norm() <= cutoff) lists[i].push_back({static_cast<int>(j), {p, q, r}});
          }
  return lists;
}

Cell random_cell(RandomStream& random, double size) {
  for (;;) {
    Mat3 rows;
    for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) = random.uniform(-size, size);
    if (rows.determinant() < 0) rows.row(0) *= -1.0;
    if (rows.determinant() > 0.08 * size * size * size) return Cell(rows);
  }
}

}  // namespace

TEST_CASE("neighbour lists equal brute force on random tilted cells, smaller than the cut-off included") {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/neighbours");
    const Cell cell = random_cell(random, random.uniform(2.0, 9.0));
    const std::array<bool, 3> periodic{random.below(3) > 0, random.below(3) > 0, random.below(3) > 0};
    std::vector<Cartesian> positions;
    for (std::uint64_t n = 1 + random.below(12); n > 0; --n)
      positions.push_back(cell.to_cartesian({random.uniform(-1.5, 2.5), random.uniform(-1.5, 2.5), random.uniform(-1.5, 2.5)}));
    const double cutoff = random.uniform(0.5, 7.0);
    const auto lists = neighbour_lists(cell, positions, cutoff, periodic);
    const auto expected = brute_force(cell, positions, cutoff, periodic);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      std::vector<Key> got, want = expected[i];
      for (std::size_t k = 0; k < lists[i].size(); ++k) {
        const Neighbour& n = lists[i][k];
        got.push_back({n.index, n.shift});
        const Vec3 d = positions[n.index].vec() + n.shift[0] * cell.a() + n.shift[1] * cell.b() + n.shift[2] * cell.c() - positions[i].vec();
        CHECK((d - n.vector).norm() < 1e-12);
        CHECK(n.distance == Approx(d.norm()));
        if (k > 0) CHECK(lists[i][k - 1].distance <= n.distance);
      }
      std::sort(got.begin(), got.end());
      std::sort(want.begin(), want.end());
      CHECK(got == want);
    }
  }
}

TEST_CASE("a point far outside a cell without images finds what is near it and nothing else") {
  const Cell cell = Cell::from_parameters(5, 6, 7, 80, 95, 110);
  const std::vector<Cartesian> positions{Cartesian(0, 0, 0), Cartesian(1, 1, 30)};
  const NeighbourGrid grid(cell, positions, 3.0, {false, false, false});
  std::vector<Neighbour> found;
  grid.around_point(Cartesian(1, 1, 32), found);
  REQUIRE(found.size() == 1);
  CHECK(found[0].index == 1);
  CHECK(found[0].distance == Approx(2.0));
  grid.around_point(Cartesian(1e7, 0, 0), found);
  CHECK(found.empty());
  CHECK_THROWS_AS(NeighbourGrid(cell, positions, 0.0), std::invalid_argument);
}

TEST_CASE("every atom of a large simple cubic box has its six neighbours") {
  const int n = 40;  // 64,000 atoms: more bins than any one is searched through
  std::vector<Cartesian> positions;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j)
      for (int k = 0; k < n; ++k) positions.emplace_back(2.0 * i, 2.0 * j, 2.0 * k);
  const auto lists = neighbour_lists(Cell(Mat3(Mat3::Identity() * 2.0 * n)), positions, 2.5);
  CHECK(std::all_of(lists.begin(), lists.end(), [](const auto& list) { return list.size() == 6; }));
}

TEST_CASE("a point outside a flat, imageless layer still meets what is within the cut-off") {
  const Cell cell = Cell::from_parameters(20, 20, 20, 90, 90, 90);
  const std::vector<Cartesian> flat = {{3, 1, 1}};
  std::vector<Neighbour> found;
  NeighbourGrid(cell, flat, 3.0, {false, false, false}).around_point({1, 1, 1}, found);
  REQUIRE(found.size() == 1);
  CHECK(found[0].distance == 2.0);
  NeighbourGrid(cell, flat, 1.9, {true, true, false}).around_point({1, 1, 1}, found);
  CHECK(found.empty());
}
