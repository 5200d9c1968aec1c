#include "runner/protocol_run.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>
#include <numeric>
#include <utility>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "runner/checkpoint.hpp"
#include "runner/engine.hpp"
#include "runner/lammps_bridge.hpp"
#include "runner/memory_file.hpp"
#include "runner/pair_deepmd.hpp"
#include "runner/run_outputs.hpp"
#include "runner/run_plan.hpp"
#include "runner/run_watch.hpp"

namespace lamella {

namespace {

namespace fs = std::filesystem;

constexpr double apart = 1.15;  // times the volume at the start: more than any heating of a solid gives

// LAMMPS inputs name their files relative to where they run.
class WorkingFolder {
 public:
  explicit WorkingFolder(const fs::path& folder) : before_(fs::current_path()) { fs::current_path(folder); }
  ~WorkingFolder() {
    std::error_code code;
    fs::current_path(before_, code);
  }

 private:
  fs::path before_;
};

class Run {
 public:
  Run(const ProtocolRunOptions& options, RunPlan plan) : options_(options), plan_(std::move(plan)) {}
  ProtocolRunSummary go();

 private:
  void look_for_checkpoint();
  void check_same(const Checkpoint& saved) const;
  void segment();
  void open_engine();
  void set_up_from_restart();
  void execute(const std::vector<std::string>& lines);
  std::vector<std::string> rewrite_run(const std::vector<std::string>& words);
  void begin_outputs();
  void on_step(long step);
  void write_frame(long step);
  void write_thermo(long step);
  void watch_volume(long step, double volume);
  void show(long step, const std::string& phase);
  void save(bool complete);
  std::string restart_bytes();
  long checkpoint_interval();

  const ProtocolRunOptions& options_;
  RunPlan plan_;
  std::unique_ptr<Engine> engine_;
  std::unique_ptr<RunOutputs> outputs_;  // rank 0
  std::unique_ptr<RunWatch> watch_;
  TrajectoryIdentity atoms_;
  Checkpoint state_;                     // where the run stands
  bool from_restart_ = false;            // state_.restart is to be read back
  bool continued_ = false;               // this segment began so
  bool in_run_section_ = false, outputs_begun_ = false;
  int run_ordinal_ = 0;
  bool segment_over_ = false;
  bool just_ran_ = false;                // a `run` of the run section has moved: its end is what a checkpoint holds
  bool nothing_left_ = false;            // the checkpoint is that of a complete run
  long last_frame_ = -1;
  ProtocolRunSummary summary_;
  double timestep_ = 0.001;
  std::chrono::steady_clock::time_point started_;
  long started_step_ = 0;
};

using Clock = std::chrono::steady_clock;

double seconds_since(Clock::time_point start) { return std::chrono::duration<double>(Clock::now() - start).count(); }

long steps_of(const std::string& word) {
  try {
    std::size_t used = 0;
    const long steps = std::stol(word, &used);
    if (used == word.size() && steps >= 0) return steps;
  } catch (const std::exception&) {
  }
  fail_input({"run", "not a number of steps", word, "0 or more", ""});
}

void Run::check_same(const Checkpoint& saved) const {
  const auto differs = [&](const char* what, const std::string& then, const std::string& now) {
    if (then != now) fail_input({"--resume", std::string("the run was started with another ") + what, now, then, "resume with the same, or start anew with --force"});
  };
  differs("input", saved.input_sha256, plan_.input_sha256);
  differs("model", saved.model_sha256, plan_.model_sha256);
  differs("set of variables", saved.variables, plan_.variables_text);
  differs("precision", saved.precision, options_.precision == Precision::mixed ? "mixed" : "double");
}

void Run::look_for_checkpoint() {
  std::string warning;
  const std::optional<Checkpoint> saved = load_checkpoint(plan_.output, warning);
  if (!options_.resume) {
    if (saved && !options_.replace)
      fail_input({plan_.output.string(), "a run stands here already", fmt::format("step {} of {}", saved->step, saved->end), "",
                  "--resume goes on with it, --force starts anew"});
    bridge::on_root([&] {
      for (const char* name : {"checkpoint", "checkpoint.next", "checkpoint.previous", "failed.extxyz"}) fs::remove(plan_.output / name);
    });
    state_.protocol = plan_.protocol;
    state_.input_sha256 = plan_.input_sha256;
    state_.model_sha256 = plan_.model_sha256;
    state_.variables = plan_.variables_text;
    state_.precision = options_.precision == Precision::mixed ? "mixed" : "double";
    state_.threads = options_.threads > 0 ? options_.threads : bridge::threads_of_rank();
    state_.ranks = bridge::mpi_size();
    return;
  }
  if (!saved)
    fail_input({plan_.output.string(), "nothing to resume: no checkpoint yet", "", "", "run without --resume"});
  if (!warning.empty() && options_.warn) options_.warn(warning);
  check_same(*saved);
  state_ = *saved;
  const int threads = options_.threads > 0 ? options_.threads : state_.threads;
  if ((threads != state_.threads || bridge::mpi_size() != state_.ranks) && options_.warn)
    options_.warn(fmt::format("the run was started with {} threads in {} ranks, and goes on with {} in {}: right, but not the same bytes",
                              state_.threads, state_.ranks, threads, bridge::mpi_size()));
  state_.threads = threads;
  state_.ranks = bridge::mpi_size();
  from_restart_ = true;
  last_frame_ = state_.step;
  summary_.resumed = true;
}

void Run::open_engine() {
  engine_.reset();
  EngineOptions options;
  options.log = from_restart_ ? "none" : "log.lammps";
  options.threads = state_.threads;
  options.precision = options_.precision;
  options.backend = options_.backend;
  for (const auto& [name, value] : plan_.variables) options.arguments.insert(options.arguments.end(), {"-var", name, value});
  engine_ = std::make_unique<Engine>(options);
  if (from_restart_) engine_->command("log log.lammps append");
  bridge::rewrite_runs(engine_->lammps(), [this](const auto& words) { return rewrite_run(words); });
  bridge::write_data_through(engine_->lammps(), [](const std::string& file, const std::string& bytes) { write_whole_file(file, bytes); });
  const long stride = std::gcd(std::gcd(plan_.thermo_every, 10L), plan_.frame_every);
  engine_->on_step(stride, [this](long step) { on_step(step); });
}

void Run::execute(const std::vector<std::string>& lines) {
  for (const std::string& line : lines) {
    engine_->command(line);
    if (std::exchange(just_ran_, false)) state_.restart = restart_bytes();
    if (segment_over_) return;
    if (!continued_) continue;
    // A dump of the input's own goes on in its file.
    if (const std::vector<std::string> words = split_words(line); words.size() > 5 && words[0] == "dump") {
      if (words[5].find('*') == std::string::npos) engine_->command("dump_modify " + words[1] + " append yes");
      bridge::dumps_are_current(engine_->lammps());
    }
  }
}

// The system comes from the checkpoint: `read_data` becomes `read_restart`, the rest of the section stands.
void Run::set_up_from_restart() {
  const MemoryFile restart(bridge::mpi_rank() == 0 ? std::string_view(state_.restart) : std::string_view());  // rank 0 alone opens it
  std::vector<std::string> lines = plan_.script.system;
  for (std::string& line : lines)
    if (split_words(line).front() == "read_data") line = "read_restart " + restart.path();
  execute(lines);
}

void Run::segment() {
  open_engine();
  continued_ = from_restart_;
  segment_over_ = in_run_section_ = false;
  run_ordinal_ = 0;
  execute(plan_.script.head);
  if (from_restart_) {
    set_up_from_restart();
  } else {
    execute(plan_.script.system);
    if (!plan_.script.changes_atoms()) check_census(identify_atoms(*engine_, plan_.stack), plan_.stack);
    execute(plan_.script.start);
  }
  in_run_section_ = true;
  execute(plan_.script.run);
}

// `run N` in the run section goes as far as the next checkpoint; runs that a checkpoint has behind it are left out.
std::vector<std::string> Run::rewrite_run(const std::vector<std::string>& words) {
  if (!in_run_section_ || words.empty()) return words;
  if (segment_over_) return {};
  const int ordinal = run_ordinal_++;
  if (ordinal < state_.run) return {};
  const long step = bridge::current_step(engine_->lammps());
  const bool upto = std::ranges::find(words, "upto") != words.end();
  if (ordinal > state_.run || !from_restart_) state_.begin = step;
  state_.run = ordinal;
  // A resumed run may be asked for more steps than it was started with.
  state_.end = upto ? steps_of(words[0]) : state_.begin + steps_of(words[0]);
  begin_outputs();
  const long next = std::min(state_.end, (step / state_.interval + 1) * state_.interval);
  if (next < step) return {};
  if (from_restart_ && state_.complete && state_.end == step) {  // all of it stands on the disk, what follows the run included
    segment_over_ = nothing_left_ = true;
    return {};
  }
  std::vector<std::string> rewritten = {std::to_string(next - step), "start", std::to_string(state_.begin), "stop", std::to_string(state_.end)};
  for (std::size_t i = 1; i < words.size(); ++i) {
    if (words[i] == "every" || words[i] == "pre" || words[i] == "post")
      fail_input({"run", "a resumable run section takes no such keyword", words[i], "run N, upto, start, stop", ""});
    if (words[i] != "upto") rewritten.push_back(words[i]);
  }
  state_.step = next;
  segment_over_ = next < state_.end;
  from_restart_ = false;
  just_ran_ = true;
  return rewritten;
}

void Run::begin_outputs() {
  if (outputs_begun_) return;
  outputs_begun_ = true;
  atoms_ = identify_atoms(*engine_, plan_.stack);
  summary_.atoms = static_cast<long>(atoms_.ids.size());
  timestep_ = bridge::timestep(engine_->lammps());
  if (state_.interval == 0) state_.interval = checkpoint_interval();
  bridge::on_root([&] { outputs_ = std::make_unique<RunOutputs>(".", atoms_, from_restart_ ? &state_ : nullptr); });
  watch_ = std::make_unique<RunWatch>(atoms_, options_.hottest > 0 ? options_.hottest : std::max(3.0 * plan_.target_temperature, plan_.target_temperature + 1500.0),
                                      options_.largest_deviation, !plan_.script.changes_atoms());
  if (state_.volume == 0.0) state_.volume = engine_->box().volume();
  watch_->remember(*engine_, bridge::current_step(engine_->lammps()));
  summary_.first_step = started_step_ = bridge::current_step(engine_->lammps());
  started_ = std::chrono::steady_clock::now();
  if (plan_.frame_every > 0 && last_frame_ < 0) write_frame(started_step_);
}

long Run::checkpoint_interval() {
  return options_.checkpoint_every > 0 ? options_.checkpoint_every : default_checkpoint_interval(engine_->atom_count());
}

void Run::write_frame(long step) {
  const auto start = Clock::now();
  const auto positions = engine_->unwrapped_positions();
  const Cell cell = engine_->box();
  const Cartesian origin = engine_->box_origin();
  const double time = static_cast<double>(step) * timestep_;
  bridge::on_root([&] { outputs_->frame(step, time, cell, origin, positions); });
  last_frame_ = step;
  summary_.trajectory_seconds += seconds_since(start);
  if (!options_.on_frame) return;
  const auto written = Clock::now();
  const long expected = 1 + state_.end / plan_.frame_every - state_.begin / plan_.frame_every;
  bridge::on_root([&] { options_.on_frame({outputs_->frames() - 1, step, time, cell, origin, positions, expected}); });
  summary_.on_frame_seconds += seconds_since(written);
}

void Run::write_thermo(long step) {
  ThermoRow row;
  row.step = step;
  row.time = static_cast<double>(step) * timestep_;
  const bridge::ThermoState state = bridge::thermo_state(engine_->lammps());
  row.temperature = state.temperature;
  row.potential_energy = state.potential;
  row.total_energy = state.potential + state.kinetic;
  row.pressure = state.pressure;
  row.pxx = state.stress[0], row.pyy = state.stress[1], row.pzz = state.stress[2];
  const Mat3 cell = engine_->box().rows();
  row.lx = cell(0, 0), row.ly = cell(1, 1), row.lz = cell(2, 2);
  watch_volume(step, cell.determinant());
  summary_.temperature = row.temperature;
  summary_.pressure = row.pressure;
  bridge::on_root([&] { outputs_->thermo(row); });
  watch_->check(*engine_, row);
}

/// A stack whose seams were still open when the pressure control came can drift apart and yet look sound in every other number.
void Run::watch_volume(long step, double volume) {
  const double before = std::exchange(summary_.growth, volume / state_.volume);
  if (before > apart || summary_.growth <= apart || !options_.warn) return;
  options_.warn(fmt::format("step {}: the cell has grown to {:.2f} times its volume; is the stack coming apart? Press its seams together first (--protocol reaction), then start from "
                            "reaction.final.data (--data)", step, summary_.growth));
}

void Run::on_step(long step) {
  if (!in_run_section_) {
    if (bridge::any_rank(options_.interrupted && options_.interrupted()))
      throw Error(Failure::interrupted, {plan_.protocol, "interrupted before the first checkpoint: nothing is saved", "", "", ""});
    return show(step, "getting ready");
  }
  if (step > state_.end) return show(state_.end, "settling");  // a minimisation that closes the input: its iterations are no time
  if (plan_.frame_every > 0 && step % plan_.frame_every == 0 && step != last_frame_) write_frame(step);
  if (step % plan_.thermo_every == 0) write_thermo(step);
  show(step, plan_.protocol);
}

void Run::show(long step, const std::string& phase) {
  if (!options_.progress) return;
  ProgressReport report{phase, -1.0, fmt::format("step {}", step)};
  if (in_run_section_ && outputs_begun_ && state_.end > state_.begin) {
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started_).count();
    const double done = static_cast<double>(step - started_step_), left = static_cast<double>(state_.end - step);
    report.fraction = static_cast<double>(step - state_.begin) / static_cast<double>(state_.end - state_.begin);
    const double per_day = seconds > 0 ? done * timestep_ * 1e-3 * 86400.0 / seconds : 0.0;
    const long wait = done > 0 ? std::lround(left * seconds / done) : 0;
    report.detail = fmt::format("step {} of {}  {:.2f} ns/day  {}:{:02}:{:02} left  {:.0f} K  {:.0f} bar", step, state_.end, per_day, wait / 3600,
                                wait / 60 % 60, wait % 60, summary_.temperature, summary_.pressure);
    if (options_.interrupted && options_.interrupted())
      report.detail = fmt::format("stopping at step {}, where the next checkpoint falls; Ctrl-C again leaves at once", state_.step);
  }
  options_.progress(report);
}

std::string Run::restart_bytes() {
  const MemoryFile restart;
  engine_->command("write_restart " + restart.path());
  std::string bytes;
  bridge::on_root([&] {
    bytes = restart.bytes();
    // LAMMPS does not look whether its writing worked; its files begin and end with the same words.
    if (bytes.size() < 32 || bytes.find("LammpS RestartT") == std::string::npos || bytes.rfind("LammpS RestartT") < bytes.size() - 32)
      fail_run({"restart", "LAMMPS could not write its restart whole", "", "", "is the memory full? the last checkpoint is kept"});
  });
  return bytes;
}

void Run::save(bool complete) {
  state_.complete = complete;
  if (state_.restart.empty()) state_.restart = restart_bytes();  // a run section without a run
  bridge::on_root([&] {
    if (!bridge::log_is_whole(engine_->lammps())) fail_run({"log.lammps", "cannot be written", "", "", "is the disk full? the last checkpoint is kept"});
    bridge::end_log(engine_->lammps());
    const auto start = Clock::now();
    outputs_->sync(state_);
    summary_.trajectory_seconds += seconds_since(start);
    save_checkpoint(".", state_);
  });
  // Every rank reads back what rank 0 wrote.
  if (bridge::mpi_size() > 1) {
    std::string warning;
    state_ = *load_checkpoint(".", warning);
  }
}

ProtocolRunSummary Run::go() {
  look_for_checkpoint();
  summary_.protocol = plan_.protocol;
  summary_.output = plan_.output;
  WorkingFolder here(plan_.output);
  try {
    for (;;) {
      segment();
      if (nothing_left_) break;
      if (!outputs_begun_) begin_outputs();
      save(!segment_over_);
      if (!segment_over_) break;
      if (bridge::any_rank(options_.interrupted && options_.interrupted())) {
        summary_.interrupted = true;
        break;
      }
      from_restart_ = true;
    }
  } catch (const Error& error) {
    if (error.failure() != Failure::while_running || !watch_ || !engine_) throw;
    watch_->explain(*engine_, error, bridge::current_step(engine_->lammps()));
  }
  const double seconds = summary_.seconds = seconds_since(started_);
  summary_.last_step = state_.step;
  summary_.time = static_cast<double>(state_.step) * timestep_;
  const double steps = static_cast<double>(state_.step - started_step_);
  if (seconds > 0 && steps > 0) {
    summary_.ns_per_day = steps * timestep_ * 1e-3 * 86400.0 / seconds;
    summary_.microseconds_per_atom_step = 1e6 * seconds / steps / static_cast<double>(std::max(1L, summary_.atoms));
  }
  bridge::on_root([&] { summary_.frames = outputs_->frames(); });
  summary_.census = census_of(atoms_);
  engine_.reset();
  return summary_;
}

}  // namespace

long default_checkpoint_interval(long atoms) {
  return std::clamp(500000 / std::max(1L, atoms) / 100 * 100, 100L, 10000L);
}

ProtocolRunSummary run_protocol(const ProtocolRunOptions& options) {
  RunPlan plan = make_run_plan(options);
  if (options.on_frame && (!plan.script.resumable || plan.frame_every == 0))
    fail_input({"--analyze", "this input leaves no frames to the program", plan.script.resumable ? "dump_every 0" : plan.script.why_not, "",
                "run it without, then `lamella analyze`"});
  if (!plan.script.resumable) return run_plain_input(options, plan);
  return Run(options, std::move(plan)).go();
}

}  // namespace lamella
