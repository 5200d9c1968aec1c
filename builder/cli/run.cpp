#include <fmt/format.h>
#include <signal.h>
#include <unistd.h>

#include <atomic>
#include <memory>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/live_analysis.hpp"
#include "runner/lammps_bridge.hpp"
#include "runner/protocol_run.hpp"

namespace lamella {

namespace {

namespace po = boost::program_options;

constexpr const char* kUsage =
    "examples:\n"
    "  lamella run stack --protocol relax --steps 200\n"
    "  lamella run stack --protocol reaction --model model.pb --threads 4\n"
    "  lamella run stack --protocol reaction --resume\n"
    "  lamella run stack --protocol diffusion --analyze\n"
    "  mpirun -n 2 lamella run stack --protocol diffusion --temperature 600\n\n"
    "Runs DIR/lammps/PROTOCOL.in, or an input of your own, in embedded LAMMPS; results go to DIR/run/PROTOCOL.\n"
    "Ctrl-C stops at the next checkpoint (exit status 130); a second one leaves at once.\n";

// The first Ctrl-C asks, the second leaves: what was saved stays saved.
volatile sig_atomic_t interrupts = 0;
void on_interrupt(int) {
  interrupts = interrupts + 1;
  if (interrupts > 1) _exit(static_cast<int>(Failure::interrupted));
}

po::options_description make_options() {
  po::options_description options("options");
  options.add_options()
      ("protocol,p", po::value<std::string>()->default_value("relax"), "relax, reaction, diffusion, or a LAMMPS input file")
      ("model,m", po::value<std::vector<std::string>>()->composing(), "Deep Potential; several: the first drives, model_devi.out tells how far they agree")
      ("steps", po::value<long>(), "number of steps of the run")
      ("temperature", po::value<double>(), "K")
      ("seed", po::value<long>(), "of the first velocities")
      ("data", po::value<std::string>(), "start from this LAMMPS data file, e.g. stack/run/relax/relaxed.data")
      ("set", po::value<std::vector<std::string>>()->composing(), "NAME=VALUE of any index variable of the input")
      ("threads", po::value<int>(), "threads of the potential in each rank (default: all cores, shared among the ranks)")
      ("precision", po::value<std::string>()->default_value("mixed"), "double or mixed")
      ("backend", po::value<std::string>()->default_value("native"), "native, plain (slow reference), deepmd (deepmd-kit's own library)")
      ("resume", "go on from the last checkpoint")
      ("force", "start anew where a run stands already")
      ("checkpoint", po::value<long>(), "steps between checkpoints")
      ("analyze", "take the observables while it runs: DIR/analysis/PROTOCOL, what `lamella analyze` would say")
      ("max-temperature", po::value<double>(), "K; a hotter run is stopped")
      ("max-deviation", po::value<double>(), "eV/A; the run is stopped where max_devi_f is above")
      ("json", "a machine-readable summary")
      ("quiet,q", "no progress");
  return options;
}

long positive(const ParsedOptions& parsed, const char* name) {
  const long value = parsed.values[name].as<long>();
  if (value < 1) fail_input({std::string("--") + name, "must be positive", std::to_string(value), "1 or more", ""});
  return value;
}

void set_variables(const ParsedOptions& parsed, ProtocolRunOptions& run) {
  if (parsed.has("steps")) run.variables["steps"] = std::to_string(positive(parsed, "steps"));
  if (parsed.has("seed")) run.variables["seed"] = std::to_string(positive(parsed, "seed"));
  if (parsed.has("temperature")) {
    const double kelvin = parsed.values["temperature"].as<double>();
    if (!(kelvin > 0) || kelvin > 1e5) fail_input({"--temperature", "not a temperature", fmt::format("{}", kelvin), "above 0 K, up to 100000 K", ""});
    run.variables["temperature"] = fmt::format("{}", kelvin);
  }
  if (parsed.has("data")) run.variables["data"] = parsed.values["data"].as<std::string>();
  if (!parsed.has("set")) return;
  for (const std::string& setting : parsed.values["set"].as<std::vector<std::string>>()) {
    const std::size_t equal = setting.find('=');
    if (equal == std::string::npos || equal == 0) fail_input({"--set", "not NAME=VALUE", setting, "", ""});
    run.variables[setting.substr(0, equal)] = setting.substr(equal + 1);
  }
}

ProtocolRunOptions run_options(const ParsedOptions& parsed) {
  ProtocolRunOptions run;
  if (!parsed.has("folder")) fail_input({"lamella run", "which folder?", "", "", "lamella run DIR --protocol relax"});
  run.folder = parsed.values["folder"].as<std::string>();
  run.protocol = parsed.values["protocol"].as<std::string>();
  if (parsed.has("model"))
    for (const std::string& model : parsed.values["model"].as<std::vector<std::string>>()) run.models.emplace_back(model);
  set_variables(parsed, run);
  if (parsed.has("threads")) {
    run.threads = parsed.values["threads"].as<int>();
    if (run.threads < 1 || run.threads > 4096) fail_input({"--threads", "not a number of threads", std::to_string(run.threads), "1 to 4096", ""});
  }
  const std::string precision = parsed.values["precision"].as<std::string>();
  if (precision != "double" && precision != "mixed") fail_input({"--precision", "unknown", precision, "double, mixed", ""});
  run.precision = precision == "double" ? Precision::double_ : Precision::mixed;
  run.backend = parsed.values["backend"].as<std::string>();
  run.resume = parsed.has("resume");
  run.replace = parsed.has("force");
  if (parsed.has("checkpoint")) run.checkpoint_every = positive(parsed, "checkpoint");
  if (parsed.has("max-temperature")) run.hottest = parsed.values["max-temperature"].as<double>();
  if (parsed.has("max-deviation")) run.largest_deviation = parsed.values["max-deviation"].as<double>();
  return run;
}

nlohmann::ordered_json census_json(const ProtocolRunSummary& summary) {
  auto census = nlohmann::ordered_json::object();
  for (const auto& [layer, count] : summary.census) census[layer] = count;
  return census;
}

void print_summary(const ProtocolRunSummary& s, bool json) {
  if (json) {
    const nlohmann::ordered_json summary{{"protocol", s.protocol}, {"output", s.output.string()}, {"atoms", s.atoms}, {"first_step", s.first_step},
                                         {"last_step", s.last_step}, {"time_ps", s.time}, {"temperature_K", s.temperature},
                                         {"pressure_bar", s.pressure}, {"volume_growth", s.growth}, {"frames", s.frames}, {"ns_per_day", s.ns_per_day},
                                         {"us_per_atom_step", s.microseconds_per_atom_step}, {"seconds", s.seconds}, {"trajectory_seconds", s.trajectory_seconds},
                                         {"analysis_seconds", s.on_frame_seconds}, {"atoms_by_layer", census_json(s)}, {"resumed", s.resumed}, {"interrupted", s.interrupted}};
    fmt::print("{}\n", summary.dump(2));
    return;
  }
  fmt::print("{}: {} atoms, steps {} to {} ({:.3f} ps), {:.0f} K, {:.0f} bar, {} frames\n", s.protocol, s.atoms, s.first_step, s.last_step, s.time,
             s.temperature, s.pressure, s.frames);
  if (s.ns_per_day > 0) fmt::print("speed: {:.3f} ns/day, {:.1f} us/atom/step\n", s.ns_per_day, s.microseconds_per_atom_step);
  if (s.seconds > 0)
    fmt::print("of the time: trajectory {:.2f} %{}\n", 100.0 * s.trajectory_seconds / s.seconds,
               s.on_frame_seconds > 0 ? fmt::format(", analysis {:.2f} %", 100.0 * s.on_frame_seconds / s.seconds) : "");
  if (!s.census.empty()) {
    std::string layers;
    for (const auto& [layer, count] : s.census) layers += fmt::format("{}{} {}", layers.empty() ? "" : ", ", layer, count);
    fmt::print("atoms, all there: {}\n", layers);
  }
  fmt::print("output: {}\n", s.output.string());
}

int finish(const ProtocolRunOptions& run, const ProtocolRunSummary& summary, bool json, bool quiet) {
  print_summary(summary, json);
  if (summary.interrupted) {
    if (!quiet) fmt::print(stderr, "\nsaved at step {}. next: lamella run {} --protocol {} --resume\n", summary.last_step, run.folder.string(), run.protocol);
    return static_cast<int>(Failure::interrupted);
  }
  if (!json && !quiet) {
    if (run.protocol == "relax") fmt::print("next: lamella run {} --protocol reaction --data {}\n", run.folder.string(), (summary.output / "relaxed.data").string());
    else fmt::print("next: lamella {} {}\n", run.on_frame ? "report" : "analyze", run.folder.string());
    if (run.protocol == "reaction") fmt::print("or: lamella run {} --protocol diffusion --data {}\n", run.folder.string(), (summary.output / "reaction.final.data").string());
  }
  return 0;
}

/// Beside whatever other protocols' analyses there are.
void write_live(LiveAnalysis& live, const std::filesystem::path& folder, const std::string& protocol) {
  std::vector<Analysis> results;
  results.push_back(live.finish());
  for (const std::string& warning : results.front().warnings) fmt::print(stderr, "lamella: warning: {}\n", warning);
  write_analyses(folder / "analysis" / protocol, results, true);
}

}  // namespace

int run_protocol_command(const std::vector<std::string>& words) {
  const ParsedOptions parsed = parse_options(words, make_options(), {"folder"}, kUsage);
  if (parsed.helped) return 0;
  ProtocolRunOptions run = run_options(parsed);
  const bool root = bridge::mpi_rank() == 0, quiet = parsed.has("quiet");
  if (root && !quiet) run.progress = terminal_progress();
  if (root) run.warn = [](const std::string& text) { fmt::print(stderr, "lamella: warning: {}\n", text); };
  run.interrupted = [] { return interrupts > 0; };
  struct sigaction action = {};
  action.sa_handler = on_interrupt;
  sigaction(SIGINT, &action, nullptr);
  sigaction(SIGTERM, &action, nullptr);
  std::unique_ptr<LiveAnalysis> live;
  if (parsed.has("analyze")) {
    live = std::make_unique<LiveAnalysis>(run.folder, std::filesystem::path(run.protocol).stem().string(), run.threads);
    run.on_frame = [&](const RunFrame& frame) { live->add(frame); };
  }
  try {
    const ProtocolRunSummary summary = run_protocol(run);
    if (root && live && !summary.interrupted) write_live(*live, run.folder, summary.protocol);
    if (root) return finish(run, summary, parsed.has("json"), quiet);
    return summary.interrupted ? static_cast<int>(Failure::interrupted) : 0;
  } catch (const Error& error) {
    if (root) throw;
    return static_cast<int>(error.failure());  // one report is enough
  }
}

}  // namespace lamella
