#include <catch2/catch.hpp>

#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <filesystem>
#include <functional>

#include "amorph/layer_file.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "builder/glass.hpp"
#include "builder/manifest.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

/// Hexagonal in the plane, so that a copy's shift is along neither axis alone; the glass comes from a file.
const std::string coated = R"(seed = 3
[cell]
max_area = 70.0
min_length = 5.0
boundary = "double"
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 1, 1]
thickness = 6.0
[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 8.0
structure = "glass.extxyz"
[[layer]]
name = "second"
crystal = "LiF"
miller = [1, 1, 1]
thickness = 6.0
vacancies = [ { species = "Li", fraction = 0.25 } ]
)";

/// Anything but periodic at less than its own cell: ions on a jittered grid, species at random.
AmorphousLayer made_up_glass(const Mat2& plane, double thickness) {
  RandomStream random(11, "test/glass");
  AmorphousLayer glass;
  glass.slab.plane = plane;
  glass.slab.thickness = thickness;
  const int steps = 3;
  for (int i = 0; i < steps; ++i)
    for (int j = 0; j < steps; ++j)
      for (int k = 0; k < 2; ++k) {
        const Vec2 xy = plane.transpose() * Vec2((i + 0.1 * random.uniform()) / steps, (j + 0.1 * random.uniform()) / steps);
        glass.slab.elements.push_back(Element::from_symbol((i + j + k) % 2 ? "Li" : "F"));
        glass.slab.positions.emplace_back(xy.x(), xy.y(), 2.0 + 4.0 * k + 0.2 * random.uniform());
      }
  glass.density = 2.0;
  glass.proof = {{"method", "made up"}};
  return glass;
}

struct Folder {
  std::filesystem::path path = std::filesystem::temp_directory_path() / ("lamella_tiling_" + std::to_string(::getpid()));
  Folder() { std::filesystem::create_directories(path); }
  ~Folder() { std::filesystem::remove_all(path); }
};

}  // namespace

TEST_CASE("a stack tiled from a smaller glass: every atom is a copy, the manifest says of how many, vacancies are drawn anew in each") {
  const Folder folder;
  const auto specified = [&](const std::vector<std::string>& set) { return parse_specification(coated, "spec.toml", folder.path, set); };
  const std::vector<std::string> whole{"second.vacancies.Li=0"};
  write_whole_file(folder.path / "glass.extxyz", layer_file_text(made_up_glass(plan_stack(specified(whole)).match.cell, 8.0)));

  const std::array<int, 2> repeat{2, 3};
  std::vector<std::string> words = whole;
  words.push_back("cell.repeat=[2,3]");
  const Stack one = build_stack(specified(whole), {}), six = build_stack(specified(words), {});
  const Structure &small = one.assembled.structure, &big = six.assembled.structure;
  REQUIRE(big.size() == 6 * small.size());
  CHECK((big.cell.rows().row(0) - 2.0 * small.cell.rows().row(0)).norm() < 1e-9);
  CHECK((big.cell.rows().row(1) - 3.0 * small.cell.rows().row(1)).norm() < 1e-9);
  CHECK((big.cell.rows().row(2) - small.cell.rows().row(2)).norm() < 1e-9);
  // Each atom of the small stack, moved by each of the six lattice vectors, is an atom of the big one, of the same layer.
  const NeighbourGrid grid(big.cell, big.positions, 0.5);
  std::vector<int> met(big.size(), 0);
  for (std::size_t a = 0; a < small.size(); ++a)
    for (int i = 0; i < repeat[0]; ++i)
      for (int j = 0; j < repeat[1]; ++j) {
        const Vec3 shift = i * small.cell.rows().row(0) + j * small.cell.rows().row(1);
        std::vector<Neighbour> near;
        grid.around_point(big.cell.wrapped(Cartesian(small.positions[a].vec() + shift)), near);
        const auto same = std::find_if(near.begin(), near.end(), [](const Neighbour& n) { return n.distance < 1e-6; });
        REQUIRE(same != near.end());
        const auto index = static_cast<std::size_t>(same->index);
        CHECK(big.elements[index] == small.elements[a]);
        CHECK(big.layer_of[index] == small.layer_of[a]);
        ++met[index];
      }
  CHECK(std::all_of(met.begin(), met.end(), [](int n) { return n == 1; }));

  const auto manifest = manifest_json(six, {});
  for (const auto& layer : manifest.at("match").at("layers")) {
    CHECK(layer.at("residual").get<double>() < 1e-9);
    CHECK(layer.at("principal").size() == 2);
  }
  for (const std::size_t layer : {std::size_t{1}, std::size_t{3}}) {  // the coating and its repetition at the other seam
    CHECK(manifest.at("layers").at(layer).at("tiled").at("made_atoms") == 18);
    CHECK(manifest.at("layers").at(layer).at("tiled").at("repeat") == std::vector<int>{2, 3});
    CHECK(manifest.at("layers").at(layer).at("atoms") == 6 * 18);
  }
  CHECK_FALSE(manifest.at("layers").at(0).contains("tiled"));  // a crystal is cut, not tiled from anything smaller than itself
  CHECK_FALSE(manifest_json(one, {}).at("layers").at(1).contains("tiled"));
  REQUIRE(six.audit.min_distance.size() == one.audit.min_distance.size());
  for (const auto& [pair, distance] : one.audit.min_distance) CHECK(six.audit.min_distance.at(pair) == Approx(distance).margin(1e-9));

  // Vacancies: a quarter of the big layer, not the same quarter six times.
  const Stack few = build_stack(specified({}), {}), many = build_stack(specified({"cell.repeat=[2,3]"}), {});
  CHECK(many.layers[2].vacancies.at(0).of == 6 * few.layers[2].vacancies.at(0).of);
  CHECK(many.layers[2].vacancies.at(0).removed == std::lround(0.25 * static_cast<double>(many.layers[2].vacancies.at(0).of)));
  std::vector<int> left;  // Li of each copy
  for (int i = 0; i < repeat[0]; ++i)
    for (int j = 0; j < repeat[1]; ++j) {
      int count = 0;
      for (std::size_t a = 0; a < many.assembled.structure.size(); ++a) {
        const Fractional f = many.assembled.structure.cell.to_fractional(many.assembled.structure.positions[a]);
        count += many.assembled.structure.layer_of[a] == 2 && static_cast<int>(f.x() * repeat[0]) == i && static_cast<int>(f.y() * repeat[1]) == j;
      }
      left.push_back(count);
    }
  CHECK(std::adjacent_find(left.begin(), left.end(), std::not_equal_to<>()) != left.end());
}
