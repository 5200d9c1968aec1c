#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/analysis_selection.hpp"
#include "builder/analyze.hpp"
#include "small_run.hpp"

namespace fs = std::filesystem;
using namespace lamella;
using json = nlohmann::json;

namespace {

struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("lamella_test_analyze" + std::to_string(::getpid()));
  Scratch() {
    fs::remove_all(folder);
    fs::create_directories(folder);
  }
  ~Scratch() { fs::remove_all(folder); }
};

std::string first_line(const fs::path& file) {
  const std::string text = read_whole_file(file);
  return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("lamella analyze DIR: every observable as csv with units, and all of it in analysis.json") {
  const Scratch scratch;
  write_small_run(scratch.folder / "stack", 120);
  std::string output;
  const std::string stack = (scratch.folder / "stack").string();
  INFO(output);
  REQUIRE(run_lamella("analyze " + stack + " --windows 3 --temperature 300", &output) == 0);
  CHECK_THAT(output, Catch::Contains("PS4 tetrahedra 4 -> 3") && Catch::Contains("D(Li:coating)") && Catch::Contains("lamella report"));
  const fs::path results = scratch.folder / "stack" / "analysis";
  CHECK(first_line(results / "rdf.csv") == "pair,window,from (ps),to (ps),r (A),g (1),coordination (1)");
  CHECK_THAT(first_line(results / "bonds.csv"), Catch::Contains("time (ps),P-S bonds (count)"));
  CHECK_THAT(first_line(results / "diffusion.csv"), Catch::Contains("D (cm^2/s)"));
  CHECK_THAT(first_line(results / "msd.csv"), Catch::Contains("MSD (A^2)"));
  CHECK_THAT(first_line(results / "profile.csv"), Catch::Contains("z (A)") && Catch::Contains("Li (1/A^3)"));
  CHECK_THAT(first_line(results / "box.csv"), Catch::Contains("volume (A^3)"));
  for (const char* name : {"events.csv", "potential.csv", "barriers.csv", "order.csv", "residence.csv"}) CHECK(fs::exists(results / name));

  const json a = json::parse(read_whole_file(results / "analysis.json"));
  CHECK(a["frames"] == 120);
  CHECK(a["time_ps"].back().get<double>() == Approx(11.9));
  CHECK(a["protocol"] == "reaction");
  CHECK(a["rdf"]["pairs"].size() == 7);
  CHECK(a["rdf"]["pairs"][0]["windows"].size() == 3);
  CHECK(a["chemistry"]["tetrahedra"][0] == 4);
  CHECK(a["chemistry"]["tetrahedra"][119] == 3);
  CHECK(a["chemistry"]["tetrahedra"][59] == 4);
  CHECK(a["chemistry"]["tetrahedra"][60] == 3);
  CHECK(a["chemistry"]["events"].size() >= 1);
  CHECK(a["box"]["strain"]["zz"].back().get<double>() == Approx(-0.01 * 119 / 120));
  // D of a walk of 0.3 A per axis and 0.1 ps: 0.45 A^2/ps.
  for (const json& d : a["diffusion"])
    if (d["group"] == "Li") CHECK(d["D"]["cm2_s"].get<double>() == Approx(0.45e-4).epsilon(0.35));
  // P-S coordination in the first window is four within 2.6 A.
  const json& ps = a["rdf"]["pairs"][1];
  REQUIRE(ps["pair"] == "P-S");
  CHECK(ps["windows"][0]["coordination"][64].get<double>() == Approx(4.0));

  SECTION("the same bytes at any number of threads, and again over the old results") {
    const std::string before = read_whole_file(results / "analysis.json");
    REQUIRE(run_lamella("analyze " + stack + " --windows 3 --temperature 300 --threads 3 -q", &output) == 0);
    CHECK(output == "");
    CHECK(read_whole_file(results / "analysis.json") == before);
  }
}

TEST_CASE("a bare trajectory, with and without types and layers") {
  const Scratch scratch;
  write_small_run(scratch.folder, 12);
  const std::string dump = (scratch.folder / "run/reaction/reaction.lammpstrj").string(), out = (scratch.folder / "out").string();
  std::string output;
  REQUIRE(run_lamella("analyze " + dump + " --pairs Li-F,P-S --r-max 15 -o " + out + " --json", &output) == 0);
  const json bare = json::parse(output);
  CHECK(bare["rdf"]["pairs"].size() == 2);
  CHECK(bare["rdf"]["pairs"][0]["r_A"].back().get<double>() == Approx(15.0 - 0.0375));
  CHECK(bare["layers"].empty());
  CHECK(bare["residence"].is_null());
  REQUIRE(run_lamella("analyze " + dump + " --layers " + (scratch.folder / "stack.extxyz").string() + " -o " + out + " --json", &output) == 0);
  CHECK(json::parse(output)["residence"]["layer"] == "coating");
  REQUIRE(run_lamella("analyze " + (scratch.folder / "stack.extxyz").string() + " -o " + out + " -q", &output) == 0);  // one frame is a trajectory too
}

TEST_CASE("lamella analyze says what is wrong, with exit status 2") {
  const Scratch scratch;
  write_small_run(scratch.folder, 4);
  const std::string folder = scratch.folder.string(), dump = folder + "/run/reaction/reaction.lammpstrj";
  auto fails = [&](const std::string& words, const std::string& wanted) {
    std::string output;
    INFO(words);
    CHECK(run_lamella("analyze " + words, &output) == 2);
    CHECK_THAT(output, Catch::StartsWith("lamella: error: ") && Catch::Contains(wanted));
  };
  fails("", "a built folder or a trajectory");
  fails(folder + "/nowhere", "cannot be read");
  fails(folder + "/run", "no stack.extxyz");
  fails(folder + " --protocol diffusion", "no trajectory under run/diffusion");
  fails(folder + " --pairs P", "not a pair");
  fails(folder + " --pairs Li:coatign-S", "did you mean 'coating'");
  fails(folder + " --pairs Ni-S", "without atoms");
  fails(folder + " --windows 0", "too small");
  fails(folder + " --lifetime 0", "lifetime");
  fails(folder + " --start 4", "no frames to analyse");
  fails(folder + " --windws 3", "did you mean '--windows'");
  fails(dump + " -o " + folder, "not empty");  // never over a folder of other files
  std::string cut = read_whole_file(dump);
  write_whole_file(dump, cut.substr(0, cut.size() - 300));
  fails(folder, "frame 3 line");
}

TEST_CASE("a coating that crystallises in its run is a warning, one that was no glass or stays one is none") {
  const Scratch scratch;
  // Zinc blende stands for the glass (four Li around F), rock salt for what becomes of it.
  const auto frame = [](double edge, double shift) {
    std::string rows = fmt::format("64\nLattice=\"{0} 0 0 0 {0} 0 0 0 {0}\" Properties=species:S:1:pos:R:3 pbc=\"T T T\"\n", 2.0 * edge);
    for (int k = 0; k < 32; ++k) {
      const double x = (k / 4 % 2) + (k % 4 == 1 || k % 4 == 2 ? 0.5 : 0.0), y = (k / 8 % 2) + (k % 4 == 1 || k % 4 == 3 ? 0.5 : 0.0), z = (k / 16) + (k % 4 >= 2 ? 0.5 : 0.0);
      rows += fmt::format("Li {} {} {}\nF {} {} {}\n", edge * x, edge * y, edge * z, edge * (x + shift), edge * (y + shift), edge * (z + shift));
    }
    return rows;
  };
  const std::string glass = frame(4.35, 0.25), crystal = frame(4.026, 0.5);
  const auto warned = [&](const std::string& frames) {
    AnalysisInput input;
    input.name = "t.extxyz";
    input.file = scratch.folder / "t.extxyz";
    input.coating = "coating";
    write_whole_file(input.file, frames);
    const Analysis a = analyze(input, {}, {});
    CHECK(analysis_json(a)["order"]["F"].back() == 32);
    return std::count_if(a.warnings.begin(), a.warnings.end(), [](const std::string& w) { return w.find("coating is no glass any more: 100 % of F have six Li around them at the end, 0 %") != std::string::npos; });
  };
  CHECK(warned(glass + glass + crystal + crystal) == 1);
  CHECK(warned(glass + crystal + glass + glass) == 0);
  CHECK(warned(crystal + crystal + crystal) == 0);
}

TEST_CASE("selections by element and layer") {
  TrajectoryAtoms atoms;
  for (int i = 0; i < 6; ++i) {
    atoms.ids.push_back(i + 1);
    atoms.elements.push_back(Element::from_symbol(i % 2 ? "Li" : "F"));
    atoms.layer_of.push_back(i / 3);
  }
  atoms.layer_names = {"low", "high"};
  CHECK(select_atoms(atoms, "Li") == std::vector<int>{1, 3, 5});
  CHECK(select_atoms(atoms, "Li:high") == std::vector<int>{3, 5});
  CHECK(select_atoms(atoms, ":low") == std::vector<int>{0, 1, 2});
  CHECK_THROWS_AS(select_atoms(atoms, "Li:middle"), Error);
  const auto pairs = chosen_pairs(atoms, {}, "");  // none of the paper's: all pairs of what there is
  REQUIRE(pairs.size() == 3);
  CHECK(pairs[1].name == "F-Li");
  CHECK(msd_groups(atoms).size() == 6);
}
