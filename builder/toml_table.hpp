#pragma once
#include <set>
#include <string>
#include <toml++/toml.h>
#include <vector>

namespace lamella {

/// A TOML table read with care: every key is asked for once, with its range; what nobody asked for is an error that names the
/// nearest known key. Throws Error (bad_input) with "file: table.key".
class TomlTable {
 public:
  TomlTable(const toml::table& table, std::string where) : table_(table), where_(std::move(where)) {}

  bool has(const std::string& key);
  double number(const std::string& key, double fallback, double low, double high);
  long integer(const std::string& key, long fallback, long low, long high);
  std::string text(const std::string& key, const std::string& fallback);
  /// One of `choices`; the nearest is suggested.
  std::string choice(const std::string& key, const std::string& fallback, const std::vector<std::string>& choices);
  std::vector<long> integers(const std::string& key, std::size_t count, long low, long high);
  bool flag(const std::string& key, bool fallback);
  const toml::node* node(const std::string& key);
  std::string where(const std::string& key) const { return where_.empty() ? key : where_ + "." + key; }
  /// Throws for keys that were never asked for.
  void refuse_unknown() const;

 private:
  [[noreturn]] void wrong(const std::string& key, const std::string& what, const std::string& allowed) const;
  const toml::table& table_;
  std::string where_;
  std::set<std::string> known_;
};

/// A value as a user would write it, for error texts.
std::string toml_text(const toml::node& node);

}  // namespace lamella
