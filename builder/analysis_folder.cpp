// Where the results of an analysis go.
#include <algorithm>
#include <nlohmann/json.hpp>

#include "base/files.hpp"
#include "builder/analyze.hpp"

namespace lamella {
namespace {

namespace fs = std::filesystem;

/// An earlier analysis: analysis.json at its top, or in every folder of it.
bool is_analysis(const fs::path& folder) {
  std::error_code code;
  if (fs::exists(folder / "analysis.json", code)) return true;
  const fs::directory_iterator entries(folder, code);
  if (code) return false;
  return std::all_of(begin(entries), end(entries), [](const fs::directory_entry& entry) { return fs::exists(entry.path() / "analysis.json"); });
}

}  // namespace

void write_analyses(const fs::path& folder, const std::vector<Analysis>& runs, bool replace) {
  StagedFolder staged(folder, replace || is_analysis(folder));
  for (std::size_t k = 0; k < runs.size(); ++k) {
    const fs::path place = k == 0 ? staged.path() : staged.path() / runs[k].input.protocol;
    fs::create_directories(place);
    for (const auto& [name, text] : analysis_csv(runs[k])) write_whole_file(place / name, text);
    write_whole_file(place / "analysis.json", analysis_json(runs[k]).dump(1) + "\n");
  }
  staged.commit();
}

}  // namespace lamella
