#pragma once
#include <filesystem>
#include <map>
#include <string>
#include <vector>

#include "builder/report/page.hpp"

namespace lamella::report {

/// One row of sweep.csv: its folder, what was varied there, and what its analyses found.
struct SweepPoint {
  std::string folder;
  std::vector<std::pair<std::string, std::string>> varied;  ///< key, value, in the table's order
  json manifest;
  std::vector<json> analyses;

  /// The value of a key, "" where it has none.
  std::string value(const std::string& key) const;
};

/// Reads sweep.csv: the folder is the column called folder, point or name (else the first), the varied keys are the columns
/// that look like a specification's (seed, or with a dot).
std::vector<SweepPoint> sweep_points(Page& page, const std::filesystem::path& folder);

/// What a chart's horizontal axis is: the first varied thickness, else the first key with numbers. "" when there is none.
std::string axis_of(const std::vector<SweepPoint>& points);
/// The varied keys of a point but the axis and the seed, as words: "vacancies.Li 0.1".
std::string series_of(const SweepPoint& point, const std::string& axis);
/// All varied keys as words.
std::string label_of(const SweepPoint& point);

}  // namespace lamella::report
