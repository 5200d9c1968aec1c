#include <catch2/catch.hpp>

#include <map>

#include "base/random.hpp"
#include "lattice/closest_pairs.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

TEST_CASE("closest pairs equal the full neighbour lists on random tilted cells smaller and larger than the reach") {
  const std::vector<Element> kinds = {Element::from_symbol("Li"), Element::from_symbol("O"), Element::from_symbol("Co"), Element::from_symbol("S")};
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/closest");
    Structure structure;
    const double size = random.uniform(2.0, 14.0);
    Mat3 rows;
    do
      for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) = random.uniform(-size, size);
    while (!(rows.determinant() > 0.1 * size * size * size));
    structure.cell = Cell(rows);
    for (std::uint64_t n = 1 + random.below(seed % 3 ? 10 : 60); n > 0; --n) {
      structure.elements.push_back(kinds[random.below(kinds.size())]);
      structure.positions.push_back(structure.cell.to_cartesian({random.uniform(-1.5, 2.5), random.uniform(-1.5, 2.5), random.uniform(-1.5, 2.5)}));
    }
    const double reach = random.uniform(0.5, 6.0);
    std::map<std::pair<Element, Element>, double> expected;
    const auto lists = neighbour_lists(structure.cell, structure.positions, reach);
    for (std::size_t i = 0; i < structure.size(); ++i)
      for (const Neighbour& n : lists[i]) {
        const Element a = structure.elements[i], b = structure.elements[static_cast<std::size_t>(n.index)];
        const auto [entry, fresh] = expected.try_emplace({std::min(a, b), std::max(a, b)}, n.distance);
        entry->second = std::min(entry->second, n.distance);
      }
    const std::vector<ClosestPair> found = closest_pairs(structure, reach);
    REQUIRE(found.size() == expected.size());
    for (const ClosestPair& pair : found) {
      CHECK(pair.distance == Approx(expected.at({pair.a, pair.b})).epsilon(1e-9));
      CHECK(structure.elements[static_cast<std::size_t>(pair.i)] == pair.a);
      CHECK(structure.elements[static_cast<std::size_t>(pair.j)] == pair.b);
      bool theirs = false;  // and these two atoms are that far apart
      for (const Neighbour& n : lists[static_cast<std::size_t>(pair.i)]) theirs = theirs || (n.index == pair.j && std::abs(n.distance - pair.distance) < 1e-9);
      CHECK(theirs);
    }
  }
  CHECK_THROWS_AS(closest_pairs(Structure(), 0.0), std::invalid_argument);
  CHECK(closest_pairs(Structure(), 6.0).empty());
}
