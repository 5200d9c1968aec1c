// Every call of a run that changes a file, made to fail in turn: a full disk from there on, an input/output error of that call
// alone, a kill in the middle of it. What fails must say so; the last checkpoint must be whole; the resumed run must be the
// uninterrupted one. The long version goes through all calls: LAMELLA_FAULTS_EVERY=1.
#include <catch2/catch.hpp>

#include <sstream>

#include "runner/checkpoint.hpp"
#include "tests/runner/lithium_fluoride.hpp"
#include "tests/runner/run_program.hpp"

// What fails here is the disk, not the program's memory: a sanitized program would only be slower.
#ifndef __SANITIZE_ADDRESS__

using namespace lamella;
namespace fs = std::filesystem;

namespace {

const std::vector<std::string> kWords = {"--protocol", "npt", "--threads", "1", "--checkpoint", "20", "--quiet", "--steps", "60"};

test::Outcome run(const fs::path& folder, const std::vector<std::string>& more, std::map<std::string, std::string> environment = {}) {
  std::vector<std::string> words = kWords;
  words.insert(words.end(), more.begin(), more.end());
  return test::run_program(folder, words, {-1, SIGKILL, RLIM_INFINITY, std::move(environment), {}});
}

std::map<std::string, std::string> fault(const fs::path& folder, long at, const std::string& how, const std::string& trace = "") {
  return {{"LD_PRELOAD", fs::absolute(LAMELLA_FAULTS).string()}, {"ASAN_OPTIONS", "verify_asan_link_order=0:detect_leaks=0"},
          {"FAULT_UNDER", (fs::canonical(folder) / "run").string()}, {"FAULT_AT", std::to_string(at)}, {"FAULT_HOW", how}, {"FAULT_TRACE", trace}};
}

struct Reference {
  std::vector<std::string> calls;  // kind and file of each, in order
  std::map<std::string, std::string> files;
  long safe_step(long at) const {  // of the last checkpoint that is in place before call `at`
    long step = 0;
    for (long k = 0; k < at - 1; ++k) step += calls[k] == "rename checkpoint" ? 20 : 0;
    return step;
  }
};

const Reference& reference() {
  static const Reference found = [] {
    const fs::path folder = test::fresh_folder("faultless");
    test::write_lithium_fluoride(folder);
    const test::Outcome outcome = run(folder, {}, fault(folder, 0, "EIO", (folder / "trace.txt").string()));
    INFO(outcome.said);
    REQUIRE(outcome.status == 0);
    Reference seen;
    seen.files = test::outputs(folder);
    std::istringstream lines(read_whole_file(folder / "trace.txt"));
    for (std::string line; std::getline(lines, line);) seen.calls.push_back(line.find(".tmp") == std::string::npos ? line : line.substr(0, line.find(".tmp")));
    fs::remove_all(folder);
    return seen;
  }();
  return found;
}

long every() {
  const char* wish = std::getenv("LAMELLA_FAULTS_EVERY");
  return wish ? std::max(1L, std::atol(wish)) : 12;
}

void check_fault(long at, const std::string& how) {
  const Reference& sound = reference();
  INFO(how << " at call " << at << " of " << sound.calls.size() << ": " << sound.calls[at - 1]);
  const fs::path folder = test::fresh_folder("fault");
  test::write_lithium_fluoride(folder);
  const test::Outcome broken = run(folder, {}, fault(folder, at, how));
  INFO(broken.said);
  if (how == "KILL") {
    CHECK(broken.killed);
  } else {
    CHECK(broken.status == 1);
    CHECK(broken.said.starts_with("lamella: error: "));
  }
  std::string warning;
  const auto checkpoint = load_checkpoint(folder / "run/npt", warning);
  CHECK((checkpoint ? checkpoint->step : 0) >= sound.safe_step(at));
  CHECK(warning == "");  // none is damaged
  const test::Outcome resumed = run(folder, {checkpoint ? "--resume" : "--force"});
  INFO(resumed.said);
  REQUIRE(resumed.status == 0);
  CHECK(test::outputs(folder) == sound.files);
  fs::remove_all(folder);
}

}  // namespace

TEST_CASE("a fault at any call that changes a file gives an error and a whole checkpoint that the run goes on from") {
  const long calls = static_cast<long>(reference().calls.size());
  REQUIRE(calls > 30);
  WARN(calls << " calls, every " << every() << "th tried");
  const char* hows[] = {"ENOSPC", "EIO", "KILL"};
  for (long at = 1, turn = 0; at <= calls; at += every(), ++turn)
    for (int k = 0; k < 3; ++k)
      if (every() == 1 || turn % 3 == k) check_fault(at, hows[k]);
}

TEST_CASE("a kill and a failing rename at every step of putting a checkpoint in place") {
  const Reference& sound = reference();
  // The last checkpoint's calls: from the write of checkpoint.next to the second rename.
  long last = static_cast<long>(sound.calls.size());
  while (last > 0 && sound.calls[last - 1] != "rename checkpoint") --last;
  REQUIRE(last > 0);
  CHECK(sound.calls[last - 2].starts_with("rename checkpoint.previous"));
  for (const char* how : {"EIO", "KILL"})
    for (long at = last - 1; at <= last; ++at) check_fault(at, how);
}

#endif
