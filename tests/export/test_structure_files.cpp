#include <catch2/catch.hpp>

#include <charconv>
#include <cmath>
#include <sstream>
#include <string_view>

#include "base/error.hpp"
#include "base/random.hpp"
#include "export/shortest_decimal.hpp"
#include "export/structure_files.hpp"
#include "lattice/read_structure.hpp"
#include "stacks.hpp"

using namespace lamella;
using lamella::testing::random_stack;

namespace {

/// Largest difference of fractional coordinates, whole cells apart.
double largest_difference(const Structure& a, const Structure& b, const std::vector<std::size_t>& order) {
  double largest = 0.0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const Vec3 d = a.cell.to_fractional(a.positions[order[i]]).vec() - b.cell.to_fractional(b.positions[i]).vec();
    largest = std::max(largest, (d - d.array().round().matrix()).cwiseAbs().maxCoeff());
  }
  return largest;
}

std::vector<std::size_t> file_order(std::size_t n) {
  std::vector<std::size_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = i;
  return order;
}

/// A plain reader of what the data file says: box lines, then `id type x y z`.
Structure parse_data(const std::string& text, const TypeMap& types) {
  std::istringstream in(text);
  std::string line;
  Mat3 rows = Mat3::Zero();
  Structure structure;
  bool atoms = false;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    double low, x, y, z;
    long id, type;
    if (line.find(" xlo xhi") != std::string::npos) words >> low >> rows(0, 0);
    if (line.find(" ylo yhi") != std::string::npos) words >> low >> rows(1, 1);
    if (line.find(" zlo zhi") != std::string::npos) words >> low >> rows(2, 2);
    if (line.find(" xy xz yz") != std::string::npos) words >> rows(1, 0) >> rows(2, 0) >> rows(2, 1);
    if (line.starts_with("Atoms # atomic")) atoms = true;
    if (atoms && words >> id >> type >> x >> y >> z) {
      structure.elements.push_back(types.elements()[static_cast<std::size_t>(type - 1)]);
      structure.positions.emplace_back(x, y, z);
    }
  }
  structure.cell = Cell(rows);
  return structure;
}

}  // namespace

TEST_CASE("extxyz, POSCAR and LAMMPS data read back to the same cell, species, positions and layers on tilted stacks") {
  for (std::uint64_t seed = 1; seed <= 200; ++seed) {
    INFO("seed " << seed);
    const Structure stack = random_stack(seed);
    const std::vector<std::string> model = {"Li", "Co", "O", "P", "S", "Cl", "F"};
    const TypeMap types = seed % 2 ? TypeMap::from_structure(stack) : TypeMap::from_model(model, stack);

    const Structure xyz = parse_extxyz(extxyz_text(stack, "a \"title\" {with} traps"), "stack.extxyz");
    CHECK(xyz.cell.rows() == stack.cell.rows());
    CHECK(xyz.elements == stack.elements);
    CHECK(xyz.positions == stack.positions);
    CHECK(xyz.layer_of == stack.layer_of);
    CHECK(xyz.layer_names == stack.layer_names);

    const Structure poscar = parse_poscar(poscar_text(stack, types, "title"), "POSCAR");
    const std::vector<std::size_t> order = poscar_order(stack, types);
    REQUIRE(poscar.size() == stack.size());
    CHECK(poscar.cell.rows() == stack.cell.rows());
    for (std::size_t i = 0; i < order.size(); ++i) CHECK(poscar.elements[i] == stack.elements[order[i]]);
    CHECK(largest_difference(stack, poscar, order) < 1e-14);
    CHECK(formula_of(poscar.elements).size() == present_elements(stack, types).size());

    const Structure data = parse_data(lammps_data_text(stack, types, "title"), types);
    CHECK((data.cell.rows() - stack.cell.rows()).cwiseAbs().maxCoeff() < 1e-13);
    CHECK(std::abs(data.cell.rows()(1, 0)) <= 0.5 * data.cell.rows()(0, 0));
    CHECK(data.elements == stack.elements);
    CHECK(largest_difference(stack, data, file_order(stack.size())) < 1e-14);
  }
}

TEST_CASE("a structure without layers is one layer in extxyz, with the contract's columns") {
  Structure plain = random_stack(3);
  plain.layer_of.clear();
  plain.layer_names.clear();
  const std::string text = extxyz_text(plain);
  CHECK(text.find("Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1") != std::string::npos);
  CHECK(parse_extxyz(text, "x").layer_names == std::vector<std::string>{"all"});
}

TEST_CASE("a cell that LAMMPS refuses is an error that says which component, the exact limit is not") {
  Structure stack = random_stack(4);
  const TypeMap types = TypeMap::from_structure(stack);
  Mat3 rows = stack.cell.rows();
  rows(1, 0) = 0.5 * rows(0, 0) * (1.0 + 2e-16);
  stack.cell = Cell(rows);
  CHECK(lammps_data_text(stack, types, "t").find("box tilt large") == std::string::npos);
  rows(1, 0) = 0.7 * rows(0, 0);
  stack.cell = Cell(rows);
  CHECK(lammps_data_text(stack, types, "t").find("box tilt large") != std::string::npos);
  rows(0, 1) = 0.01;
  stack.cell = Cell(rows);
  CHECK_THROWS_WITH(lammps_data_text(stack, types, "t"), Catch::Contains("a_y"));
}

TEST_CASE("nothing is written from NaN or from layers that do not exist") {
  Structure stack = random_stack(5);
  const TypeMap types = TypeMap::from_structure(stack);
  Structure broken = stack;
  broken.positions[1][2] = std::nan("");
  CHECK_THROWS_WITH(extxyz_text(broken), Catch::Contains("atom 2"));
  CHECK_THROWS_AS(poscar_text(broken, types, ""), Error);
  broken = stack;
  broken.layer_of[0] = 7;
  CHECK_THROWS_AS(extxyz_text(broken), Error);
}

TEST_CASE("CIF says the metric and the fractional coordinates of any cell") {
  const Structure stack = random_stack(9);
  const std::string text = cif_text(stack, "LCO | LiF: 10 A");
  CHECK(text.starts_with("data_LCO_LiF_10_A\n"));
  std::istringstream in(text);
  std::string line;
  std::vector<Fractional> found;
  double a = 0.0;
  while (std::getline(in, line)) {
    std::istringstream words(line);
    std::string label, symbol;
    double x, y, z;
    if (line.starts_with("_cell_length_a")) words >> label >> a;
    if (words >> label >> symbol >> x >> y >> z) found.emplace_back(x, y, z);
  }
  CHECK(a == stack.cell.a().norm());
  REQUIRE(found.size() == stack.size());
  for (std::size_t i = 0; i < found.size(); ++i) CHECK((found[i] - stack.cell.to_fractional(stack.positions[i])).norm() < 1e-15);
}

TEST_CASE("numbers are written as std::to_chars writes them: random, round, dyadic, at powers of two and ten, negative, tiny") {
  RandomStream random(7, "test/shortest");
  const auto same = [](double value) {
    char ours[40], theirs[40];
    const std::string_view a(ours, static_cast<std::size_t>(write_shortest(ours, value) - ours)), b(theirs, static_cast<std::size_t>(std::to_chars(theirs, theirs + 40, value).ptr - theirs));
    return a == b;
  };
  long wrong = 0;
  for (int i = 0; i < 300000; ++i) {
    const double x = std::pow(10.0, random.uniform(-4.0, 6.0)), dyadic = static_cast<double>(random.below(1000000)) / static_cast<double>(1ull << random.below(30));
    const double round = static_cast<double>(random.below(1000000)) / std::pow(10.0, static_cast<double>(random.below(8)));
    for (const double value : {x, -x, dyadic, round, 8.0 + static_cast<double>(random.below(65536)) / 65536.0}) wrong += !same(value);
  }
  for (int e = -30; e < 30; ++e)
    for (double x : {std::ldexp(1.0, e), std::pow(10.0, e)})
      for (int step = 0; step < 4; ++step, x = std::nextafter(x, 1e300)) wrong += !same(x) + !same(-std::nextafter(x, 0.0));
  for (const double value : {0.0, -0.0, 1e300, 5e-324, 99999.99999999999, 0.001, 0.1 + 0.2, 1.0 / 3.0}) wrong += !same(value);
  CHECK(wrong == 0);
}
