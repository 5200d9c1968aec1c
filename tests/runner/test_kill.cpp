// A run killed at random moments, and one whose disk fills, from outside: the program itself is run.
#include <catch2/catch.hpp>
#include <csignal>
#include <map>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>

#include "base/files.hpp"
#include "base/random.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

struct Outcome {
  bool killed = false;
  int status = 0;
  std::string said;
};

// `lamella run FOLDER --protocol npt ...`, killed after `milliseconds` (negative: never), no file longer than `largest` bytes.
Outcome run_program(const fs::path& folder, std::vector<std::string> flags, int milliseconds, rlim_t largest = RLIM_INFINITY) {
  const fs::path said = folder / "said.txt";
  std::vector<std::string> words = {LAMELLA_BINARY, "run", folder.string(), "--protocol", "npt", "--threads", "1", "--checkpoint", "100", "--quiet"};
  words.insert(words.end(), flags.begin(), flags.end());
  std::fflush(nullptr);  // or the child would write it again
  const pid_t child = fork();
  if (child == 0) {
    if (!freopen(said.c_str(), "w", stderr) || !freopen("/dev/null", "w", stdout)) _exit(99);
    const rlimit limit = {largest, largest};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    std::vector<char*> argv;
    for (std::string& word : words) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(98);
  }
  Outcome outcome;
  int status = 0;
  if (milliseconds >= 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(milliseconds));
    kill(child, SIGKILL);
  }
  waitpid(child, &status, 0);
  outcome.killed = WIFSIGNALED(status);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.said = read_whole_file(said);
  return outcome;
}

bool has_checkpoint(const fs::path& folder) { return fs::exists(folder / "run/npt/checkpoint") || fs::exists(folder / "run/npt/checkpoint.next"); }

const std::vector<std::string> kSteps = {"--steps", "3000"};

std::map<std::string, std::string> outputs(const fs::path& folder) {
  std::map<std::string, std::string> files;
  for (const char* name : {"trajectory.nc", "thermo.csv", "final.data"}) files[name] = read_whole_file(folder / "run/npt" / name);
  return files;
}

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
  const fs::path folder = test::fresh_folder("killed");
  test::write_lithium_fluoride(folder);
  RandomStream random(20, "test/kill");
  int kills = 0;
  for (bool done = false; !done;) {
    std::vector<std::string> flags = kSteps;
    if (has_checkpoint(folder)) flags.push_back("--resume");
    const int wait = kills < 20 ? static_cast<int>(random.uniform(0.2, 1.0) * taken) : -1;
    const Outcome outcome = run_program(folder, flags, wait);
    INFO("kill " << kills << " after " << wait << " ms: " << outcome.said);
    REQUIRE((outcome.killed || outcome.status == 0));
    done = !outcome.killed;
    kills += outcome.killed;
  }
  INFO(kills << " kills");
  CHECK(kills > 0);
  CHECK(outputs(folder) == reference);
  fs::remove_all(folder);
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
