#include "builder/overrides.hpp"

#include <fmt/format.h>

#include <sstream>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

std::vector<std::string> split_dots(const std::string& key) {
  std::vector<std::string> parts;
  std::stringstream stream(key);
  for (std::string part; std::getline(stream, part, '.');) parts.push_back(part);
  return parts;
}

toml::table parsed_value(const std::string& value) {
  try {
    return toml::parse("value = " + value);
  } catch (const toml::parse_error&) {
    toml::table table;
    table.insert("value", value);
    return table;
  }
}

toml::table& table_in(toml::table& parent, const std::string& key, const std::string& word) {
  if (!parent.contains(key)) parent.insert(key, toml::table{});
  toml::table* table = parent.get(key)->as_table();
  if (!table) fail_input({"--set", "not a table: '" + key + "'", "'" + word + "'", "", ""});
  return *table;
}

toml::table& layer_table(toml::table& specification, const std::string& name, const std::string& word) {
  std::vector<std::string> known{"cell", "seed", "title"};
  if (toml::array* layers = specification["layer"].as_array())
    for (toml::node& layer : *layers)
      if (toml::table* table = layer.as_table()) {
        const std::string layer_name = (*table)["name"].value_or(std::string());
        if (layer_name == name) return *table;
        known.push_back(layer_name);
      }
  const std::string near = nearest_word(name, known);
  fail_input({"--set", "no layer or table '" + name + "'", "'" + word + "'", fmt::format("{}", fmt::join(known, ", ")),
              near.empty() ? "" : "did you mean '" + near + "'?"});
}

/// `key` of the first entry for `species`, which is made where there is none; a fraction takes the place of a count and the other way.
void set_vacancy(toml::table& layer, const std::string& species, const std::string& key, const toml::node& value, const std::string& word) {
  if (!layer.contains("vacancies")) layer.insert("vacancies", toml::array{});
  toml::array* list = layer.get("vacancies")->as_array();
  if (!list) fail_input({"--set", "vacancies is no list", "'" + word + "'", "", ""});
  for (toml::node& entry : *list)
    if (toml::table* table = entry.as_table(); table && (*table)["species"].value_or(std::string()) == species) {
      if (key == "fraction") table->erase("count");
      if (key == "count") table->erase("fraction");
      value.visit([&](const auto& v) { table->insert_or_assign(key, v); });
      return;
    }
  toml::table entry;
  entry.insert("species", species);
  value.visit([&](const auto& v) { entry.insert_or_assign(key, v); });
  list->push_back(entry);
}

}  // namespace

void apply_override(toml::table& specification, const std::string& word) {
  const std::size_t equals = word.find('=');
  if (equals == std::string::npos || equals == 0 || equals + 1 == word.size())
    fail_input({"--set", "not KEY=VALUE", "'" + word + "'", "", "write it like coating.thickness=5"});
  const std::vector<std::string> parts = split_dots(word.substr(0, equals));
  const toml::table holder = parsed_value(word.substr(equals + 1));
  const toml::node& value = *holder.get("value");
  if (parts.empty()) fail_input({"--set", "no key", "'" + word + "'", "", "write it like coating.thickness=5"});
  if (parts.size() == 1) {
    value.visit([&](const auto& v) { specification.insert_or_assign(parts[0], v); });
    return;
  }
  toml::table& target = parts[0] == "cell" ? table_in(specification, "cell", word) : layer_table(specification, parts[0], word);
  if (parts.size() == 3 && parts[1] == "vacancies") return set_vacancy(target, parts[2], "fraction", value, word);
  if (parts.size() == 4 && parts[1] == "vacancies") return set_vacancy(target, parts[2], parts[3], value, word);
  toml::table& place = parts.size() == 3 ? table_in(target, parts[1], word) : target;
  if (parts.size() > 3) fail_input({"--set", "too many dots", "'" + word + "'", "", "write it like coating.quench.rate=1e13"});
  // A glass that is asked to be another one can't keep the file of the old.
  if (parts[1] == "amorphous" || parts[1] == "thickness" || parts[1] == "quench") target.erase("structure"), target.erase("sha256");
  if (parts[1] == "structure") target.erase("sha256");
  value.visit([&](const auto& v) { place.insert_or_assign(parts.back(), v); });
}

}  // namespace lamella
