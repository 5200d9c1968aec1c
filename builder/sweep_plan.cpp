#include "builder/sweep_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <optional>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"

namespace lamella {

namespace {

constexpr std::size_t most_points = 100'000;

/// Splits at commas outside brackets, braces and quotes.
std::vector<std::string> split_values(const std::string& text) {
  std::vector<std::string> values{""};
  int depth = 0;
  char quote = 0;
  for (const char c : text) {
    if (quote) quote = c == quote ? 0 : quote;
    else if (c == '"' || c == '\'') quote = c;
    else if (c == '[' || c == '{') ++depth;
    else if (c == ']' || c == '}') --depth;
    else if (c == ',' && depth == 0) {
      values.emplace_back();
      continue;
    }
    values.back() += c;
  }
  return values;
}

std::optional<long> whole_number(std::string_view text) {
  long n = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), n);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return n;
}

/// "1..3" or "0..20..5"; nothing when it is no range.
std::optional<std::vector<std::string>> expanded_range(const std::string& value, const std::string& word) {
  const std::size_t first = value.find("..");
  if (first == std::string::npos || first == 0) return std::nullopt;
  const std::size_t second = value.find("..", first + 2);
  const auto from = whole_number(std::string_view(value).substr(0, first));
  const auto to = whole_number(std::string_view(value).substr(first + 2, second == std::string::npos ? second : second - first - 2));
  const auto step = second == std::string::npos ? std::optional<long>(1) : whole_number(std::string_view(value).substr(second + 2));
  if (!from || !to) return std::nullopt;  // a path such as ../layer.extxyz
  constexpr long far = 1'000'000'000'000'000;
  if (!step || *step <= 0 || *to < *from || *from < -far || *to > far || (*to - *from) / *step >= static_cast<long>(most_points))
    fail_input({"--vary", "not a range", "'" + word + "'", fmt::format("FROM..TO or FROM..TO..STEP, at most {} values", most_points), "as in seed=1..3"});
  std::vector<std::string> values;
  for (long n = *from; n <= *to; n += *step) values.push_back(std::to_string(n));
  return values;
}

/// A folder's name for a point: readable, portable, and its own whatever the other points are.
std::string point_name(const std::vector<SweepAxis>& axes, const std::vector<std::string>& values) {
  std::string exact, name;
  for (std::size_t i = 0; i < axes.size(); ++i) exact += (i ? "_" : "") + axes[i].key + "=" + values[i];
  bool changed = false;
  for (const char c : exact) {
    const bool plain = std::isalnum(static_cast<unsigned char>(c)) || c == '.' || c == '=' || c == '_' || c == '-' || c == '+';
    name += plain ? c : '-';
    changed = changed || !plain;
  }
  if (name.size() > 120) name.resize(120), changed = true;
  return changed ? name + "-" + sha256(exact).substr(0, 8) : name;
}

}  // namespace

SweepAxis parse_axis(const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    fail_input({"--vary", "not KEY=VALUE,VALUE,...", "'" + word + "'", "", "write it like coating.thickness=0,5,10 or seed=1..3"});
  SweepAxis axis{word.substr(0, equals), {}};
  for (const std::string& value : split_values(word.substr(equals + 1))) {
    if (value.empty()) fail_input({"--vary", "an empty value", "'" + word + "'", "", "write it like coating.thickness=0,5,10"});
    if (const auto range = expanded_range(value, word)) axis.values.insert(axis.values.end(), range->begin(), range->end());
    else axis.values.push_back(value);
  }
  std::set<std::string> seen;
  for (const std::string& value : axis.values)
    if (!seen.insert(value).second) fail_input({"--vary", "a value twice", value, "'" + word + "'", "name each value once"});
  return axis;
}

SweepPlan plan_sweep(const std::filesystem::path& specification, const std::vector<std::string>& settings, const std::vector<std::string>& vary) {
  if (vary.empty()) fail_input({"sweep", "nothing varies", "", "--vary KEY=VALUE,...", "as in --vary coating.thickness=0,5,10"});
  SweepPlan plan;
  std::size_t count = 1;
  for (const std::string& word : vary) {
    SweepAxis axis = parse_axis(word);
    for (const SweepAxis& other : plan.axes)
      if (other.key == axis.key) fail_input({"--vary", "a key twice", axis.key, "", "give all its values in one --vary"});
    count *= axis.values.size();
    if (count > most_points) fail_input({"sweep", "too many points", fmt::format("> {}", most_points), "", "vary less"});
    plan.axes.push_back(std::move(axis));
  }
  const std::string text = read_whole_file(specification);
  const std::filesystem::path folder = specification.has_parent_path() ? specification.parent_path() : std::filesystem::path(".");
  for (std::size_t index = 0; index < count; ++index) {
    PlannedPoint point;
    point.values.resize(plan.axes.size());
    std::size_t rest = index;
    for (std::size_t i = plan.axes.size(); i-- > 0;) {
      point.values[i] = plan.axes[i].values[rest % plan.axes[i].values.size()];
      rest /= plan.axes[i].values.size();
    }
    std::vector<std::string> overrides = settings;
    for (std::size_t i = 0; i < plan.axes.size(); ++i) overrides.push_back(plan.axes[i].key + "=" + point.values[i]);
    point.name = point_name(plan.axes, point.values);
    point.specification = parse_specification(text, specification.string(), folder, overrides);
    plan.points.push_back(std::move(point));
  }
  return plan;
}

}  // namespace lamella
