// Runs that go wrong, each in its own way: they stop, say at which step and by which atoms, and leave a frame to look at.
#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "runner/protocol_run.hpp"
#include "tests/runner/lithium_fluoride.hpp"
#include "tests/runner/reference_sets.hpp"
#include "tests/runner/run_program.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

/// The classical input, changed by replacing words.
fs::path folder_with(const std::string& name, std::vector<std::pair<std::string, std::string>> changes, std::string input = test::lithium_fluoride_input()) {
  const fs::path folder = test::fresh_folder(name);
  test::write_lithium_fluoride(folder);
  for (const auto& [from, to] : changes) {
    const std::size_t at = input.find(from);
    REQUIRE(at != std::string::npos);
    input.replace(at, from.size(), to);
  }
  write_whole_file(folder / "lammps/npt.in", input);
  return folder;
}

/// Without the limit of temperature, which has a test of its own.
ProtocolRunOptions options_for(const fs::path& folder) {
  ProtocolRunOptions options = test::npt_run(folder);
  options.hottest = 1e9;
  return options;
}

/// Runs, expecting a failure; its whole message.
std::string failure_of(const ProtocolRunOptions& options) {
  try {
    run_protocol(options);
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::while_running);
    CHECK(error.text().where.starts_with("step "));
    return error.what();
  }
  FAIL("no error");
  return "";
}

void check_frame(const fs::path& folder, const std::string& step) {
  const std::string frame = read_whole_file(folder / "run/npt/failed.extxyz");
  CHECK(frame.substr(0, 3) == "64\n");
  CHECK_THAT(frame, Catch::Contains(step) && Catch::Contains("upper"));
}

}  // namespace

TEST_CASE("a force that is not a number stops the run with the atom and the last whole frame") {
  const fs::path folder = folder_with("nan", {{"run ${steps}", "variable bad atom exp(800*(step>45))-exp(800*(step>45))\ngroup one id 5\nfix poison one addforce v_bad 0 0\nrun ${steps}"}});
  const std::string said = failure_of(options_for(folder));
  INFO(said);
  CHECK_THAT(said, Catch::Contains("atom 5 (") && Catch::Contains("layer lower") && Catch::Contains("at step 40 at "));
  check_frame(folder, "step 40");
  fs::remove_all(folder);
}

TEST_CASE("a lost atom is named by id and layer and last position") {
  const fs::path folder = folder_with("lost", {{"boundary p p p", "boundary p p f"}, {"pair_style buck/coul/long 6.0\nkspace_style ewald 1e-5", "pair_style buck/coul/cut 6.0"},
                                               {"minimize 0.0 1.0e-2 20 100", ""}, {"run ${steps}", "group one id 4\nvelocity one set 0 0 700 units box\nrun ${steps}"}});
  std::string input = read_whole_file(folder / "lammps/npt.in"), data = read_whole_file(folder / "lammps/stack.data");
  const std::size_t fix = input.find("fix integrate"), end = input.find("group one");
  input.replace(fix, end - fix, "fix integrate all nve\n");
  write_whole_file(folder / "lammps/npt.in", input);
  const std::size_t box = data.find("0 8.2 zlo"), tilt = data.find("1.3 0.4 -0.7 xy xz yz\n");
  REQUIRE(tilt != std::string::npos);
  data.replace(tilt, 22, "");
  data.replace(box, 9, "-5 14 zlo");
  write_whole_file(folder / "lammps/stack.data", data);
  const std::string said = failure_of(options_for(folder));
  INFO(said);
  CHECK_THAT(said, Catch::Contains("1 atoms lost") && Catch::Contains("atom 4 (") && Catch::Contains("layer upper") && Catch::Contains(", at step "));
  check_frame(folder, "step ");
  fs::remove_all(folder);
}

TEST_CASE("a temperature that runs away stops the run with its fastest atom") {
  const fs::path folder = folder_with("hot", {{"run ${steps}", "group one id 7\nfix push one addforce 60 0 0\nrun ${steps}"}});
  ProtocolRunOptions options = options_for(folder);
  options.hottest = 3000.0;
  const std::string said = failure_of(options);
  INFO(said);
  CHECK_THAT(said, Catch::Contains("the temperature runs away") && Catch::Contains("atom 7 (") && Catch::Contains("up to 3000 K"));
  check_frame(folder, "step ");
  fs::remove_all(folder);
}

TEST_CASE("models that disagree beyond the limit stop the run with the atom they disagree about most") {
  std::string input = test::deep_lithium_fluoride_input();
  const fs::path folder = folder_with("disagree", {{"pair_coeff * * Li F", "pair_coeff * * Li P"}, {"pair_style deepmd ${model}", "pair_style deepmd ${model} out_freq 10"}, {"minimize 0.0 1.0e-2 5 20", ""}}, input);
  ProtocolRunOptions options = options_for(folder);
  options.models = {test::reference_model_path("davg_zero.pb"), test::reference_model_path("float32.pb")};
  options.largest_deviation = 1e-5;
  const std::string said = failure_of(options);
  INFO(said);
  CHECK_THAT(said, Catch::Contains("the models disagree") && Catch::Contains("max_devi_f") && Catch::Contains("atom "));
  check_frame(folder, "step ");
  fs::remove_all(folder);
}

TEST_CASE("a run that begins with other atoms than the stack names those that are missing") {
  const fs::path folder = test::fresh_folder("census");
  test::write_lithium_fluoride(folder);
  std::string data = read_whole_file(folder / "lammps/stack.data");
  const std::size_t line = data.find("\n23 ");
  data.erase(line, data.find('\n', line + 1) - line);
  data.replace(data.find("64 atoms"), 8, "63 atoms");
  write_whole_file(folder / "lammps/stack.data", data);
  const auto refused = [&](const std::string& wanted) {
    try {
      run_protocol(options_for(folder));
      FAIL("no error");
    } catch (const Error& error) {
      INFO(error.what());
      CHECK(error.failure() == Failure::bad_input);
      CHECK_THAT(error.what(), Catch::Contains(wanted) && Catch::Contains("lower 32, upper 32"));
    }
  };
  refused("1 missing, 0 too many: atom 23 (");
  // A stranger's data: two atoms have changed places.
  test::write_lithium_fluoride(folder);
  data = read_whole_file(folder / "lammps/stack.data");
  const std::size_t first = data.find("\n9 1 "), second = data.find("\n10 2 ");
  REQUIRE((first != std::string::npos && second != std::string::npos));
  data[first + 3] = '2';
  data[second + 4] = '1';
  write_whole_file(folder / "lammps/stack.data", data);
  CHECK_THROWS_WITH(run_protocol(options_for(folder)), Catch::Contains("another element than in the stack") && Catch::Contains("atom 9 ("));
  fs::remove_all(folder);
}

TEST_CASE("Ctrl-C saves and leaves with 130 and the resumed run is the uninterrupted one") {
  const fs::path whole = test::fresh_folder("undisturbed"), stopped = test::fresh_folder("stopped");
  test::write_lithium_fluoride(whole);
  test::write_lithium_fluoride(stopped);
  const std::vector<std::string> words = {"--protocol", "npt", "--threads", "1", "--checkpoint", "50", "--steps", "2000"};
  const auto with = [&](const char* word) {
    std::vector<std::string> more = words;
    more.push_back(word);
    return more;
  };
  REQUIRE(test::run_program(whole, words).status == 0);
  test::Circumstances after_a_checkpoint;
  after_a_checkpoint.signal = SIGINT;
  after_a_checkpoint.file = stopped / "run/npt/checkpoint";
  const test::Outcome outcome = test::run_program(stopped, words, after_a_checkpoint);
  INFO(outcome.said << outcome.told);
  CHECK(outcome.status == 130);
  CHECK_THAT(outcome.said, Catch::Contains("saved at step ") && Catch::Contains("--resume"));
  const test::Outcome resumed = test::run_program(stopped, with("--resume"));
  INFO(resumed.said);
  CHECK(resumed.status == 0);
  CHECK(test::outputs(stopped) == test::outputs(whole));
  fs::remove_all(whole);
  fs::remove_all(stopped);
}

TEST_CASE("progress tells steps and ns per day and time left and temperature and pressure") {
  const fs::path folder = test::fresh_folder("progress");
  test::write_lithium_fluoride(folder);
  ProtocolRunOptions options = options_for(folder);
  std::vector<ProgressReport> reports;
  options.progress = [&](const ProgressReport& report) { reports.push_back(report); };
  run_protocol(options);
  const auto running = std::find_if(reports.rbegin(), reports.rend(), [](const ProgressReport& r) { return r.task == "npt"; });
  REQUIRE(running != reports.rend());
  CHECK(running->fraction == Approx(1.0));
  for (const char* word : {"step 100 of 100", "ns/day", "0:00:0", " left", " K", " bar"}) CHECK_THAT(running->detail, Catch::Contains(word));
  fs::remove_all(folder);
}
