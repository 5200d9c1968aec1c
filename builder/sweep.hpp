#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "builder/sweep_folder.hpp"
#include "builder/sweep_plan.hpp"

namespace lamella {

/// What became of one point.
struct PointResult {
  enum class Status { built, was_done, failed } status;
  nlohmann::ordered_json manifest;  ///< null when it failed
  std::string error;                ///< of a failed point
};

/// Builds one point in this process unless it is done already. Waits for another process that is building it. Melts and matches
/// come from and go to the sweep's cache. Throws what the build throws, and Error (while_running) when an input changed meanwhile.
PointResult build_point(const PlannedPoint& point, const SweepFolder& folder, const Progress& progress, const Warn& warn);

struct SweepOptions {
  int jobs = 1;                      ///< worker processes at a time
  std::vector<std::string> worker;   ///< this program's command line; "--points N" (from 1) is appended for one point
  Progress progress = [](const ProgressReport&) {};
};

/// Every point not done yet, each in a process of its own, so that a crash is one failed point; `sweep.csv` is rewritten after
/// each. The workers end with this process.
std::vector<PointResult> run_sweep(const SweepPlan& plan, const SweepFolder& folder, const SweepOptions& options);

/// The table of all results so far: a row per point in the plan's order, units in the header. `results` may be shorter.
std::string sweep_csv(const SweepPlan& plan, const std::vector<std::optional<PointResult>>& results);

/// A slurm job array and a dpdispatcher submission, each of whose tasks runs `worker` with "--points N".
std::string slurm_script(const SweepPlan& plan, const std::vector<std::string>& worker);
std::string dpdispatcher_json(const SweepPlan& plan, const std::vector<std::string>& worker);

}  // namespace lamella
