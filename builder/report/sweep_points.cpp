#include "builder/report/sweep_points.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "base/files.hpp"
#include "builder/report/sections.hpp"

namespace lamella::report {
namespace {

/// Cells of one csv line; quotes hold commas.
std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells(1);
  bool quoted = false;
  for (char c : line) {
    if (c == '"') quoted = !quoted;
    else if (c == ',' && !quoted) cells.emplace_back();
    else if (c != '\r') cells.back() += c;
  }
  return cells;
}

bool is_number(const std::string& text) {
  double value = 0.0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

}  // namespace

std::string SweepPoint::value(const std::string& key) const {
  for (const auto& [name, held] : varied)
    if (name == key) return held;
  return "";
}

std::vector<SweepPoint> sweep_points(Page& page, const std::filesystem::path& folder) {
  const std::string table = read_whole_file(folder / "sweep.csv");
  std::vector<SweepPoint> points;
  std::vector<std::string> head;
  std::size_t place = 0;
  for (std::size_t begin = 0; begin < table.size();) {
    const std::size_t end = std::min(table.find('\n', begin), table.size());
    const std::vector<std::string> cells = cells_of(table.substr(begin, end - begin));
    begin = end + 1;
    if (head.empty()) {
      head = cells;
      for (const char* name : {"name", "point", "folder"}) {
        const auto at = std::find(head.begin(), head.end(), name);
        if (at != head.end()) place = static_cast<std::size_t>(at - head.begin());
      }
      continue;
    }
    if (cells.size() < head.size()) continue;
    SweepPoint point;
    point.folder = cells[place];
    for (std::size_t k = 0; k < head.size(); ++k)
      if (k != place && (head[k] == "seed" || head[k].find('.') != std::string::npos)) point.varied.emplace_back(head[k], cells[k]);
    if (point.folder.empty() || !std::filesystem::is_directory(folder / point.folder)) {
      page.warning("the point " + point.folder + " of sweep.csv has no folder yet");
      continue;
    }
    point.manifest = read_json(page, folder / point.folder / "manifest.json", point.folder + "/manifest.json");
    point.analyses = analyses_of(page, folder / point.folder);
    points.push_back(std::move(point));
  }
  return points;
}

std::string axis_of(const std::vector<SweepPoint>& points) {
  std::string any;
  if (points.empty()) return any;
  for (const auto& [key, value] : points.front().varied) {
    const bool numbers = std::all_of(points.begin(), points.end(), [&k = key](const SweepPoint& p) { return is_number(p.value(k)); });
    if (!numbers || key == "seed") continue;
    if (key.ends_with("thickness")) return key;
    if (any.empty()) any = key;
  }
  return any;
}

std::string series_of(const SweepPoint& point, const std::string& axis) {
  std::string words;
  for (const auto& [key, value] : point.varied)
    if (key != axis && key != "seed") words += (words.empty() ? "" : ", ") + key + " " + value;
  return words.empty() ? "all points" : words;
}

std::string label_of(const SweepPoint& point) {
  std::string words;
  for (const auto& [key, value] : point.varied) words += (words.empty() ? "" : ", ") + key + " " + value;
  return words.empty() ? point.folder : words;
}

}  // namespace lamella::report
