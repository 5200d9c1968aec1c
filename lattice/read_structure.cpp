#include "lattice/read_structure.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cmath>
#include <map>
#include <string_view>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {
namespace {

/// The lines of a text, one at a time, remembering where it is for the error message.
class Lines {
 public:
  Lines(const std::string& text, const std::string& name) : rest_(text), name_(name) {}

  std::string_view next(const char* wanted) {
    ++number_;
    if (rest_.empty()) fail("the file ends here", "", std::string(wanted));
    const std::size_t end = rest_.find('\n');
    std::string_view line = rest_.substr(0, end);
    rest_ = end == std::string_view::npos ? std::string_view{} : rest_.substr(end + 1);
    if (!line.empty() && line.back() == '\r') line.remove_suffix(1);
    return line;
  }
  [[noreturn]] void fail(const std::string& what, std::string_view got, const std::string& allowed = "") const {
    fail_input({fmt::format("{} line {}", name_, number_), what, got.empty() ? "" : fmt::format("'{}'", got.substr(0, 60)), allowed, ""});
  }
  double number(std::string_view word) const {
    double value = 0.0;
    if (!word.empty() && word.front() == '+') word.remove_prefix(1);
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || !std::isfinite(value)) fail("not a number", word);
    return value;
  }
  long integer(std::string_view word, long low, long high) const {
    long value = 0;
    const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), value);
    if (error != std::errc{} || end != word.data() + word.size() || value < low || value > high)
      fail("not a whole number in range", word, fmt::format("{} to {}", low, high));
    return value;
  }
  /// An error of the cell or the element table, with this line put to it.
  template <class F>
  auto at_this_line(F&& make) const {
    try {
      return make();
    } catch (const Error& error) {
      ErrorText text = error.text();
      text.where = fmt::format("{} line {}", name_, number_);
      text.what = error.text().where + ": " + text.what;
      fail_input(text);
    }
  }

 private:
  std::string_view rest_;
  std::string name_;
  int number_ = 0;
};

/// key=value and key="several words" pairs of an extended XYZ comment line; keys lower-cased.
std::map<std::string, std::string> comment_keys(std::string_view line) {
  std::map<std::string, std::string> keys;
  std::size_t i = 0;
  while (i < line.size()) {
    while (i < line.size() && line[i] == ' ') ++i;
    std::string key;
    while (i < line.size() && line[i] != '=' && line[i] != ' ') key += static_cast<char>(std::tolower(static_cast<unsigned char>(line[i++])));
    std::string value;
    if (i < line.size() && line[i] == '=') {
      const char quote = ++i < line.size() && (line[i] == '"' || line[i] == '\'') ? line[i++] : ' ';
      while (i < line.size() && line[i] != quote) value += line[i++];
      if (i < line.size()) ++i;
    }
    if (!key.empty()) keys[key] = value;
  }
  return keys;
}

Cell cell_of(const Lines& lines, const std::vector<std::string>& words) {
  Mat3 rows;
  for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) = lines.number(words[i]);
  return lines.at_this_line([&] { return Cell(rows); });
}

/// Where each property starts among the words of an atom's line; -1 where the file has none.
struct Columns {
  int species = 0, pos = 1, molecule = -1, molecule_type = -1, width = 4;
};

Columns columns_of(const Lines& lines, const std::map<std::string, std::string>& keys) {
  Columns columns;
  if (!keys.count("properties")) return columns;
  columns = {-1, -1, -1, -1, 0};
  std::string_view rest = keys.at("properties");
  int tags = -1;
  while (!rest.empty()) {
    std::string_view field[3];
    for (auto& part : field) {
      const std::size_t colon = rest.find(':');
      part = rest.substr(0, colon);
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
    const long count = lines.integer(field[2], 1, 1000);
    if (field[0] == "species" || (field[0] == "element" && columns.species < 0)) columns.species = columns.width;
    if ((field[0] == "pos" || field[0] == "position") && count == 3) columns.pos = columns.width;
    if (field[0] == "molecule") columns.molecule = columns.width;
    if (field[0] == "tags") tags = columns.width;
    if (field[0] == "molecule_type") columns.molecule_type = columns.width;
    columns.width += static_cast<int>(count);
  }
  if (columns.molecule < 0) columns.molecule = tags;
  if (columns.species < 0 || columns.pos < 0) lines.fail("Properties lacks species or pos", keys.at("properties"), "species:S:1:pos:R:3");
  return columns;
}

/// Layer numbers as in the file (from 1, or from 0 in foreign ones) become indices; names come from molecule_type.
void number_layers(Structure& structure, const std::vector<long>& numbers, const std::vector<std::string>& names) {
  if (numbers.empty()) return;
  std::map<long, std::string> layers;
  for (std::size_t i = 0; i < numbers.size(); ++i) layers.emplace(numbers[i], names.empty() ? fmt::format("layer{}", numbers[i]) : names[i]);
  std::map<long, int> index;
  for (const auto& [number, name] : layers) {
    index[number] = static_cast<int>(structure.layer_names.size());
    structure.layer_names.push_back(name);
  }
  for (long number : numbers) structure.layer_of.push_back(index[number]);
}

}  // namespace

Structure parse_extxyz(const std::string& text, const std::string& name) {
  Lines lines(text, name);
  const auto first = split_words(lines.next("the number of atoms"));
  if (first.size() != 1) lines.fail("not a number of atoms", first.empty() ? "an empty line" : first[0] + " ...");
  const long count = lines.integer(first[0], 1, 500000000);
  const auto keys = comment_keys(lines.next("the comment line with Lattice=\"...\""));
  const auto lattice = keys.count("lattice") ? split_words(keys.at("lattice")) : std::vector<std::string>{};
  if (lattice.size() != 9) lines.fail("no Lattice with nine numbers", keys.count("lattice") ? keys.at("lattice") : "", "Lattice=\"ax ay az bx by bz cx cy cz\"");
  Structure structure;
  structure.cell = cell_of(lines, lattice);
  const Columns columns = columns_of(lines, keys);
  std::vector<long> numbers;
  std::vector<std::string> names;
  for (long i = 0; i < count; ++i) {
    const auto words = split_words(lines.next("another atom"));
    if (static_cast<int>(words.size()) < columns.width) lines.fail("too few columns for an atom", words.empty() ? "an empty line" : words[0] + " ...", fmt::format("{}", columns.width));
    structure.elements.push_back(lines.at_this_line([&] { return Element::from_symbol(words[columns.species]); }));
    structure.positions.emplace_back(lines.number(words[columns.pos]), lines.number(words[columns.pos + 1]), lines.number(words[columns.pos + 2]));
    if (columns.molecule >= 0) numbers.push_back(lines.integer(words[columns.molecule], -1000000000, 1000000000));
    if (columns.molecule_type >= 0) names.push_back(words[columns.molecule_type]);
  }
  number_layers(structure, numbers, names);
  return structure;
}

Structure parse_poscar(const std::string& text, const std::string& name) {
  Lines lines(text, name);
  lines.next("a title");
  const auto factors = split_words(lines.next("the scale factor"));
  if (factors.size() != 1 && factors.size() != 3) lines.fail("not a scale factor", factors.empty() ? "" : factors[0], "one number (negative: volume) or three");
  std::vector<std::string> words;
  for (int i = 0; i < 3; ++i) {
    const auto row = split_words(lines.next("a lattice vector"));
    if (row.size() < 3) lines.fail("not a lattice vector", row.empty() ? "an empty line" : row[0], "three numbers");
    for (const auto& word : {row[0], row[1], row[2]}) lines.number(word);
    words.insert(words.end(), row.begin(), row.begin() + 3);
  }
  Mat3 rows = cell_of(lines, words).rows();
  Vec3 scale = Vec3::Constant(lines.number(factors[0]));
  if (factors.size() == 3) scale = Vec3(lines.number(factors[0]), lines.number(factors[1]), lines.number(factors[2]));
  if (factors.size() == 1 && scale[0] < 0) scale.setConstant(std::cbrt(-scale[0] / rows.determinant()));
  if (!(scale.minCoeff() > 0)) lines.fail("scale factor must not be zero or mixed in sign", factors[0]);
  rows = rows * scale.asDiagonal();
  Structure structure;
  structure.cell = lines.at_this_line([&] { return Cell(rows); });

  const auto symbols = split_words(lines.next("the element symbols"));
  if (symbols.empty()) lines.fail("no element symbols", "an empty line", "a VASP 5 line such as 'Li Co O'");
  if (std::all_of(symbols[0].begin(), symbols[0].end(), [](unsigned char c) { return std::isdigit(c); }))
    lines.fail("the element symbols are missing (a VASP 4 file)", symbols[0], "a line such as 'Li Co O' before the counts");
  std::vector<Element> kinds;  // POTCAR variants such as Li_sv or hashes after '/' are cut off
  for (const auto& symbol : symbols)
    kinds.push_back(lines.at_this_line([&] { return Element::from_symbol(std::string_view(symbol).substr(0, symbol.find_first_of("_/"))); }));
  const auto counts = split_words(lines.next("the counts"));
  if (counts.size() != kinds.size()) lines.fail("as many counts as elements are wanted", counts.empty() ? "an empty line" : counts[0] + " ...", fmt::format("{}", kinds.size()));
  for (std::size_t k = 0; k < kinds.size(); ++k)
    structure.elements.insert(structure.elements.end(), lines.integer(counts[k], 0, 100000000), kinds[k]);
  if (structure.elements.empty()) lines.fail("no atoms", counts[0]);
  std::string_view mode = lines.next("Direct or Cartesian");
  auto initial = [&] { return mode.empty() ? '\0' : static_cast<char>(std::tolower(static_cast<unsigned char>(mode.front()))); };
  if (initial() == 's') mode = lines.next("Direct or Cartesian");
  const bool cartesian = initial() == 'c' || initial() == 'k';
  if (!cartesian && initial() != 'd') lines.fail("coordinates of which kind", mode, "Direct or Cartesian");
  for (std::size_t i = 0; i < structure.elements.size(); ++i) {
    const auto row = split_words(lines.next("another atom"));
    if (row.size() < 3) lines.fail("not a position", row.empty() ? "an empty line" : row[0], "three numbers");
    const Vec3 r(lines.number(row[0]), lines.number(row[1]), lines.number(row[2]));
    structure.positions.push_back(cartesian ? Cartesian(Vec3(r.cwiseProduct(scale))) : structure.cell.to_cartesian(Fractional(r)));
  }
  return structure;
}

}  // namespace lamella
