#include <catch2/catch.hpp>

#include "base/files.hpp"
#include "small_run.hpp"
#include "tests/runner/lithium_fluoride.hpp"

namespace fs = std::filesystem;
using namespace lamella;

namespace {

/// Width, height and pixels per metre, from the chunks IHDR and pHYs.
struct Size {
  unsigned width = 0, height = 0, per_metre = 0;
};
Size size_of(const fs::path& file) {
  const std::string bytes = read_whole_file(file);
  const auto word = [&](std::size_t at) {
    unsigned value = 0;
    for (std::size_t k = 0; k < 4; ++k) value = value << 8 | static_cast<unsigned char>(bytes[at + k]);
    return value;
  };
  const std::size_t phys = bytes.find("pHYs");
  REQUIRE(bytes.substr(1, 3) == "PNG");
  REQUIRE(phys != std::string::npos);
  return {word(16), word(20), word(phys + 4)};
}

}  // namespace

TEST_CASE("lamella picture: the stack and chosen frames, publication size, the frames differ, the same bytes twice") {
  const fs::path folder = test::fresh_folder("pictures");
  write_small_run(folder, 12);
  std::string output;
  REQUIRE(run_lamella("picture " + folder.string(), &output) == 0);
  const fs::path stack = folder / "pictures/stack.png";
  CHECK(output == stack.string() + "\n");
  CHECK(size_of(stack).width <= 1004 + 2);  // 85 mm at 300 dpi
  CHECK(size_of(stack).per_metre == Approx(300 / 0.0254).margin(1));
  REQUIRE(run_lamella("picture " + folder.string() + " --protocol reaction --frames 0,5,last", &output) == 0);
  const std::string first = read_whole_file(folder / "pictures/reaction-000000.png"), last = read_whole_file(folder / "pictures/reaction-000011.png");
  CHECK(first != last);
  CHECK(fs::exists(folder / "pictures/reaction-000005.png"));
  CHECK(!fs::exists(folder / "pictures/reaction-000001.png"));
  const std::string dump = (folder / "run/reaction/reaction.lammpstrj").string();
  REQUIRE(run_lamella("picture " + dump + " --layers " + (folder / "stack.extxyz").string() + " -q -o " + (folder / "other").string(), &output) == 0);
  CHECK(read_whole_file(folder / "other/reaction-000011.png") == last);
  REQUIRE(run_lamella("picture " + folder.string() + " --width 170 --dpi 600 --along c --colour layer --no-legend -q", &output) == 0);
  CHECK(size_of(stack).per_metre == Approx(600 / 0.0254).margin(1));
  for (const auto& [words, wanted] : {std::pair{"--frames 12", "no such frame"}, {"--frames x", "no such frame"}, {"--along d", "not a lattice vector"}, {"--colour red", "unknown"}, {"--protocol diffusion", "no trajectory"}}) {
    INFO(words);
    CHECK(run_lamella("picture " + folder.string() + " " + words, &output) == 2);
    CHECK_THAT(output, Catch::StartsWith("lamella: error: ") && Catch::Contains(wanted));
  }
  fs::remove_all(folder);
}
