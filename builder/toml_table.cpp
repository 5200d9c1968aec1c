#include "builder/toml_table.hpp"

#include <fmt/format.h>

#include <cmath>
#include <sstream>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

std::string toml_text(const toml::node& node) {
  std::ostringstream text;
  node.visit([&](const auto& value) { text << toml::toml_formatter{value}; });
  std::string line = text.str();
  for (char& c : line)
    if (c == '\n') c = ' ';
  return line.size() > 60 ? line.substr(0, 57) + "..." : line;
}

const toml::node* TomlTable::node(const std::string& key) {
  known_.insert(key);
  return table_.get(key);
}

bool TomlTable::has(const std::string& key) { return node(key) != nullptr; }

void TomlTable::wrong(const std::string& key, const std::string& what, const std::string& allowed) const {
  fail_input({where(key), what, toml_text(*table_.get(key)), allowed, ""});
}

double TomlTable::number(const std::string& key, double fallback, double low, double high) {
  const toml::node* found = node(key);
  if (!found) return fallback;
  const std::string allowed = fmt::format("{:g} to {:g}", low, high);
  const auto value = found->is_number() ? found->value<double>() : std::nullopt;
  if (!value) wrong(key, "not a number", allowed);
  if (!std::isfinite(*value) || *value < low || *value > high) wrong(key, "out of range", allowed);
  return *value;
}

long TomlTable::integer(const std::string& key, long fallback, long low, long high) {
  const toml::node* found = node(key);
  if (!found) return fallback;
  const std::string allowed = fmt::format("{} to {}", low, high);
  if (!found->is_integer()) wrong(key, "not a whole number", allowed);
  const long value = static_cast<long>(found->as_integer()->get());
  if (value < low || value > high) wrong(key, "out of range", allowed);
  return value;
}

std::string TomlTable::text(const std::string& key, const std::string& fallback) {
  const toml::node* found = node(key);
  if (!found) return fallback;
  if (!found->is_string()) wrong(key, "not a text in quotes", "");
  const std::string value = found->as_string()->get();
  if (value.find_first_of(std::string("\n\r\0", 3)) != std::string::npos) wrong(key, "a text of more than one line", "one line");
  return value;
}

std::string TomlTable::choice(const std::string& key, const std::string& fallback, const std::vector<std::string>& choices) {
  const std::string value = text(key, fallback);
  for (const std::string& allowed : choices)
    if (value == allowed) return value;
  const std::string near = nearest_word(value, choices);
  fail_input({where(key), "unknown word", "'" + value + "'", fmt::format("{}", fmt::join(choices, ", ")),
              near.empty() ? "" : "did you mean '" + near + "'?"});
}

std::vector<long> TomlTable::integers(const std::string& key, std::size_t count, long low, long high) {
  const toml::node* found = node(key);
  if (!found) return {};
  const std::string allowed = fmt::format("{} whole numbers from {} to {}", count, low, high);
  const toml::array* array = found->as_array();
  if (!array || array->size() != count) wrong(key, "not a list of whole numbers", allowed);
  std::vector<long> values;
  for (const toml::node& item : *array) {
    if (!item.is_integer()) wrong(key, "not a list of whole numbers", allowed);
    values.push_back(static_cast<long>(item.as_integer()->get()));
    if (values.back() < low || values.back() > high) wrong(key, "out of range", allowed);
  }
  return values;
}

bool TomlTable::flag(const std::string& key, bool fallback) {
  const toml::node* found = node(key);
  if (!found) return fallback;
  if (!found->is_boolean()) wrong(key, "not true or false", "true, false");
  return found->as_boolean()->get();
}

void TomlTable::refuse_unknown() const {
  for (const auto& [key, value] : table_) {
    const std::string name(key.str());
    if (known_.contains(name)) continue;
    const std::vector<std::string> known(known_.begin(), known_.end());
    const std::string near = nearest_word(name, known);
    fail_input({where(name), "unknown key", "'" + name + "'", fmt::format("{}", fmt::join(known, ", ")),
                near.empty() ? "" : "did you mean '" + near + "'?"});
  }
}

}  // namespace lamella
