// A run killed at random moments, and one whose disk fills, from outside: the program itself is run.
#include <catch2/catch.hpp>

#include "base/random.hpp"
#include "tests/runner/lithium_fluoride.hpp"
#include "tests/runner/run_program.hpp"

using namespace lamella;
using lamella::test::has_checkpoint;
using lamella::test::Outcome;
using lamella::test::outputs;
namespace fs = std::filesystem;

namespace {

// `lamella run FOLDER --protocol npt ...`, killed after `milliseconds` (negative: never), no file longer than `largest` bytes.
Outcome run_program(const fs::path& folder, const std::vector<std::string>& flags, int milliseconds, rlim_t largest = RLIM_INFINITY) {
  std::vector<std::string> words = {"--protocol", "npt", "--threads", "1", "--checkpoint", "100", "--quiet"};
  words.insert(words.end(), flags.begin(), flags.end());
  return test::run_program(folder, words, {milliseconds, SIGKILL, largest, {}, {}});
}

const std::vector<std::string> kSteps = {"--steps", "3000"};

const std::map<std::string, std::string>& uninterrupted(int* milliseconds = nullptr) {
  static int taken = 0;
  static const std::map<std::string, std::string> files = [] {
    const fs::path folder = test::fresh_folder("uninterrupted");
    test::write_lithium_fluoride(folder);
    const auto start = std::chrono::steady_clock::now();
    const Outcome outcome = run_program(folder, kSteps, -1);
    taken = static_cast<int>(std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - start).count());
    INFO(outcome.said);
    REQUIRE(outcome.status == 0);
    const auto written = outputs(folder);
    fs::remove_all(folder);
    return written;
  }();
  if (milliseconds) *milliseconds = taken;
  return files;
}

}  // namespace

TEST_CASE("a run killed at random moments and resumed gives the uninterrupted run's files byte for byte") {
  int taken = 0;
  const auto& reference = uninterrupted(&taken);
  const char* wish = std::getenv("LAMELLA_KILLS");  // the long version: 20
  const int wanted = wish ? std::atoi(wish) : 4;
  RandomStream random(20, "test/kill");
  int kills = 0, rounds = 0;
  for (; kills < wanted && rounds < 50; ++rounds) {  // killed again and again until it comes to its end, then anew
    const fs::path folder = test::fresh_folder("killed");
    test::write_lithium_fluoride(folder);
    for (bool done = false; !done;) {
      std::vector<std::string> flags = kSteps;
      if (has_checkpoint(folder)) flags.push_back("--resume");
      else if (fs::exists(folder / "run")) flags.push_back("--force");
      const int wait = kills < wanted ? static_cast<int>(random.uniform(0.1, 0.9) * taken) : -1;
      const Outcome outcome = run_program(folder, flags, wait);
      INFO("kill " << kills << " after " << wait << " ms: " << outcome.said);
      REQUIRE((outcome.killed || outcome.status == 0));
      done = !outcome.killed;
      kills += outcome.killed;
    }
    CHECK(outputs(folder) == reference);
    fs::remove_all(folder);
  }
  WARN(kills << " kills in " << rounds << " runs");
  CHECK(kills >= wanted);
}

TEST_CASE("a disk that fills gives an error, the last checkpoint stays, and the resumed run is the uninterrupted one") {
  const auto& reference = uninterrupted();
  for (const rlim_t largest : {2000, 12000, 40000, 100000}) {
    INFO(largest << " bytes");
    const fs::path folder = test::fresh_folder("full");
    test::write_lithium_fluoride(folder);
    const Outcome full = run_program(folder, kSteps, -1, largest);
    INFO(full.said);
    CHECK(full.status == 1);
    CHECK(full.said.starts_with("lamella: error: "));
    std::vector<std::string> flags = kSteps;
    flags.push_back(has_checkpoint(folder) ? "--resume" : "--force");
    const Outcome resumed = run_program(folder, flags, -1);
    INFO(resumed.said);
    REQUIRE(resumed.status == 0);
    CHECK(outputs(folder) == reference);
    fs::remove_all(folder);
  }
}
