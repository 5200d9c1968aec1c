#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "match_oracle.hpp"

using namespace lamella;

namespace {

Slab random_slab(RandomStream& random, const Mat2& plane) {
  Slab slab;
  slab.plane = plane;
  slab.thickness = 6.0;
  for (int i = 0; i < 5; ++i) {
    slab.elements.push_back(slab.elements.empty() ? Element{} : slab.elements.back());
    slab.positions.emplace_back(random.uniform(-9, 9), random.uniform(-9, 9), random.uniform(0, 6));  // any x, y
  }
  return slab;
}

}  // namespace

TEST_CASE("a slab on the common cell is the strained crystal: every atom once, every image where the strain puts it") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/onto");
    const std::vector<MatchLayer> layers{oracle::layer("a", oracle::random_lattice(random)), oracle::layer("b", oracle::random_lattice(random))};
    const auto matches = find_matches(layers, {120, 0.06, 0, 0.0}, {StrainSharing::Kind::onto, 0});
    if (matches.empty()) continue;
    const Match& match = matches[random.below(matches.size())];
    const Slab slab = random_slab(random, layers[1].basis);
    const Slab built = onto_common_cell(slab, match.layers[1], match.cell);
    const int cells = match.layers[1].matrix.determinant();
    CHECK(built.plane == match.cell);
    CHECK(built.thickness == slab.thickness);
    REQUIRE(built.size() == slab.size() * cells);
    const Mat2 turn = Eigen::Rotation2Dd(match.layers[1].rotation * std::acos(-1.0) / 180).toRotationMatrix();
    const Mat2 map = (Mat2::Identity() + match.layers[1].strain) * turn;
    const Mat2 to_fraction = match.cell.inverse();
    for (std::size_t i = 0; i < slab.size(); ++i)
      for (int p = -4; p <= 4; ++p)
        for (int q = -4; q <= 4; ++q) {  // any image of the atom in the crystal is exactly one built atom, modulo the cell
          const Vec2 r = map * (Vec2(slab.positions[i].x(), slab.positions[i].y()) + slab.plane.transpose() * Vec2(p, q));
          int hits = 0;
          for (std::size_t j = 0; j < built.size(); ++j) {
            Eigen::RowVector2d f = (Vec2(built.positions[j].x(), built.positions[j].y()) - r).transpose() * to_fraction;
            f -= f.array().round().matrix();
            hits += (f * match.cell).norm() < 1e-7 && std::abs(built.positions[j].z() - slab.positions[i].z()) < 1e-12;
          }
          CHECK(hits == 1);
        }
  }
}

TEST_CASE("copies are moved whole: distances inside one copy only feel the strain") {
  RandomStream random(5, "test/onto");
  const std::vector<MatchLayer> layers{oracle::layer("a", oracle::lattice(7.9, 7.9, 120)), oracle::layer("b", oracle::lattice(2.8, 2.8, 120))};
  const Match match = pareto_front(find_matches(layers, {300, 0.03, 0, 0.0}, {StrainSharing::Kind::onto, 0})).back();
  const Slab slab = random_slab(random, layers[1].basis);
  const Slab built = onto_common_cell(slab, match.layers[1], match.cell);
  for (std::size_t j = 0; j < built.size(); ++j) {
    const std::size_t first = j - j % slab.size();
    const double now = (built.positions[j] - built.positions[first]).norm(), before = (slab.positions[j % slab.size()] - slab.positions[0]).norm();
    CHECK(std::abs(now - before) <= 0.03 * before + 1e-9);
  }
}

TEST_CASE("a match made on another cell than the one built is an error (pymatgen #4651)") {
  const std::vector<MatchLayer> layers{oracle::layer("a", oracle::lattice(4.0, 4.0, 90)), oracle::layer("b", oracle::lattice(4.1, 4.1, 90))};
  const Match match = find_matches(layers, {80, 0.05, 0, 0.0}, {StrainSharing::Kind::onto, 0}).front();
  RandomStream random(1, "test/onto");
  CHECK_NOTHROW(onto_common_cell(random_slab(random, layers[1].basis), match.layers[1], match.cell));
  CHECK_THROWS_AS(onto_common_cell(random_slab(random, oracle::lattice(4.1, 4.2, 90)), match.layers[1], match.cell), Error);
  Mat2 skew = layers[1].basis;
  skew.row(1) += skew.row(0);  // the same lattice, another basis: the matrix no longer means the same cell
  CHECK_THROWS_AS(onto_common_cell(random_slab(random, skew), match.layers[1], match.cell), Error);
}
