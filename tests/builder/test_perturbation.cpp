#include <catch2/catch.hpp>

#include "../export/stacks.hpp"
#include "base/error.hpp"
#include "builder/audit.hpp"
#include "builder/perturbation.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

/// Rock salt on a tilted cell in two layers: no overlaps to begin with.
Structure two_layers() {
  Structure salt;
  const double a = 4.026;
  Mat3 rows;
  rows << 2 * a, 0, 0, a, 2 * a, 0, 0, 0, 2 * a;
  salt.cell = Cell(rows);
  salt.layer_names = {"low", "high"};
  for (int i = 0; i < 4; ++i)
    for (int j = 0; j < 4; ++j)
      for (int k = 0; k < 4; ++k) {
        salt.elements.push_back(Element::from_symbol((i + j + k) % 2 ? "F" : "Li"));
        salt.positions.emplace_back(0.5 * a * i, 0.5 * a * j, 0.5 * a * k);
        salt.layer_of.push_back(k / 2);
      }
  return salt;
}

double shortest(const Structure& s) {
  double least = 10.0;
  for (const auto& list : neighbour_lists(s.cell, s.positions, 3.0))
    for (const auto& n : list) least = std::min(least, n.distance);
  return least;
}

}  // namespace

TEST_CASE("a strain moves the metric as it says, and fractional coordinates stay") {
  const Structure salt = two_layers();
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/strain");
    const Perturbed copy = perturbed(salt, {0.0, 0.03, {}}, random);
    const Mat3 deformed = salt.cell.rows() * (Mat3::Identity() + copy.strain);
    const Mat3 &rows = copy.structure.cell.rows(), metric = rows * rows.transpose(), expected = deformed * deformed.transpose();
    CHECK((metric - expected).cwiseAbs().maxCoeff() < 1e-10);
    CHECK((rows(0, 1) == 0.0 && rows(0, 2) == 0.0 && rows(1, 2) == 0.0));
    CHECK(copy.strain.cwiseAbs().maxCoeff() <= 0.03);
    CHECK(copy.strain == Mat3(copy.strain.transpose()));
    for (std::size_t i = 0; i < salt.size(); ++i)
      CHECK((copy.structure.cell.to_fractional(copy.structure.positions[i]).vec() - salt.cell.to_fractional(salt.positions[i]).vec()).norm() < 1e-12);
  }
}

TEST_CASE("rattles have the asked spread and leave no overlap, vacancies come from the asked layer only") {
  const Structure salt = two_layers();
  const Element lithium = Element::from_symbol("Li");
  double squares = 0.0;
  long numbers = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/rattle");
    const Perturbed copy = perturbed(salt, {0.1, 0.0, {{1, {lithium, 0.25, std::nullopt}}}}, random);
    CHECK(copy.vacancies == 4);
    CHECK(copy.structure.size() == salt.size() - 4);
    CHECK(std::count(copy.structure.layer_of.begin(), copy.structure.layer_of.end(), 0) == 32);
    CHECK(std::count(copy.structure.elements.begin(), copy.structure.elements.end(), lithium) == 28);
    CHECK(shortest(copy.structure) >= 1.2 - 1e-9);
    for (std::size_t i = 0; i < 32; ++i) {  // the low layer keeps its order: atoms k = 0, 1 of each column
      std::size_t seen = 0, original = 0;
      for (; original < salt.size(); ++original)
        if (salt.layer_of[original] == 0 && seen++ == i) break;
      std::size_t low = 0, here = 0;
      for (; here < copy.structure.size(); ++here)
        if (copy.structure.layer_of[here] == 0 && low++ == i) break;
      const Vec3 d = copy.structure.positions[here].vec() - salt.positions[original].vec();
      squares += d.squaredNorm();
      numbers += 3;
    }
  }
  CHECK(std::sqrt(squares / static_cast<double>(numbers)) == Approx(0.1).epsilon(0.05));
}

TEST_CASE("the same stream gives the same copy, a rattle that cannot avoid overlaps grows weaker instead of failing") {
  const Structure salt = two_layers();
  RandomStream one(3, "x"), two(3, "x");
  CHECK(perturbed(salt, {0.1, 0.02, {}}, one).structure.positions == perturbed(salt, {0.1, 0.02, {}}, two).structure.positions);
  RandomStream wild(4, "x");
  CHECK(shortest(perturbed(salt, {0.9, 0.0, {}}, wild).structure) >= 1.2 - 1e-9);
}
