#include <catch2/catch.hpp>

#include <cstring>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"
#include "export/deepmd_data.hpp"
#include "export/npy.hpp"
#include "stacks.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

struct Scratch {
  fs::path path = fs::temp_directory_path() / ("lamella_deepmd_" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(path); }
  ~Scratch() { fs::remove_all(path); }
};

std::vector<LabelledFrame> labelled(std::uint64_t seed, std::size_t count) {
  std::vector<LabelledFrame> frames;
  RandomStream random(seed, "test/labels");
  for (std::size_t f = 0; f < count; ++f) {
    LabelledFrame frame;
    frame.structure = testing::random_stack(seed);
    frame.structure.layer_of.clear();
    frame.structure.layer_names.clear();
    frame.energy = random.uniform(-500, 0);
    Mat3 w;
    for (int k = 0; k < 9; ++k) w(k / 3, k % 3) = random.uniform(-30, 30);
    frame.virial = w;
    for (std::size_t i = 0; i < frame.structure.size(); ++i) {
      frame.structure.positions[i] += Cartesian(random.normal(), random.normal(), random.normal()) * 0.1;
      frame.forces.emplace_back(random.normal(), random.normal(), random.normal());
    }
    frames.push_back(frame);
  }
  return frames;
}

void same(const LabelledFrame& a, const LabelledFrame& b, double tolerance) {
  CHECK(a.structure.cell.rows() == b.structure.cell.rows());
  CHECK(a.structure.elements == b.structure.elements);
  CHECK(a.structure.positions == b.structure.positions);
  CHECK(a.energy == b.energy);
  CHECK(a.forces == b.forces);
  REQUIRE(b.virial.has_value());
  CHECK((*a.virial - *b.virial).cwiseAbs().maxCoeff() <= tolerance);
}

}  // namespace

TEST_CASE("DeePMD sets read back bit for bit, several systems below one folder in the order of their paths") {
  Scratch scratch;
  const std::vector<std::string> model = {"Li", "Co", "O", "P", "S", "Cl", "F"};
  const auto first = labelled(11, 3), second = labelled(12, 2);
  write_deepmd_system(scratch.path / "b/first", first, TypeMap::from_model(model, first[0].structure));
  write_deepmd_system(scratch.path / "a", second, TypeMap::from_structure(second[0].structure));
  const auto read = read_deepmd_data(scratch.path);
  REQUIRE(read.size() == 5);
  CHECK(read[0].family == "a");
  CHECK(read[2].family == "b/first");
  for (std::size_t f = 0; f < 2; ++f) same(second[f], read[f], 0.0);
  for (std::size_t f = 0; f < 3; ++f) same(first[f], read[2 + f], 0.0);
}

TEST_CASE("labelled extxyz reads back, several frames in one file, stress as a virial") {
  Scratch scratch;
  auto frames = labelled(21, 3);
  std::string text;
  for (auto& frame : frames) {
    frame.family = "slab 1";
    text += labelled_extxyz_text(frame);
  }
  write_whole_file(scratch.path / "x.extxyz", text);
  const auto read = read_labelled_extxyz(scratch.path / "x.extxyz");
  REQUIRE(read.size() == 3);
  for (std::size_t f = 0; f < 3; ++f) {
    same(frames[f], read[f], 1e-12);
    CHECK(read[f].family == "slab 1");
  }
}

TEST_CASE("six stress numbers are Voigt's, a virial key wins over stress, absent labels stay absent") {
  Scratch scratch;
  write_whole_file(scratch.path / "x.xyz",
                   "1\nLattice=\"2 0 0 0 2 0 0 0 2\" Properties=species:S:1:pos:R:3 stress=\"1 2 3 4 5 6\"\nLi 0 0 0\n"
                   "1\nLattice=\"2 0 0 0 2 0 0 0 2\" virial=\"1 0 0 0 1 0 0 0 1\" stress=\"9 9 9 9 9 9\" energy=-1.5\nLi 0 0 0\n");
  const auto read = read_labelled_extxyz(scratch.path / "x.xyz");
  REQUIRE(read.size() == 2);
  Mat3 expected;
  expected << 1, 6, 5, 6, 2, 4, 5, 4, 3;
  CHECK(*read[0].virial == Mat3(-8.0 * expected));
  CHECK_FALSE(read[0].energy.has_value());
  CHECK(read[0].forces.empty());
  CHECK(*read[1].virial == Mat3(Mat3::Identity()));
  CHECK(*read[1].energy == -1.5);
  CHECK(read[1].family == "x");
}

TEST_CASE("broken data are errors that name the file") {
  Scratch scratch;
  const auto frames = labelled(31, 2);
  const fs::path system = scratch.path / "s";
  write_deepmd_system(system, frames, TypeMap::from_structure(frames[0].structure));
  const std::string box = read_whole_file(system / "set.000/box.npy");
  write_whole_file(system / "set.000/box.npy", box.substr(0, box.size() - 8));
  CHECK_THROWS_WITH(read_deepmd_data(scratch.path), Catch::Contains("box.npy"));
  write_whole_file(system / "set.000/box.npy", "not numpy at all");
  CHECK_THROWS_WITH(read_deepmd_data(scratch.path), Catch::Contains("not an .npy"));
  write_whole_file(system / "set.000/box.npy", box);
  fs::remove(system / "type_map.raw");
  CHECK_THROWS_WITH(read_deepmd_data(scratch.path), Catch::Contains("type_map.raw"));
  CHECK_THROWS_WITH(read_deepmd_data(scratch.path / "nowhere"), Catch::Contains("no DeePMD data"));
  auto mixed = frames;
  mixed[1].structure.elements[0] = Element::from_symbol("Co");
  CHECK_THROWS_AS(write_deepmd_system(scratch.path / "m", mixed, TypeMap::from_structure(mixed[1].structure)), Error);
}

TEST_CASE("an .npy header cut at any byte, or with wild sizes, is an error and never a crash") {
  const std::string whole = npy_bytes({{2, 3}, {1, 2, 3, 4, 5, 6}});
  CHECK(parse_npy(whole, "x").values == std::vector<double>{1, 2, 3, 4, 5, 6});
  for (std::size_t n = 0; n < whole.size(); ++n) CHECK_THROWS_AS(parse_npy(whole.substr(0, n), "x"), Error);
  RandomStream random(1, "test/npy");
  for (int trial = 0; trial < 2000; ++trial) {
    std::string broken = whole;
    for (std::uint64_t k = 1 + random.below(4); k > 0; --k) broken[random.below(128)] = static_cast<char>(random.below(256));
    try {
      const NpyArray array = parse_npy(broken, "x");
      CHECK(array.values.size() <= 12);
    } catch (const Error&) {
    }
  }
}
