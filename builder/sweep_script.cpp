#include <fmt/format.h>

#include "builder/sweep.hpp"

namespace lamella {

namespace {

std::string quoted(const std::string& word) {
  if (word.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-./=,:+") == std::string::npos) return word;
  std::string text = "'";
  for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return text + "'";
}

std::string command_line(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + quoted(word);
  return line;
}

}  // namespace

std::string slurm_script(const SweepPlan& plan, const std::vector<std::string>& worker) {
  const std::string command = command_line(worker);
  return fmt::format(
      "#!/bin/bash\n"
      "# One task per point of the sweep. Submit it from the folder in which the command below works; add your partition and time.\n"
      "# When all are done, `{0}` gathers sweep.csv and builds what failed.\n"
      "#SBATCH --job-name=lamella-sweep\n"
      "#SBATCH --array=1-{1}\n"
      "#SBATCH --ntasks=1\n"
      "#SBATCH --cpus-per-task=4\n"
      "#SBATCH --output=lamella-sweep-%A_%a.log\n"
      "set -eu\n"
      "cd \"${{SLURM_SUBMIT_DIR:-.}}\"\n"
      "export OMP_NUM_THREADS=\"${{SLURM_CPUS_PER_TASK:-1}}\"\n"
      "exec {0} --points \"${{SLURM_ARRAY_TASK_ID:?one task of a job array}}\"\n",
      command, plan.points.size());
}

std::string dpdispatcher_json(const SweepPlan& plan, const std::vector<std::string>& worker) {
  using Json = nlohmann::ordered_json;
  Json tasks = Json::array();
  for (std::size_t i = 0; i < plan.points.size(); ++i)
    tasks.push_back({{"command", command_line(worker) + " --points " + std::to_string(i + 1)}, {"task_work_path", "."}, {"forward_files", Json::array()},
                     {"backward_files", Json::array()}, {"outlog", plan.points[i].name + ".log"}, {"errlog", plan.points[i].name + ".err"}});
  const Json submission = {
      {"work_base", "."},
      {"machine", {{"batch_type", "Slurm"}, {"context_type", "LazyLocalContext"}, {"local_root", "./"}, {"remote_root", "./"}}},
      {"resources", {{"number_node", 1}, {"cpu_per_node", 4}, {"gpu_per_node", 0}, {"queue_name", ""}, {"group_size", 1}}},
      {"forward_common_files", Json::array()},
      {"backward_common_files", Json::array()},
      {"task_list", tasks}};
  return submission.dump(1) + "\n";
}

}  // namespace lamella
