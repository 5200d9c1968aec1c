#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <map>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "export/deepmd_data.hpp"
#include "export/text.hpp"
#include "lattice/read_structure.hpp"

namespace lamella {
namespace {

double number(const std::string& word, const std::string& where) {
  double value = 0.0;
  const char* start = word.c_str() + (word.starts_with('+') ? 1 : 0);
  const auto [end, error] = std::from_chars(start, word.c_str() + word.size(), value);
  if (error != std::errc{} || end != word.c_str() + word.size()) fail_input({where, "not a number", word, "", ""});
  return value;
}

/// key=value and key="several words" of a comment line, keys as they stand.
std::map<std::string, std::string> pairs_of(std::string_view line) {
  std::map<std::string, std::string> pairs;
  std::size_t i = 0;
  while (i < line.size()) {
    while (i < line.size() && line[i] == ' ') ++i;
    const std::size_t start = i;
    while (i < line.size() && line[i] != '=' && line[i] != ' ') ++i;
    const std::string key(line.substr(start, i - start));
    if (i >= line.size() || line[i] != '=') continue;
    ++i;
    const char quote = i < line.size() && (line[i] == '"' || line[i] == '\'') ? line[i++] : ' ';
    const std::size_t end = std::min(line.find(quote, i), line.size());
    pairs[key] = std::string(line.substr(i, end - i));
    i = end + 1;
  }
  return pairs;
}

const std::string* first_of(const std::map<std::string, std::string>& pairs, std::initializer_list<const char*> keys) {
  for (const char* key : keys)
    if (const auto found = pairs.find(key); found != pairs.end()) return &found->second;
  return nullptr;
}

/// Nine numbers, or six in Voigt's order xx yy zz yz xz xy.
Mat3 tensor(const std::string& text, const std::string& where) {
  const auto words = split_words(text);
  std::vector<double> v;
  for (const std::string& word : words) v.push_back(number(word, where));
  Mat3 m;
  if (v.size() == 9)
    m << v[0], v[1], v[2], v[3], v[4], v[5], v[6], v[7], v[8];
  else if (v.size() == 6)
    m << v[0], v[5], v[4], v[5], v[1], v[3], v[4], v[3], v[2];
  else
    fail_input({where, "not a tensor", text, "nine numbers, or six in Voigt order", ""});
  return m;
}

/// The column at which `forces` (or `force`) starts, -1 where the file has none.
int force_column(const std::string& properties) {
  int column = 0;
  std::vector<std::string> fields;
  for (std::size_t i = 0; i <= properties.size();) {
    const std::size_t colon = std::min(properties.find(':', i), properties.size());
    fields.push_back(properties.substr(i, colon - i));
    i = colon + 1;
  }
  for (std::size_t k = 0; k + 2 < fields.size(); k += 3) {
    if ((fields[k] == "forces" || fields[k] == "force") && fields[k + 2] == "3") return column;
    column += std::atoi(fields[k + 2].c_str());
  }
  return -1;
}

LabelledFrame read_frame(const std::string& text, const std::string& where, const std::string& family) {
  LabelledFrame frame;
  frame.structure = parse_extxyz(text, where);
  frame.origin = where;
  const std::size_t comment = text.find('\n') + 1, atoms = text.find('\n', comment) + 1;
  const auto pairs = pairs_of(std::string_view(text).substr(comment, atoms - 1 - comment));
  const std::string* config = first_of(pairs, {"config_type"});
  frame.family = config ? *config : family;
  if (const std::string* energy = first_of(pairs, {"energy", "free_energy", "REF_energy", "Energy"})) frame.energy = number(*energy, where);
  if (const std::string* virial = first_of(pairs, {"virial", "virials", "REF_virial"}))
    frame.virial = tensor(*virial, where);
  else if (const std::string* stress = first_of(pairs, {"stress", "REF_stress"}))
    frame.virial = -frame.structure.cell.volume() * tensor(*stress, where);
  const std::string* properties = first_of(pairs, {"Properties", "properties"});
  const int column = properties ? force_column(*properties) : -1;
  std::size_t at = atoms;
  for (std::size_t i = 0; column >= 0 && i < frame.structure.size(); ++i) {
    const std::size_t end = std::min(text.find('\n', at), text.size());
    const auto words = split_words(std::string_view(text).substr(at, end - at));
    if (static_cast<int>(words.size()) < column + 3) fail_input({where, "an atom without its force", std::to_string(i + 1), "", ""});
    const auto c = static_cast<std::size_t>(column);
    frame.forces.emplace_back(number(words[c], where), number(words[c + 1], where), number(words[c + 2], where));
    at = end + 1;
  }
  return frame;
}

}  // namespace

std::vector<LabelledFrame> read_labelled_extxyz(const std::filesystem::path& file) {
  const std::string text = read_whole_file(file);
  std::vector<LabelledFrame> frames;
  for (std::size_t at = 0; at < text.size();) {
    const std::string where = fmt::format("{} frame {}", file.string(), frames.size());
    long count = 0;
    const std::size_t first = text.find_first_not_of(" \t", at);
    if (first == std::string::npos || text.find_first_not_of(" \t\r\n", at) == std::string::npos) break;
    const auto [rest, error] = std::from_chars(text.data() + first, text.data() + text.size(), count);
    if (error != std::errc{} || count < 1) fail_input({where, "not a number of atoms", text.substr(at, 20), "", ""});
    std::size_t end = at;
    for (long line = 0; line < count + 2 && end < text.size(); ++line) end = std::min(text.find('\n', end), text.size() - 1) + 1;
    frames.push_back(read_frame(text.substr(at, end - at), where, file.stem().string()));
    at = end;
  }
  if (frames.empty()) fail_input({file.string(), "no frames", "", "", ""});
  return frames;
}

std::string labelled_extxyz_text(const LabelledFrame& frame) {
  check_writable(frame.structure, "extxyz");
  const std::vector<std::string> symbols = symbol_table(frame.structure);
  const bool forces = !frame.forces.empty();
  TextBuilder text(frame.structure.size() * 130 + 600);
  text << static_cast<long>(frame.structure.size()) << "\nLattice=\"";
  for (int i = 0; i < 9; ++i) text << (i ? " " : "") << frame.structure.cell.rows()(i / 3, i % 3);
  text << "\" Properties=species:S:1:pos:R:3" << (forces ? ":forces:R:3" : "");
  if (frame.energy) text << " energy=" << *frame.energy;
  if (frame.virial) {
    text << " stress=\"";
    for (int i = 0; i < 9; ++i) text << (i ? " " : "") << -(*frame.virial)(i / 3, i % 3) / frame.structure.cell.volume();
    text << '"';
  }
  if (!frame.family.empty()) text << " config_type=\"" << one_line(frame.family) << '"';
  text << " pbc=\"T T T\"\n";
  for (std::size_t i = 0; i < frame.structure.size(); ++i) {
    const Cartesian& r = frame.structure.positions[i];
    text << symbols[frame.structure.elements[i].number()] << ' ' << r.x() << ' ' << r.y() << ' ' << r.z();
    if (forces) text << ' ' << frame.forces[i].x() << ' ' << frame.forces[i].y() << ' ' << frame.forces[i].z();
    text << '\n';
  }
  return text.take();
}

}  // namespace lamella
