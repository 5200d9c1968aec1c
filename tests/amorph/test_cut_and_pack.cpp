#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "amorph/cut.hpp"
#include "amorph/layer.hpp"
#include "amorph/pack.hpp"
#include "amorph/recipe.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

std::vector<Element> elements_of(const Formula& formula, int units) {
  std::vector<Element> e;
  for (const FormulaTerm& t : formula) e.insert(e.end(), static_cast<std::size_t>(units) * t.count, t.element);
  return e;
}

}  // namespace

TEST_CASE("a packing keeps the minimum distances in tilted cells, and the same seed gives the same places") {
  for (std::uint64_t seed = 1; seed <= 12; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/cell");
    Mat3 rows = Mat3::Zero();
    rows(0, 0) = random.uniform(9, 16);
    rows(1, 0) = random.uniform(-0.5, 0.5) * rows(0, 0);
    rows(1, 1) = random.uniform(9, 16);
    const Formula formula = parse_formula(seed % 2 ? "LiF" : "Li3PO4");
    const int units = seed % 2 ? 60 : 14;
    const double density = seed % 2 ? 1.75 : 2.2;
    rows(2, 2) = density_of(formula, units, rows(0, 0) * rows(1, 1) * density);
    const bool film = seed % 3 == 0;
    const PackRoom room{4.0, 4.0 + rows(2, 2), film};
    if (film) rows(2, 2) += 12.0;
    const Cell cell(rows);
    const std::vector<Element> elements = elements_of(formula, units);
    const std::vector<Cartesian> points = pack_at_random(cell, elements, room, seed);
    CHECK(points == pack_at_random(cell, elements, room, seed));
    CHECK(points != pack_at_random(cell, elements, room, seed + 1));
    const auto lists = neighbour_lists(cell, points, 3.5);
    for (std::size_t i = 0; i < points.size(); ++i)
      for (const Neighbour& n : lists[i]) REQUIRE(n.distance > packing_distance(elements[i], elements[n.index]) - (film ? 0.35 : 0.03));
    if (film)
      for (const Cartesian& p : points) REQUIRE((p.z() > 3.6 && p.z() < room.high + 0.4));
  }
}

TEST_CASE("a density with no room for the ions is refused") {
  const Cell cell = Cell::from_parameters(8, 8, 8, 90, 90, 90);
  CHECK_THROWS_AS(pack_at_random(cell, elements_of(parse_formula("LiF"), 120), {}, 1), Error);
}

TEST_CASE("a cut through a layered crystal finds the gap, whole formula units and the Gibbs thickness") {
  // Rock salt with (001) up, shifted so that the periodic boundary falls inside a plane's own height.
  const Formula lif = parse_formula("LiF");
  Structure s;
  s.cell = Cell::from_parameters(8.0, 8.0, 16.0, 90, 90, 90);
  for (const Element e : {lif[0].element, lif[1].element})
    for (int z = 0; z < 8; ++z)
      for (int x = 0; x < 4; ++x)
        for (int y = 0; y < 4; ++y)
          if (((x + y + z) % 2 == 0) == (e == lif[0].element)) {
            s.elements.push_back(e);
            s.positions.emplace_back(2.0 * x, 2.0 * y, 2.0 * z + 0.7);
          }
  const Cut cut = cut_flat(s, lif, 40);
  CHECK(cut.overlap == 0.0);
  CHECK(cut.slab.size() == 80);
  CHECK(cut.slab.thickness == Approx(10.0));
  REQUIRE(cut.atoms.size() == 80);
  for (std::size_t k = 0; k < 80; ++k) {
    CHECK(s.elements[cut.atoms[k]] == cut.slab.elements[k]);
    const double turns = (s.positions[cut.atoms[k]].z() + cut.lift - cut.slab.positions[k].z()) / 16.0;
    CHECK(turns == Approx(std::round(turns)).margin(1e-9));
  }
  const auto [low, high] = std::minmax_element(cut.slab.positions.begin(), cut.slab.positions.end(), [](auto& p, auto& q) { return p.z() < q.z(); });
  CHECK(low->z() == Approx(1.0));
  CHECK(high->z() == Approx(9.0));
  CHECK(face_roughness(cut.slab, true) == Approx(0.0).margin(1e-6));
  CHECK_THROWS_AS(cut_flat(s, lif, 65), std::invalid_argument);
}

TEST_CASE("requests that cannot be met say which key, before anything is melted") {
  LayerRequest good{parse_formula("LiF"), Mat2::Identity() * 12.0, 10.0, {}, 1};
  const auto message = [](const LayerRequest& r) {
    try {
      make_amorphous_layer(r, {});
    } catch (const Error& error) {
      CHECK(error.failure() == Failure::bad_input);
      return std::string(error.what());
    }
    return std::string("nothing thrown");
  };
  using Catch::Contains;
  LayerRequest r = good;
  r.recipe.rate = 0.0;
  CHECK_THAT(message(r), Contains("quench.rate"));
  r = good;
  r.thickness = 1.0;
  CHECK_THAT(message(r), Contains("thickness") && Contains("2 to 100"));
  r = good;
  r.recipe.melt = 200.0;
  CHECK_THAT(message(r), Contains("quench.melt"));
  r = good;
  r.plane.row(0) *= -1.0;
  CHECK_THAT(message(r), Contains("cell"));
  r = good;
  r.recipe.potential = "bukingham";
  CHECK_THAT(message(r), Contains("did you mean 'buckingham'"));
  r = good;
  r.formula = parse_formula("Li3PO4");
  CHECK_THAT(message(r), Contains("LiF"));
  r = good;
  r.recipe.potential = "no-such-model.pb";
  CHECK_THAT(message(r), Contains("no-such-model.pb"));
  r = good;
  r.recipe.potential = std::string(LAMELLA_SOURCE_DIR) + "/structures/potential/first-pass.dp";
  r.formula = parse_formula("Al2O3");
  CHECK_THAT(message(r), Contains("does not know Al") && Contains("Li, Co, O, P, S, Cl, F"));
  r.recipe.potential = "pair_style buck/coul/long 8.0; pair_coeff 1 2 1633.0 0.27 0.0; kspace_style pppm 1e-3";
  CHECK_THAT(message(r), Contains("LAMMPS refuses these lines for Al2O3"));
  r = good;
  r.plane << 30.0, 0.0, 0.0, 2.9;
  CHECK_THAT(message(r), Contains("cell") && Contains("cut-off"));
  r = good;
  r.recipe.method = "bulck";
  CHECK_THAT(message(r), Contains("did you mean 'bulk'"));
  r = good;
  r.recipe.regular_t = 0.0;
  CHECK_THAT(message(r), Contains("quench.regular_t"));
  r = good;
  r.recipe.density = 12.0;
  CHECK_THAT(message(r), Contains("quench.density") && Contains("12 g/cm3"));
  r.recipe.density = 0.2;
  CHECK_THAT(message(r), Contains("quench.density") && Contains("0.2 g/cm3"));
}
