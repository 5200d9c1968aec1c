#include "runner/pair_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

const std::string kWhere = "pair_style deepmd";
const std::array<std::string, 8> kKnown = {"out_freq", "out_file", "fparam", "aparam", "atomic", "relative", "relative_v", "ttm"};
// Keywords of deepmd-kit that belong to models or couplings this program does not run itself.
const std::array<std::string, 6> kElsewhere = {"ttm", "fparam_from_compute", "fparam_from_fix", "aparam_from_compute", "charge_spin", "virtual_len"};

bool is_keyword(const std::string& word) {
  return std::ranges::find(kKnown, word) != kKnown.end() || std::ranges::find(kElsewhere, word) != kElsewhere.end();
}

bool parse_number(const std::string& word, double& value) {
  const auto [end, code] = std::from_chars(word.data(), word.data() + word.size(), value);
  return code == std::errc() && end == word.data() + word.size() && std::isfinite(value);
}

// The words of one command, read from left to right.
class Reader {
 public:
  explicit Reader(std::span<const std::string> words) : words_(words) {}
  bool done() const { return at_ == words_.size(); }
  const std::string& next() { return words_[at_++]; }
  bool at_keyword() const { return !done() && is_keyword(words_[at_]); }
  const std::string& value_of(const std::string& keyword) {
    if (done() || at_keyword()) fail_input({kWhere, keyword + " without a value", "", "", ""});
    return next();
  }
  double number_of(const std::string& keyword) {
    const std::string& word = value_of(keyword);
    double value = 0.0;
    if (!parse_number(word, value)) fail_input({kWhere, "not a number after " + keyword, word, "", ""});
    return value;
  }
  std::vector<double> numbers_of(const std::string& keyword) {
    std::vector<double> values = {number_of(keyword)};
    double value = 0.0;
    while (!done() && parse_number(words_[at_], value)) values.push_back(value), ++at_;
    return values;
  }

 private:
  std::span<const std::string> words_;
  std::size_t at_ = 0;
};

int steps_of(Reader& reader) {
  const double value = reader.number_of("out_freq");
  if (value < 0 || value > 2e9 || value != std::floor(value))
    fail_input({kWhere, "out_freq is not a number of steps", fmt::format("{}", value), "0 or more", ""});
  return static_cast<int>(value);
}

[[noreturn]] void fail_keyword(const std::string& word) {
  if (std::ranges::find(kElsewhere, word) != kElsewhere.end())
    fail_input({kWhere, "keyword " + word + " is not supported here", "", "", "run this input in deepmd-kit's own lmp"});
  const std::string near = nearest_word(word, kKnown);
  fail_input({kWhere, "unknown word among the keywords", word, fmt::format("{}", fmt::join(kKnown.begin(), kKnown.end() - 1, " ")),
              near.empty() ? "" : "did you mean " + near + "?"});
}

}  // namespace

PairSettings parse_pair_settings(std::span<const std::string> words) {
  PairSettings settings;
  Reader reader(words);
  while (!reader.done() && !reader.at_keyword()) {
    settings.models.push_back(reader.next());
    const std::string& word = settings.models.back();  // a misspelt keyword would pass for a file
    if (word.find_first_of("./") == std::string::npos && !nearest_word(word, kKnown).empty()) fail_keyword(word);
  }
  if (settings.models.empty()) fail_input({kWhere, "no model", "", "", "pair_style deepmd model.pb"});
  while (!reader.done()) {
    const std::string word = reader.next();
    if (word == "out_freq") settings.out_freq = steps_of(reader);
    else if (word == "out_file") settings.out_file = reader.value_of(word);
    else if (word == "fparam") settings.fparam = reader.numbers_of(word);
    else if (word == "aparam") settings.aparam = reader.numbers_of(word);
    else if (word == "atomic") settings.atomic = true;
    else if (word == "relative") settings.relative = true, settings.relative_level = reader.number_of(word);
    else if (word == "relative_v") settings.relative_v = true, settings.relative_v_level = reader.number_of(word);
    else fail_keyword(word);
  }
  return settings;
}

std::vector<int> model_types_of(std::span<const std::string> words, std::span<const std::string> type_map, int lammps_types) {
  const std::string where = "pair_coeff";
  const std::string names = fmt::format("{}", fmt::join(type_map, " "));
  if (words.empty())
    fail_input({where, "the elements of the LAMMPS types are not named", "* *", names + " NULL",
                "write pair_coeff * * " + names + " in the order of your types: by position alone a model of another order is silently wrong"});
  if (static_cast<int>(words.size()) > lammps_types)
    fail_input({where, "more names than atom types", fmt::format("{}", words.size()), fmt::format("{}", lammps_types), ""});
  std::vector<int> types(static_cast<std::size_t>(lammps_types), -1);
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (words[i] == "NULL") continue;
    const auto found = std::ranges::find(type_map, words[i]);
    if (found == type_map.end()) fail_input({where, "the model has no such element", words[i], names + " NULL", ""});
    types[i] = static_cast<int>(found - type_map.begin());
  }
  return types;
}

}  // namespace lamella
