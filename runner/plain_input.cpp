#include <chrono>

#include <fmt/format.h>

#include "base/error.hpp"
#include "runner/engine.hpp"
#include "runner/lammps_bridge.hpp"
#include "runner/run_plan.hpp"
#include "runner/run_watch.hpp"

namespace lamella {

namespace fs = std::filesystem;

ProtocolRunSummary run_plain_input(const ProtocolRunOptions& options, const RunPlan& plan) {
  if (options.resume) fail_input({"--resume", "this input cannot be resumed: " + plan.script.why_not, plan.input.string(), "", "let it write and read its own restarts"});
  const fs::path input = fs::absolute(plan.input), before = fs::current_path();
  fs::current_path(plan.output);
  EngineOptions engine_options;
  engine_options.log = "log.lammps";
  engine_options.threads = options.threads;
  engine_options.precision = options.precision;
  engine_options.backend = options.backend;
  for (const auto& [name, value] : plan.variables) engine_options.arguments.insert(engine_options.arguments.end(), {"-var", name, value});
  ProtocolRunSummary summary;
  summary.protocol = plan.protocol;
  summary.output = plan.output;
  const auto started = std::chrono::steady_clock::now();
  {
    Engine engine(engine_options);
    engine.on_step(10, [&](long step) {
      if (options.progress) options.progress({plan.protocol, -1.0, fmt::format("step {}", step)});
      if (bridge::any_rank(options.interrupted && options.interrupted()) && !summary.interrupted) {
        summary.interrupted = true;
        bridge::end_run_soon(engine.lammps());
      }
    });
    engine.file(input);
    if (summary.interrupted) engine.command("write_restart interrupted.restart");
    summary.last_step = bridge::current_step(engine.lammps());
    summary.atoms = engine.atom_count();
    summary.time = static_cast<double>(summary.last_step) * bridge::timestep(engine.lammps());
  }
  const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - started).count();
  if (seconds > 0 && summary.last_step > 0) {
    summary.ns_per_day = summary.time * 1e-3 * 86400.0 / seconds;
    summary.microseconds_per_atom_step = 1e6 * seconds / static_cast<double>(summary.last_step) / static_cast<double>(std::max(1L, summary.atoms));
  }
  fs::current_path(before);
  return summary;
}

}  // namespace lamella
