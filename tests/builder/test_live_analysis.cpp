// Observables taken while a run runs are those of its trajectory afterwards.
#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "small_run.hpp"
#include "tests/runner/lithium_fluoride.hpp"

namespace fs = std::filesystem;
using namespace lamella;

namespace {

void check_same_files(const fs::path& live, const fs::path& later) {
  int files = 0;
  for (const auto& entry : fs::directory_iterator(later)) {
    INFO(entry.path().filename());
    CHECK(read_whole_file(live / entry.path().filename()) == read_whole_file(entry.path()));
    ++files;
  }
  CHECK(files > 8);
}

}  // namespace

TEST_CASE("lamella run --analyze says what lamella analyze says afterwards byte for byte, after a resume too") {
  const fs::path folder = test::fresh_folder("live"), later = test::fresh_folder("later");
  test::write_lithium_fluoride(folder);
  const std::string words = "run " + folder.string() + " --protocol npt --threads 1 --checkpoint 20 --analyze";
  std::string output;
  SECTION("in one go") {
    INFO(output);
    REQUIRE(run_lamella(words + " --json", &output) == 0);
    const auto summary = nlohmann::json::parse(output.substr(output.find('{')));
    CHECK(summary["atoms_by_layer"] == nlohmann::json{{"lower", 32}, {"upper", 32}});
    CHECK(summary["analysis_seconds"].get<double>() > 0.0);
  }
  SECTION("begun without, resumed with") {
    REQUIRE(run_lamella("run " + folder.string() + " --protocol npt --threads 1 --checkpoint 20 --steps 60 -q", &output) == 0);
    INFO(output);
    REQUIRE(run_lamella(words + " --resume -q", &output) == 0);
  }
  REQUIRE(run_lamella("analyze " + folder.string() + " --protocol npt --threads 1 -q -o " + later.string(), &output) == 0);
  check_same_files(folder / "analysis/npt", later);
  CHECK(nlohmann::json::parse(read_whole_file(later / "analysis.json"))["frames"] == 11);
  // The report finds it, and a later analysis takes its place.
  REQUIRE(run_lamella("report " + folder.string(), &output) == 0);
  CHECK_THAT(read_whole_file(folder / "report.html"), Catch::Contains("The npt run"));
  REQUIRE(run_lamella("analyze " + folder.string() + " -q", &output) == 0);
  CHECK(!fs::exists(folder / "analysis/npt"));
  fs::remove_all(folder);
  fs::remove_all(later);
}

TEST_CASE("an input that leaves no frames cannot be analysed while it runs") {
  const fs::path folder = test::fresh_folder("frameless");
  test::write_lithium_fluoride(folder);
  std::string output;
  CHECK(run_lamella("run " + folder.string() + " --protocol npt --set dump_every=0 --analyze", &output) == 2);
  CHECK_THAT(output, Catch::StartsWith("lamella: error: --analyze: "));
  fs::remove_all(folder);
}
