#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "lattice/match_residual.hpp"
#include "lattice/strain.hpp"
#include "match_oracle.hpp"

using namespace lamella;

namespace {

constexpr StrainSharing onto_first{StrainSharing::Kind::onto, 0};

/// What every match must be, whatever was asked.
void check_invariants(const Match& match, std::span<const MatchLayer> layers, const MatchLimits& limits) {
  const Mat2& cell = match.cell;
  CHECK(cell.determinant() == Approx(match.area).epsilon(1e-9));
  CHECK(cell(0, 0) > 0);
  CHECK(cell(0, 1) == 0.0);
  CHECK(cell(1, 1) > 0);
  CHECK(std::abs(cell(1, 0)) <= cell(0, 0) / 2);  // exactly: LAMMPS's tilt limit
  CHECK(cell.row(1).norm() >= cell(0, 0) * (1 - 1e-9));
  CHECK(match.max_strain <= limits.max_strain + 1e-12);
  long atoms = 0;
  double largest = 0;
  REQUIRE(match.layers.size() == layers.size());
  for (std::size_t k = 0; k < layers.size(); ++k) {
    const LayerMatch& layer = match.layers[k];
    CHECK(layer.matrix.determinant() > 0);
    CHECK(layer.matrix.determinant() * layers[k].basis.determinant() <= limits.max_area * (1 + 1e-9));
    atoms += layer.matrix.determinant() * layers[k].atoms_per_cell;
    CHECK(layer.strain(0, 1) == layer.strain(1, 0));
    // The residual: superlattice rotated, then strained, is the common cell.
    const Mat2 turn = Eigen::Rotation2Dd(layer.rotation * std::acos(-1.0) / 180).toRotationMatrix();
    const Mat2 rebuilt = layer.matrix.cast<double>() * layers[k].basis * turn.transpose() * (Mat2::Identity() + layer.strain);
    CHECK((rebuilt - cell).cwiseAbs().maxCoeff() < 1e-9);
    CHECK(match_residual(layer, layers[k].basis, cell) < 1e-9);
    CHECK(match_residual(layer, 1.001 * layers[k].basis, cell) > 1e-3);  // another cell than the one matched
    largest = std::max(largest, oracle::strain(layer.matrix.cast<double>() * layers[k].basis, cell));
  }
  CHECK(largest == Approx(match.max_strain).margin(3e-9));
  CHECK(atoms == match.atoms);
}

/// `match --all` against the oracle: the same (area, strain) as often, the merged ones counted by their number.
void check_complete(const std::vector<Match>& matches, std::vector<oracle::Pair> expected, double max_strain) {
  std::vector<oracle::Pair> got;
  for (const Match& match : matches)
    for (long n = 0; n < match.multiplicity; ++n) got.push_back({match.area, match.max_strain});
  // Areas of one index are equal up to rounding: sort on rounded keys.
  const auto before = [](const oracle::Pair& a, const oracle::Pair& b) {
    const auto key = [](const oracle::Pair& p) { return std::pair(std::llround(p.area * 1e5), p.strain); };
    return key(a) < key(b);
  };
  const auto at_limit = [&](const oracle::Pair& p) { return std::abs(p.strain - max_strain) < 1e-9; };
  std::erase_if(got, at_limit);
  std::erase_if(expected, at_limit);
  std::sort(got.begin(), got.end(), before);
  std::sort(expected.begin(), expected.end(), before);
  REQUIRE(got.size() == expected.size());
  for (std::size_t i = 0; i < got.size(); ++i) {
    CHECK(got[i].area == Approx(expected[i].area));
    CHECK(got[i].strain == Approx(expected[i].strain).margin(1e-7));
  }
}

}  // namespace

TEST_CASE("every coincidence is found: 100 random lattice pairs against brute force") {
  std::size_t total = 0;
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/match");
    const std::vector<MatchLayer> layers{oracle::layer("first", oracle::random_lattice(random), 3), oracle::layer("second", oracle::random_lattice(random), 5)};
    const MatchLimits limits{random.uniform(80, 200), random.uniform(0.01, 0.1), 0, 0.0};
    const auto matches = find_matches(layers, limits, onto_first);
    // Entries up to 4: with 10 % strain, entries up to 2 miss bases of elongated cells.
    check_complete(matches, oracle::pairs(layers[0].basis, layers[1].basis, limits.max_area, limits.max_strain, 4), limits.max_strain);
    for (const Match& match : matches) {
      check_invariants(match, layers, limits);
      CHECK(match.layers[0].strain.cwiseAbs().maxCoeff() < 1e-9);
    }
    CHECK(std::is_sorted(matches.begin(), matches.end(), [](const Match& a, const Match& b) { return a.area < b.area; }));
    total += matches.size();
  }
  CHECK(total > 1500);  // the comparison was not empty
}

TEST_CASE("max_atoms and min_length leave exactly the matches that obey them") {
  RandomStream random(7, "test/match");
  const std::vector<MatchLayer> layers{oracle::layer("first", oracle::lattice(2.9, 4.1, 95), 4), oracle::layer("second", oracle::lattice(3.3, 3.3, 120), 6)};
  const MatchLimits loose{220, 0.05, 0, 0.0};
  const auto all = find_matches(layers, loose, onto_first);
  const MatchLimits tight{220, 0.05, 120, 7.0};
  const auto some = find_matches(layers, tight, onto_first);
  const auto expected = std::count_if(all.begin(), all.end(), [](const Match& m) { return m.atoms <= 120 && m.cell(0, 0) >= 7.0; });
  CHECK(static_cast<long>(some.size()) == expected);
  CHECK(expected > 0);
  CHECK(some.size() < all.size());
  for (const Match& match : some) check_invariants(match, layers, tight);
}

TEST_CASE("mirror images are no matches") {
  const Mat2 chiral = oracle::lattice(4.0, 5.0, 78.0);
  Mat2 image = chiral;
  image.col(0) *= -1.0;
  image.row(0) *= -1.0;  // right-handed basis of the mirrored lattice
  REQUIRE(image.determinant() > 0);
  const MatchLimits limits{21.0, 0.01, 0, 0.0};  // one cell only
  const std::vector<MatchLayer> same{oracle::layer("a", chiral), oracle::layer("b", chiral)};
  const std::vector<MatchLayer> mirrored{oracle::layer("a", chiral), oracle::layer("b", image)};
  CHECK(find_matches(same, limits, onto_first).size() == 1);
  CHECK(find_matches(same, limits, onto_first)[0].max_strain < 1e-12);
  CHECK(find_matches(mirrored, limits, onto_first).empty());
}

TEST_CASE("three layers share one cell: every triple against brute force") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/match/triple");
    std::vector<MatchLayer> layers;
    for (const char* name : {"a", "b", "c"}) layers.push_back(oracle::layer(name, oracle::random_lattice(random), 2));
    const MatchLimits limits{70, 0.08, 0, 0.0};
    const std::size_t reference = random.below(3);
    const auto matches = find_matches(layers, limits, {StrainSharing::Kind::onto, reference});
    const auto changes = oracle::unimodular(4);
    std::vector<std::vector<Mat2>> lists;
    for (const MatchLayer& layer : layers) lists.push_back(oracle::sublattices(layer.basis, limits.max_area));
    std::vector<oracle::Pair> expected;
    const std::size_t one = reference == 0 ? 1 : 0, two = reference == 2 ? 1 : 2;
    for (const Mat2& p : lists[reference]) {
      const auto strains = [&](std::size_t k) {
        std::vector<double> found;
        for (const Mat2& q : lists[k]) {
          double least = 1e9;
          for (const Mat2& u : changes) least = std::min(least, oracle::strain(u * q, p));
          if (least <= limits.max_strain) found.push_back(least);
        }
        return found;
      };
      const auto second = strains(two);
      for (double s : strains(one))
        for (double t : second) expected.push_back({p.determinant(), std::max(s, t)});
    }
    check_complete(matches, expected, limits.max_strain);
    for (const Match& match : matches) check_invariants(match, layers, limits);
  }
}

TEST_CASE("one layer alone matches itself on every superlattice") {
  const std::vector<MatchLayer> alone{oracle::layer("a", oracle::lattice(3.0, 4.0, 100), 7)};
  const auto matches = find_matches(alone, {60, 0.02, 0, 0.0}, onto_first);
  CHECK(matches.size() == oracle::sublattices(alone[0].basis, 60).size());
  for (const Match& match : matches) check_invariants(match, alone, {60, 0.02, 0, 0.0});
  CHECK(pareto_front(matches).size() == 1);
}

TEST_CASE("the Pareto front keeps what nothing beats in area and strain") {
  const std::vector<MatchLayer> layers{oracle::layer("a", oracle::lattice(2.8156, 5.702, 90), 8), oracle::layer("b", oracle::lattice(6.972, 6.972, 90), 26)};
  const auto all = find_matches(layers, {900, 0.05, 0, 0.0}, onto_first);
  const auto front = pareto_front(all);
  REQUIRE(front.size() > 2);
  for (std::size_t i = 1; i < front.size(); ++i) {
    CHECK(front[i].area > front[i - 1].area);
    CHECK(front[i].max_strain < front[i - 1].max_strain);
  }
  for (const Match& match : all)
    CHECK(std::any_of(front.begin(), front.end(), [&](const Match& f) { return f.area <= match.area * (1 + 1e-9) && f.max_strain <= match.max_strain + 1e-9; }));
}

TEST_CASE("limits that make no sense are refused by name") {
  std::vector<MatchLayer> layers{oracle::layer("a", oracle::lattice(3, 4, 90))};
  CHECK_THROWS_AS(find_matches({}, {}, onto_first), Error);
  CHECK_THROWS_AS(find_matches(layers, {-1, 0.05, 0, 0}, onto_first), Error);
  CHECK_THROWS_AS(find_matches(layers, {100, 5.0, 0, 0}, onto_first), Error);
  CHECK_THROWS_AS(find_matches(layers, {1e9, 0.05, 0, 0}, onto_first), Error);
  CHECK_THROWS_AS(find_matches(layers, {100, 0.05, 0, 0}, {StrainSharing::Kind::onto, 1}), Error);
  layers[0].basis.row(0) *= -1;
  CHECK_THROWS_AS(find_matches(layers, {100, 0.05, 0, 0}, onto_first), Error);
}
