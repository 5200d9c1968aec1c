#include <catch2/catch.hpp>

#include <cmath>
#include <cstdlib>

#include "amorph/layer.hpp"
#include "amorph/layer_file.hpp"
#include "amorph/recipe.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

/// A rock-salt slab of LiF, (001) up, `planes` high, on a square cell of 2 x 2 cubes, turned by `turn`.
Slab rock_salt(int planes, double turn) {
  constexpr double half = 2.02;  // A
  Slab s;
  const Mat2 rotation = Eigen::Rotation2Dd(turn).toRotationMatrix();
  s.plane = 4.0 * half * rotation.transpose();
  s.thickness = planes * half;
  for (const char* symbol : {"Li", "F"})
    for (int z = 0; z < planes; ++z)
      for (int x = 0; x < 4; ++x)
        for (int y = 0; y < 4; ++y)
          if (((x + y + z) % 2 == 0) == (symbol[0] == 'L')) {
            const Vec2 xy = rotation * Vec2(half * x, half * y);
            s.elements.push_back(Element::from_symbol(symbol));
            s.positions.emplace_back(xy.x(), xy.y(), half * z);
          }
  return s;
}

LayerRequest between_crystals() {
  LayerRequest r;
  r.formula = parse_formula("LiF");
  r.thickness = 3.0;
  r.recipe.method = "confined";
  r.recipe.potential = std::string(LAMELLA_SOURCE_DIR) + "/structures/potential/first-pass.dp";
  r.recipe.density = 2.0;
  r.recipe.rate = 1e16;
  r.recipe.hold = 1.6;
  r.recipe.final_hold = 0.1;
  r.recipe.release = 0.05;
  r.recipe.rewinds = 1;  // three planes between crystals are in register with them in any case
  r.between = Confinement{rock_salt(2, 0.4), rock_salt(2, 0.4), 2.0};
  r.plane = r.between->below.plane;
  r.seed = 3;
  return r;
}

}  // namespace

TEST_CASE("a layer melted between held crystals: its own atoms, its place, the same bytes at any thread count") {
  setenv("LAMELLA_CACHE", "off", 1);
  const LayerRequest request = between_crystals();
  setenv("OMP_NUM_THREADS", "1", 1);
  const AmorphousLayer layer = make_amorphous_layer(request, {});
  setenv("OMP_NUM_THREADS", "3", 1);
  CHECK(layer_file_text(make_amorphous_layer(request, {})) == layer_file_text(layer));
  unsetenv("OMP_NUM_THREADS");
  const auto& p = layer.proof;
  CHECK(p.at("method") == "confined");
  CHECK(p.at("between_gap") == 2.0);
  CHECK(p.at("stages").at(0).at("msd").at("F").get<double>() > 4.0);
  CHECK(p.at("release").at("free_crystal_atoms").get<long>() == 2 * 2 * 16);
  CHECK(p.at("release").at("farthest").get<double>() > 0.0);
  for (const auto& [element, moved] : p.at("release").at("rms_displacement").items()) CHECK(moved.get<double>() > 0.0);  // only of elements that were freed
  CHECK(reduced(formula_of(layer.slab.elements)) == request.formula);
  CHECK(layer.slab.plane == request.plane);
  CHECK(std::abs(layer.density - 2.0) < 1e-9);
  // Between the crystals' outermost planes, half a gap beyond either face, and no atom on a crystal's.
  for (const Cartesian& r : layer.slab.positions) CHECK((r.z() > -1.0 && r.z() < layer.slab.thickness + 1.0));
  Structure stack;
  Mat3 rows = Mat3::Zero();
  rows.topLeftCorner<2, 2>() = request.plane;
  rows(2, 2) = 40.0;
  stack.cell = Cell(rows);
  stack.positions = layer.slab.positions;
  for (const Cartesian& r : request.between->below.positions) stack.positions.push_back(r + Cartesian(0.0, 0.0, 20.0 - 1.0 - 2.02 - 20.0));
  for (const Cartesian& r : request.between->above.positions) stack.positions.push_back(r + Cartesian(0.0, 0.0, layer.slab.thickness + 1.0));
  double shortest = 10.0;
  for (const auto& list : neighbour_lists(stack.cell, stack.positions, 3.0))
    for (const Neighbour& n : list) shortest = std::min(shortest, n.distance);
  CHECK(shortest > 1.4);
  CHECK(shortest < 2.2);
}

TEST_CASE("a confined melt without crystals, or with a potential that does not know them, is refused") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest alone = between_crystals();
  alone.between.reset();
  CHECK_THROWS_WITH(make_amorphous_layer(alone, {}), Catch::Contains("between two crystals"));
  LayerRequest strangers = between_crystals();
  strangers.between->below.elements[0] = Element::from_symbol("Zr");
  CHECK_THROWS_WITH(make_amorphous_layer(strangers, {}), Catch::Contains("Zr"));
  strangers.recipe.potential = "buckingham";
  CHECK_THROWS_WITH(make_amorphous_layer(strangers, {}), Catch::Contains("confine"));
}
