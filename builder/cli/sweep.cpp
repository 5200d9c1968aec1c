#include <fmt/format.h>

#include <charconv>
#include <cstdio>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/sweep.hpp"

namespace lamella {

namespace po = boost::program_options;

namespace {

const char* const usage =
    "examples:\n"
    "  lamella sweep coated.toml --vary coating.thickness=0,5,10,20 --vary electrolyte.vacancies.Li=0,0.1 --vary seed=1..3 -o sweep -j 2\n"
    "  lamella sweep coated.toml --vary cathode.miller=[1,0,4],[0,0,1] -o faces --dry-run\n"
    "  lamella sweep coated.toml --vary seed=1..100 -o many --script slurm && sbatch many/slurm.sh\n\n"
    "One built folder per point of the product of all --vary, and sweep.csv with a row per point. Run the same command again and\n"
    "it resumes: a point is done when its marker holds the hashes of its specification, its inputs (the model among them) and\n"
    "the program, and every file is as it was written; anything else is built again. Matches and melts that points share are\n"
    "made once. A killed sweep loses at most the points being built.\n";

/// The words that make a worker of this sweep: everything but how it is run.
std::vector<std::string> worker_words(const ParsedOptions& parsed) {
  std::vector<std::string> words{"lamella", "sweep", parsed.values["specification"].as<std::string>()};
  for (const char* option : {"set", "vary"})
    if (parsed.has(option))
      for (const std::string& word : parsed.values[option].as<std::vector<std::string>>()) words.insert(words.end(), {fmt::format("--{}", option), word});
  words.insert(words.end(), {"-o", parsed.values["output"].as<std::string>(), "-q"});
  return words;
}

/// "7" or "1,4..6": points from 1.
std::vector<std::size_t> chosen_points(const std::string& text, std::size_t count) {
  std::vector<std::size_t> chosen;
  for (const std::string& value : parse_axis("points=" + text).values) {
    std::size_t n = 0;
    const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), n);
    if (error != std::errc() || end != value.data() + value.size() || n < 1 || n > count)
      fail_input({"--points", "no such point", "'" + value + "'", fmt::format("1 to {}", count), "as in --points 1..3,7"});
    chosen.push_back(n - 1);
  }
  return chosen;
}

int print_plan(const SweepPlan& plan, bool json) {
  auto list = nlohmann::ordered_json::array();
  for (const PlannedPoint& point : plan.points) {
    nlohmann::ordered_json values = nlohmann::ordered_json::object();
    for (std::size_t i = 0; i < plan.axes.size(); ++i) values[plan.axes[i].key] = point.values[i];
    list.push_back({{"point", point.name}, {"values", values}});
  }
  if (json) fmt::print("{}\n", nlohmann::ordered_json{{"points", list}}.dump(1));
  else
    for (std::size_t i = 0; i < plan.points.size(); ++i) fmt::print("{:>5}  {}\n", i + 1, plan.points[i].name);
  return 0;
}

int write_scripts(const SweepPlan& plan, const SweepFolder& folder, const std::string& kind, const std::vector<std::string>& worker) {
  if (kind != "slurm") fail_input({"--script", "no such script", "'" + kind + "'", "slurm", ""});
  write_whole_file(folder.root() / "slurm.sh", slurm_script(plan, worker));
  write_whole_file(folder.root() / "dpdispatcher.json", dpdispatcher_json(plan, worker));
  const std::string root = folder.root().string();
  fmt::print("{0}/slurm.sh\n{0}/dpdispatcher.json\n", root);
  fmt::print(stderr, "next: sbatch {0}/slurm.sh, or dpdisp submit {0}/dpdispatcher.json; then the same sweep without --script\n", root);
  return 0;
}

int print_results(const SweepPlan& plan, const SweepFolder& folder, const std::vector<PointResult>& results, bool json, bool quiet) {
  std::size_t built = 0, done = 0, failed = 0;
  auto list = nlohmann::ordered_json::array();
  for (std::size_t i = 0; i < results.size(); ++i) {
    const PointResult& result = results[i];
    (result.status == PointResult::Status::built ? built : result.status == PointResult::Status::was_done ? done : failed) += 1;
    list.push_back({{"point", plan.points[i].name}, {"status", result.status == PointResult::Status::failed ? "failed" : "done"}, {"error", result.error}});
    if (result.status == PointResult::Status::failed) fmt::print(stderr, "lamella: error: {}: {}\n", plan.points[i].name, result.error);
  }
  if (json) fmt::print("{}\n", nlohmann::ordered_json{{"points", list}}.dump(1));
  else if (!quiet) fmt::print("{}/sweep.csv: {} points, {} built now, {} done before, {} failed\n", folder.root().string(), results.size(), built, done, failed);
  if (!quiet && !json && failed < results.size())
    fmt::print(stderr, "next: lamella run {}/{} --protocol relax\n", folder.root().string(), plan.points.front().name);
  return failed > 0 ? static_cast<int>(Failure::while_running) : 0;
}

}  // namespace

int sweep_command(const std::vector<std::string>& words) {
  int jobs = 1;
  po::options_description options("options");
  options.add_options()("vary", po::value<std::vector<std::string>>()->composing(), "KEY=v1,v2,a..b: any key that --set takes; again for more keys")(
      "output,o", po::value<std::string>(), "folder of the sweep")("set", po::value<std::vector<std::string>>()->composing(), "KEY=VALUE for every point")(
      "jobs,j", po::value(&jobs)->default_value(jobs), "points built at a time")("points", po::value<std::string>(), "build only these, in this process: 1..3,7")(
      "script", po::value<std::string>(), "slurm: write a job array and a dpdispatcher file instead of building")("dry-run,n", "list the points")("json", "for programs")("quiet,q", "no summary");
  const ParsedOptions parsed = parse_options(words, options, {"specification"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("specification")) fail_input({"sweep", "no specification given", "", "SPEC.toml", "see lamella sweep --help"});
  if (jobs < 1 || jobs > 1024) fail_input({"--jobs", "out of range", fmt::format("{}", jobs), "1 to 1024", ""});
  const auto list = [&](const char* name) { return parsed.has(name) ? parsed.values[name].as<std::vector<std::string>>() : std::vector<std::string>{}; };
  const SweepPlan plan = plan_sweep(parsed.values["specification"].as<std::string>(), list("set"), list("vary"));
  if (parsed.has("dry-run")) return print_plan(plan, parsed.has("json"));
  if (!parsed.has("output")) fail_input({"sweep", "no folder given", "", "-o DIR", ""});
  const std::vector<std::size_t> chosen = parsed.has("points") ? chosen_points(parsed.values["points"].as<std::string>(), plan.points.size()) : std::vector<std::size_t>{};
  const std::vector<std::string> worker = worker_words(parsed);

  const SweepFolder folder(parsed.values["output"].as<std::string>());
  if (parsed.has("script")) return write_scripts(plan, folder, parsed.values["script"].as<std::string>(), worker);
  if (!chosen.empty()) {
    const Warn warn = [](const std::string& text) { fmt::print(stderr, "lamella: warning: {}\n", text); };
    for (const std::size_t i : chosen) build_point(plan.points[i], folder, parsed.has("quiet") ? Progress([](const ProgressReport&) {}) : terminal_progress(), warn);
    return 0;
  }
  SweepOptions run;
  run.jobs = jobs;
  run.worker = worker;
  if (!parsed.has("quiet")) run.progress = terminal_progress();
  return print_results(plan, folder, run_sweep(plan, folder, run), parsed.has("json"), parsed.has("quiet"));
}

}  // namespace lamella
