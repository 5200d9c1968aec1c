// What a built folder knows about its runs: trajectory, identities, temperature, which layer is amorphous.
#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <nlohmann/json.hpp>
#include <sstream>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/analyze.hpp"

namespace lamella {
namespace {

namespace fs = std::filesystem;

/// The trajectory in a run's folder: our own NetCDF, else a dump or extended XYZ that the input wrote.
fs::path trajectory_in(const fs::path& run) {
  if (fs::is_regular_file(run / "trajectory.nc")) return run / "trajectory.nc";
  std::vector<fs::path> found;
  for (const auto& entry : fs::directory_iterator(run)) {
    const std::string name = entry.path().filename().string();
    for (const char* ending : {".nc", ".lammpstrj", ".lammpstrj.gz", ".dump", ".dump.gz", ".extxyz"})
      if (entry.is_regular_file() && name.ends_with(ending) && name != "failed.extxyz") found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found.empty() ? fs::path() : found.front();
}

/// Mean of the last half of a thermo.csv's temperature column; 0 where there is none.
double mean_temperature(const fs::path& thermo) {
  if (!fs::is_regular_file(thermo)) return 0.0;
  std::istringstream lines(read_whole_file(thermo));
  std::string line;
  std::getline(lines, line);
  std::size_t column = 0, begin = 0;
  bool known = false;
  for (std::size_t k = 0; begin <= line.size(); ++k) {
    const std::size_t end = std::min(line.find(',', begin), line.size());
    const std::string name = line.substr(begin, end - begin);
    if (name.starts_with("temp") || name.starts_with("T")) {
      column = k;
      known = true;
      break;
    }
    begin = end + 1;
  }
  std::vector<double> values;
  while (known && std::getline(lines, line)) {
    std::size_t at = 0;
    for (std::size_t k = 0; k < column && at != std::string::npos; ++k) at = line.find(',', at) == std::string::npos ? std::string::npos : line.find(',', at) + 1;
    double value = 0.0;
    if (at != std::string::npos && std::from_chars(line.data() + at, line.data() + line.size(), value).ec == std::errc{}) values.push_back(value);
  }
  double sum = 0.0;
  for (std::size_t k = values.size() / 2; k < values.size(); ++k) sum += values[k];
  return values.empty() ? 0.0 : sum / static_cast<double>(values.size() - values.size() / 2);
}

std::string amorphous_layer(const fs::path& folder) {
  if (!fs::is_regular_file(folder / "manifest.json")) return "";
  const auto manifest = nlohmann::json::parse(read_whole_file(folder / "manifest.json"), nullptr, false);
  if (!manifest.is_object() || !manifest.contains("layers") || !manifest["layers"].is_array()) return "";
  for (const auto& layer : manifest["layers"])
    if (layer.is_object() && layer.value("kind", "") == "amorphous") return layer.value("name", "");
  return "";
}

int rank_of(const std::string& protocol) { return protocol == "diffusion" ? 0 : protocol == "reaction" ? 1 : protocol == "relax" ? 3 : 2; }

}  // namespace

std::vector<AnalysisInput> runs_of_folder(const fs::path& folder, const std::string& protocol) {
  std::vector<AnalysisInput> runs;
  const fs::path stack = folder / "stack.extxyz";
  if (!fs::is_regular_file(stack)) fail_input({folder.string(), "not a built folder: no stack.extxyz", "", "", "build it with `lamella build`, or give a trajectory"});
  const TrajectoryAtoms reference = read_identities(stack);
  if (fs::is_directory(folder / "run"))
    for (const auto& entry : fs::directory_iterator(folder / "run")) {
      const std::string name = entry.path().filename().string();
      if (!entry.is_directory() || (!protocol.empty() && name != protocol)) continue;
      const fs::path file = trajectory_in(entry.path());
      if (file.empty()) continue;
      AnalysisInput input;
      input.name = "run/" + name + "/" + file.filename().string();
      input.protocol = name;
      input.file = file;
      input.reading.reference = reference;
      input.temperature = mean_temperature(entry.path() / "thermo.csv");
      input.coating = amorphous_layer(folder);
      runs.push_back(std::move(input));
    }
  if (runs.empty())
    fail_input({folder.string(), protocol.empty() ? "no trajectory under run/" : "no trajectory under run/" + protocol, "", "",
                fmt::format("run it: lamella run {} --protocol {}", folder.string(), protocol.empty() ? "reaction" : protocol)});
  std::sort(runs.begin(), runs.end(), [](const AnalysisInput& a, const AnalysisInput& b) { return std::pair(rank_of(a.protocol), a.protocol) < std::pair(rank_of(b.protocol), b.protocol); });
  return runs;
}

}  // namespace lamella
