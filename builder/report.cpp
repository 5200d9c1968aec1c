#include "builder/report.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/report/sections.hpp"

namespace lamella {

namespace fs = std::filesystem;

namespace report {

namespace {

/// The later stage of a stack's life first.
int stage_of(const std::string& protocol) { return protocol == "diffusion" ? 0 : protocol == "reaction" ? 1 : protocol == "relax" ? 3 : 2; }

}  // namespace

std::vector<json> analyses_of(Page& page, const fs::path& folder) {
  std::vector<fs::path> files{folder / "analysis" / "analysis.json"};
  std::error_code ec;
  std::vector<fs::path> others;
  for (const auto& entry : fs::directory_iterator(folder / "analysis", ec))
    if (entry.is_directory()) others.push_back(entry.path() / "analysis.json");
  std::sort(others.begin(), others.end());
  files.insert(files.end(), others.begin(), others.end());
  std::vector<json> analyses;
  for (const fs::path& file : files) {
    json one = read_json(page, file, file.lexically_relative(folder).generic_string());
    if (one.is_object()) analyses.push_back(std::move(one));
  }
  // A run that was analysed while it ran has a folder of its own, newer than what an earlier `lamella analyze` put at the top.
  if (analyses.size() > 1 && std::any_of(analyses.begin() + 1, analyses.end(), [&](const json& other) { return text(other, "protocol") == text(analyses.front(), "protocol"); }))
    analyses.erase(analyses.begin());
  std::stable_sort(analyses.begin(), analyses.end(), [](const json& a, const json& b) { return stage_of(text(a, "protocol")) < stage_of(text(b, "protocol")); });
  return analyses;
}

namespace {

std::string of_stack(const fs::path& folder) {
  Page page;
  const json manifest = read_json(page, folder / "manifest.json", "manifest.json");
  std::string title = manifest.is_object() ? manifest.value("title", std::string()) : std::string();
  if (title.empty() && fs::is_regular_file(folder / "spec.toml")) {  // title = "..." of the specification
    const std::string spec = read_whole_file(folder / "spec.toml");
    const std::size_t at = spec.find("title = \"");
    if (at != std::string::npos) title = spec.substr(at + 9, spec.find('"', at + 9) - at - 9);
  }
  if (title.empty()) title = "An interface stack";
  stack_sections(page, folder, manifest);
  glass_sections(page, manifest);
  std::vector<std::string> protocols;
  const std::vector<json> analyses = analyses_of(page, folder);
  for (const json& analysis : analyses) {
    try {
      analysis_sections(page, analysis);
      if (analysis.value("protocol", "") != "") protocols.push_back(analysis.value("protocol", ""));
    } catch (const json::exception&) {
      page.warning("an analysis.json is not of this version and was shown in part: run `lamella analyze` again");
    }
  }
  if (analyses.empty()) page.warning("nothing has been analysed yet: `lamella run`, then `lamella analyze`, then this page again");
  closing_sections(page, folder, protocols, false);
  return page.finish(title, "lamella's report on a built stack" + std::string(analyses.empty() ? "" : " and its runs"));
}

std::string of_sweep(const fs::path& folder) {
  Page page;
  sweep_sections(page, folder);
  closing_sections(page, folder, {}, true);
  return page.finish("A sweep: its points side by side", "lamella's report on a sweep");
}

}  // namespace
}  // namespace report

std::string report_html(const fs::path& folder) {
  if (!fs::is_directory(folder)) fail_input({folder.string(), "no such folder", "", "", "lamella report DIR, a built folder or a sweep"});
  if (fs::is_regular_file(folder / "stack.extxyz")) return report::of_stack(folder);
  if (fs::is_regular_file(folder / "sweep.csv")) return report::of_sweep(folder);
  fail_input({folder.string(), "neither a built folder (stack.extxyz) nor a sweep (sweep.csv)", "", "", "build it with `lamella build` or `lamella sweep`"});
}

}  // namespace lamella
