#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "runner/checkpoint.hpp"
#include "runner/input_script.hpp"
#include "runner/protocol_run.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

const char* kOutputs[] = {"trajectory.nc", "thermo.csv", "final.data"};

}  // namespace

TEST_CASE("a run interrupted at each of its checkpoints and resumed gives the uninterrupted run's files byte for byte") {
  const fs::path whole = test::fresh_folder("whole"), parts = test::fresh_folder("parts");
  test::write_lithium_fluoride(whole);
  test::write_lithium_fluoride(parts);
  const ProtocolRunSummary reference = run_protocol(test::npt_run(whole));
  CHECK(reference.last_step == 100);
  CHECK(reference.frames == 11);
  CHECK(reference.atoms == 64);

  ProtocolRunOptions options = test::npt_run(parts);
  options.interrupted = [] { return true; };
  int calls = 0;
  for (bool done = false; !done; ++calls) {
    REQUIRE(calls < 10);
    bool ready = false;  // the minimisation may not be interrupted: there is nothing to save yet
    options.progress = [&](const ProgressReport& report) { ready = ready || report.task == "npt"; };
    options.interrupted = [&] { return ready; };
    done = !run_protocol(options).interrupted;
    options.resume = true;
  }
  CHECK(calls == 5);
  for (const char* name : kOutputs) {
    INFO(name);
    CHECK(read_whole_file(whole / "run/npt" / name) == read_whole_file(parts / "run/npt" / name));
  }
  fs::remove_all(whole);
  fs::remove_all(parts);
}

TEST_CASE("a minimisation after the run: no frames of it, resumed to the same bytes, and more steps go on from before it") {
  const auto settled = [](const std::string& name, const std::string& steps) {
    const fs::path folder = test::fresh_folder(name);
    test::write_lithium_fluoride(folder);
    std::string input = test::lithium_fluoride_input();
    input.replace(input.find("$(0.5*v_temperature)"), 20, "${temperature}");  // a ramp would depend on the number of steps
    input.insert(input.find("write_data"), "unfix integrate\nmin_modify norm max\nminimize 0.0 0.1 100 500\nvariable largest equal fmax\nprint \"${largest}\" file largest\n");
    write_whole_file(folder / "lammps/npt.in", input);
    ProtocolRunOptions options = test::npt_run(folder);
    options.variables["steps"] = steps;
    return options;
  };
  const ProtocolRunOptions whole = settled("settled-whole", "60");
  const ProtocolRunSummary reference = run_protocol(whole);
  CHECK(reference.last_step == 60);
  CHECK(reference.frames == 7);
  CHECK(std::stod(read_whole_file(whole.folder / "run/npt/largest")) <= 0.1);
  ProtocolRunOptions parts = settled("settled-parts", "40");  // whole once, then asked for more, interrupted at every checkpoint
  CHECK(run_protocol(parts).frames == 5);
  parts.resume = true;
  parts.variables["steps"] = "60";
  for (int calls = 0;; ++calls) {
    REQUIRE(calls < 5);
    parts.interrupted = [] { return true; };
    if (!run_protocol(parts).interrupted) break;
  }
  for (const char* name : kOutputs) {
    INFO(name);
    const bool same = read_whole_file(whole.folder / "run/npt" / name) == read_whole_file(parts.folder / "run/npt" / name);
    CHECK(same);
  }
  fs::remove_all(whole.folder);
  fs::remove_all(parts.folder);
}

TEST_CASE("the same under the Deep Potential in both precisions, one rank") {
  for (const Precision precision : {Precision::mixed, Precision::double_}) {
    const fs::path whole = test::fresh_folder("deep-whole"), parts = test::fresh_folder("deep-parts");
    for (const fs::path& folder : {whole, parts}) {
      test::write_lithium_fluoride(folder);
      write_whole_file(folder / "lammps/npt.in", test::deep_lithium_fluoride_input());
    }
    ProtocolRunOptions options = test::npt_run(whole);
    options.variables["steps"] = "60";
    options.precision = precision;
    CHECK(run_protocol(options).last_step == 60);
    options.folder = parts;
    int calls = 0;
    for (bool done = false; !done && calls < 10; ++calls) {
      bool ready = false;
      options.progress = [&](const ProgressReport& report) { ready = ready || report.task == "npt"; };
      options.interrupted = [&] { return ready; };
      done = !run_protocol(options).interrupted;
      options.resume = true;
    }
    CHECK(calls == 3);
    for (const char* name : kOutputs) {
      INFO(name << ", " << (precision == Precision::mixed ? "mixed" : "double"));
      CHECK(read_whole_file(whole / "run/npt" / name) == read_whole_file(parts / "run/npt" / name));
    }
    // Once more over a finished run: nothing is left to do, nothing changes.
    const auto before = read_whole_file(parts / "run/npt/final.data");
    CHECK(run_protocol(options).last_step == 60);
    CHECK(read_whole_file(parts / "run/npt/final.data") == before);
    fs::remove_all(whole);
    fs::remove_all(parts);
  }
}

TEST_CASE("outputs that went on past the checkpoint are cut back, and a damaged checkpoint gives way to the one before") {
  const fs::path folder = test::fresh_folder("cut");
  test::write_lithium_fluoride(folder);
  const ProtocolRunOptions options = test::npt_run(folder);
  run_protocol(options);
  const fs::path out = folder / "run/npt";
  std::map<std::string, std::string> reference;
  for (const char* name : kOutputs) reference[name] = read_whole_file(out / name);
  // As if the process had been killed while it wrote frames, after which the newest checkpoint was damaged.
  std::string damaged = read_whole_file(out / "checkpoint");
  damaged[damaged.size() / 2] ^= 1;
  write_whole_file(out / "checkpoint", damaged);
  write_whole_file(out / "trajectory.nc", reference["trajectory.nc"] + std::string(1000, 'x'));
  std::string told;
  ProtocolRunOptions resumed = options;
  resumed.resume = true;
  resumed.warn = [&](const std::string& text) { told += text; };
  const ProtocolRunSummary summary = run_protocol(resumed);
  CHECK(summary.first_step == 80);
  CHECK(told.find("checksum") != std::string::npos);
  for (const char* name : kOutputs) {
    INFO(name);
    CHECK(read_whole_file(out / name) == reference[name]);
  }
  // Nothing whole left: an error, not a new start.
  write_whole_file(out / "checkpoint", damaged);
  write_whole_file(out / "checkpoint.previous", damaged.substr(0, 100));
  CHECK_THROWS_AS(run_protocol(resumed), Error);
  fs::remove_all(folder);
}

TEST_CASE("a run that stands is not overwritten unasked, another model, input or precision cannot resume it") {
  const fs::path folder = test::fresh_folder("stands");
  test::write_lithium_fluoride(folder);
  ProtocolRunOptions options = test::npt_run(folder);
  options.variables["steps"] = "20";
  options.resume = true;
  CHECK_THROWS_WITH(run_protocol(options), Catch::Contains("nothing to resume"));
  options.resume = false;
  run_protocol(options);
  CHECK_THROWS_WITH(run_protocol(options), Catch::Contains("stands here already"));
  options.resume = true;
  options.precision = Precision::double_;
  CHECK_THROWS_WITH(run_protocol(options), Catch::Contains("precision"));
  options.precision = Precision::mixed;
  options.variables["seed"] = "8";
  CHECK_THROWS_WITH(run_protocol(options), Catch::Contains("variables"));
  options.variables.erase("seed");
  options.variables["steps"] = "40";  // more steps may be asked for
  CHECK(run_protocol(options).last_step == 40);
  options.resume = false;
  options.replace = true;
  CHECK(run_protocol(options).first_step == 0);
  options.variables["temperatur"] = "300";
  CHECK_THROWS_WITH(run_protocol(options), Catch::Contains("temperatur"));
  options.protocol = "npd";
  CHECK_THROWS_AS(run_protocol(options), Error);
  fs::remove_all(folder);
}

TEST_CASE("a run that goes wrong stops with step and atom and leaves the last whole frame") {
  const fs::path folder = test::fresh_folder("wrong");
  test::write_lithium_fluoride(folder);
  ProtocolRunOptions options = test::npt_run(folder);
  options.hottest = 100.0;  // it starts at 600 K
  try {
    run_protocol(options);
    FAIL("no error");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::while_running);
    CHECK(error.text().where == "step 10");
    CHECK(error.text().got.find("atom ") != std::string::npos);
  }
  options.hottest = 1e9;
  options.replace = true;
  options.variables["temperature"] = "5e6";
  try {
    run_protocol(options);
    FAIL("no error");
  } catch (const Error& error) {
    INFO(error.what());
    CHECK(error.failure() == Failure::while_running);
    CHECK(error.text().where.starts_with("step "));
  }
  fs::remove_all(folder);
}

TEST_CASE("a cell that grows as when a stack comes apart is a warning and one that only warms is none") {
  const fs::path folder = test::fresh_folder("grows");
  test::write_lithium_fluoride(folder);
  std::string input = test::lithium_fluoride_input();
  ProtocolRunOptions options = test::npt_run(folder);
  std::vector<std::string> told;
  options.warn = [&](const std::string& text) { told.push_back(text); };
  const ProtocolRunSummary calm = run_protocol(options);
  CHECK(told.empty());
  CHECK(calm.growth == Approx(1.0).margin(0.1));
  input.replace(input.find("z 1000 1000 1.0"), 15, "z -1e5 -1e5 0.2");
  write_whole_file(folder / "lammps/npt.in", input);
  options.replace = true;
  const double grown = run_protocol(options).growth;
  CHECK(grown > 1.15);
  REQUIRE(told.size() == 1);
  CHECK(told.front().find("coming apart") != std::string::npos);
  // Gone on with, it still measures from the first step of all and not from where it was taken up.
  options.replace = false;
  options.resume = true;
  options.variables["steps"] = "120";
  CHECK(run_protocol(options).growth > grown);
  CHECK(told.size() == 2);
  fs::remove_all(folder);
}

TEST_CASE("a dump of the input's own goes on in its file across checkpoints, no frame twice") {
  const fs::path folder = test::fresh_folder("dump");
  test::write_lithium_fluoride(folder);
  std::string input = test::lithium_fluoride_input();
  input.replace(input.find("run ${steps}"), 0, "dump mine all custom 10 mine.dump id xu yu zu\ndump_modify mine sort id\n");
  write_whole_file(folder / "lammps/npt.in", input);
  ProtocolRunOptions options = test::npt_run(folder);
  run_protocol(options);
  const std::string pieces = read_whole_file(folder / "run/npt/mine.dump");
  std::string steps;
  for (std::size_t at = 0; (at = pieces.find("ITEM: TIMESTEP\n", at)) != std::string::npos; ++at)
    steps += pieces.substr(at + 15, pieces.find('\n', at + 15) - at - 15) + " ";
  CHECK(steps == "0 10 20 30 40 50 60 70 80 90 100 ");
  fs::remove_all(folder);
}

TEST_CASE("an input is read as LAMMPS reads it: comments, continuations, quotes, sections") {
  const InputScript script = parse_input_script(
      "# top\nvariable steps index 20 # of them\n# --- system\nunits metal\nprint \"a # b\"\n# --- start\n# --- run\nfix 1 all npt &\n  temp 1 1 1\n"
      "print \"\"\"two\nlines\"\"\"\nrun ${steps}\n");
  CHECK(script.resumable);
  CHECK(index_variable(script, "steps") == "20");
  CHECK(script.system == std::vector<std::string>{"units metal", "print \"a # b\""});
  CHECK(script.start.empty());
  REQUIRE(script.run.size() == 3);
  CHECK(split_words(script.run[0]) == std::vector<std::string>{"fix", "1", "all", "npt", "temp", "1", "1", "1"});
  CHECK(script.run[1] == "print \"\"\"two\nlines\"\"\"");
  CHECK(!parse_input_script("units metal\nrun 1\n").resumable);
  CHECK(!parse_input_script("# --- system\n# --- start\n# --- run\nlabel x\nnext a\njump SELF x\n").resumable);
  CHECK(!parse_input_script("# --- system\n# --- start\n# --- run\nfix a all ave/time 1 1 1 c_x file x.txt\n").resumable);
}

TEST_CASE("checkpoints read back, and any damaged byte is found") {
  Checkpoint checkpoint;
  checkpoint.protocol = "relax";
  checkpoint.step = 1200;
  checkpoint.trajectory = {13, 4711};
  checkpoint.restart = std::string("binary\0\n bytes", 14);
  const std::string bytes = checkpoint_bytes(checkpoint);
  const Checkpoint back = parse_checkpoint(bytes, "test");
  CHECK(back.step == 1200);
  CHECK(back.trajectory.bytes == 4711);
  CHECK(back.restart == checkpoint.restart);
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    std::string bad = bytes;
    bad[i] ^= 0x10;
    CHECK_THROWS_AS(parse_checkpoint(bad, "test"), Error);
    CHECK_THROWS_AS(parse_checkpoint(bytes.substr(0, i), "test"), Error);
  }
}
