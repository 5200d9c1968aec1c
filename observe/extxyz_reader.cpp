// Extended XYZ with many frames (https://github.com/libAtoms/extxyz). `id`, `molecule` or `tags` and `molecule_type` as in
// stack.extxyz; without `id` the atoms are known by their row.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "observe/atom_table.hpp"
#include "observe/line_source.hpp"
#include "observe/readers.hpp"

namespace lamella {
namespace {

using Keys = std::map<std::string, std::string>;

/// key=value and key="several words" of the comment line; keys lower-cased, a lone key is "T".
Keys comment_keys(std::string_view line) {
  Keys keys;
  std::size_t i = 0;
  while (i < line.size()) {
    while (i < line.size() && (line[i] == ' ' || line[i] == '\t')) ++i;
    std::string key, value = "T";
    while (i < line.size() && line[i] != '=' && line[i] != ' ') key += static_cast<char>(std::tolower(static_cast<unsigned char>(line[i++])));
    if (i < line.size() && line[i] == '=') {
      value.clear();
      ++i;
      const char quote = i < line.size() && (line[i] == '"' || line[i] == '\'' || line[i] == '{') ? (line[i] == '{' ? '}' : line[i]) : ' ';
      if (quote != ' ') ++i;
      while (i < line.size() && line[i] != quote) value += line[i++];
      if (i < line.size()) ++i;
    }
    if (!key.empty()) keys[key] = value;
  }
  return keys;
}

struct Columns {
  int species = 0, pos = 1, id = -1, molecule = -1, molecule_type = -1, width = 4;
};

class ExtxyzReader : public TrajectoryReader {
 public:
  ExtxyzReader(const std::filesystem::path& file, const TrajectoryOptions& options) : lines_(file), options_(options) {
    if (!read(pending_)) lines_.fail("no frame at all");
    has_pending_ = true;
  }
  bool next(Frame& frame) override {
    if (!has_pending_) return read(frame);
    std::swap(frame, pending_);
    has_pending_ = false;
    return true;
  }
  bool skip() override {
    if (has_pending_) {
      has_pending_ = false;
      return true;
    }
    long count = 0;
    if (!read_count(count)) return false;
    lines_.need("the comment line");
    for (long i = 0; i < count; ++i) lines_.need("another atom");
    ++index_;
    return true;
  }

 private:
  bool read_count(long& count);
  void read_comment(Frame& frame);
  Columns columns_of(std::string_view properties);
  bool read(Frame& frame);
  void name_layers();

  LineSource lines_;
  TrajectoryOptions options_;
  AtomTable table_;
  Frame pending_;
  bool has_pending_ = false, established_ = false;
  long index_ = 0;
  Columns columns_;
  std::string properties_;
  Vec3 origin_ = Vec3::Zero();
  std::vector<std::string_view> words_;
  FileAtoms file_atoms_;
  std::vector<Cartesian> rows_, last_;
  std::vector<int> order_;
  std::vector<long> layer_numbers_;
  std::vector<std::string> layer_names_;
};

bool ExtxyzReader::read_count(long& count) {
  lines_.set_frame(index_);
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
    split_into(line, words_);
  } while (words_.empty());
  if (words_.size() != 1) lines_.fail("not a number of atoms", line);
  count = lines_.integer(words_[0], 1, 1000000000);
  return true;
}

Columns ExtxyzReader::columns_of(std::string_view rest) {
  Columns c{-1, -1, -1, -1, -1, 0};
  int tags = -1;
  while (!rest.empty()) {
    std::string_view field[3];
    for (auto& part : field) {
      const std::size_t colon = rest.find(':');
      part = rest.substr(0, colon);
      rest = colon == std::string_view::npos ? std::string_view{} : rest.substr(colon + 1);
    }
    const int count = static_cast<int>(lines_.integer(field[2], 1, 1000));
    if (field[0] == "species" || (field[0] == "element" && c.species < 0)) c.species = c.width;
    if ((field[0] == "pos" || field[0] == "position") && count == 3) c.pos = c.width;
    if (field[0] == "id") c.id = c.width;
    if (field[0] == "molecule") c.molecule = c.width;
    if (field[0] == "tags") tags = c.width;
    if (field[0] == "molecule_type") c.molecule_type = c.width;
    c.width += count;
    if (c.width > 100000) lines_.fail("too many columns in Properties");
  }
  if (c.molecule < 0) c.molecule = tags;
  if (c.species < 0 || c.pos < 0) lines_.fail("Properties lacks species or pos", "", "species:S:1:pos:R:3");
  return c;
}

void ExtxyzReader::read_comment(Frame& frame) {
  const Keys keys = comment_keys(lines_.need("the comment line"));
  auto value = [&](const char* key) { return keys.count(key) ? std::string_view(keys.at(key)) : std::string_view(); };
  split_into(value("lattice"), words_);
  if (words_.size() != 9) lines_.fail("no Lattice with nine numbers", value("lattice"), "Lattice=\"ax ay az bx by bz cx cy cz\"");
  Mat3 rows;
  for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) = lines_.number(words_[i]);
  frame.cell = lines_.cell(rows);
  frame.periodic = {true, true, true};
  split_into(value("pbc"), words_);
  for (std::size_t k = 0; k < 3 && words_.size() == 3; ++k) frame.periodic[k] = words_[k] == "T" || words_[k] == "1" || words_[k] == "True";
  split_into(value("origin"), words_);
  origin_ = Vec3::Zero();
  for (std::size_t k = 0; k < 3 && words_.size() == 3; ++k) origin_[k] = lines_.number(words_[k]);
  if (value("properties") != properties_) {
    properties_ = value("properties");
    columns_ = properties_.empty() ? Columns{} : columns_of(properties_);
  }
  // `Time=` is not read: programs write it in fs, ps or units of their own without saying so.
  frame.step = -1;
  for (const char* key : {"timestep", "step"})
    if (!value(key).empty()) frame.step = lines_.integer(value(key), 0, std::numeric_limits<long>::max() / 2);
  frame.time = frame.step >= 0 ? frame.step * options_.timestep : std::numeric_limits<double>::quiet_NaN();
}

bool ExtxyzReader::read(Frame& frame) {
  long count = 0;
  if (!read_count(count)) return false;
  read_comment(frame);
  file_atoms_ = {};
  rows_.clear();
  layer_numbers_.clear();
  layer_names_.clear();
  for (long i = 0; i < count; ++i) {
    const std::string_view line = lines_.need("another atom");
    split_into(line, words_);
    if (static_cast<int>(words_.size()) < columns_.width) lines_.fail("a row with too few columns", line, fmt::format("{} columns", columns_.width));
    file_atoms_.ids.push_back(columns_.id >= 0 ? lines_.integer(words_[columns_.id], 0, std::numeric_limits<long>::max() / 2) : i + 1);
    file_atoms_.elements.push_back(lines_.element(words_[columns_.species]));
    rows_.emplace_back(lines_.number(words_[columns_.pos]) - origin_[0], lines_.number(words_[columns_.pos + 1]) - origin_[1],
                       lines_.number(words_[columns_.pos + 2]) - origin_[2]);
    if (!is_position(rows_.back().vec())) lines_.fail("a position beyond all bounds", line);
    if (established_) continue;
    if (columns_.molecule >= 0) layer_numbers_.push_back(lines_.integer(words_[columns_.molecule], -1000000000, 1000000000));
    if (columns_.molecule_type >= 0) layer_names_.emplace_back(words_[columns_.molecule_type]);
  }
  const FailHere fail = [this](const std::string& what, const std::string& got, const std::string& hint) { lines_.fail(what, got, "", hint); };
  if (!established_) {
    name_layers();
    atoms_ = table_.establish(file_atoms_, options_, fail);
    established_ = true;
  }
  table_.order_of(file_atoms_.ids, atoms_, last_, order_, fail);
  frame.positions.resize(atoms_.size());
  for (std::size_t row = 0; row < order_.size(); ++row) {
    frame.positions[order_[row]] = rows_[row];
    if (file_atoms_.elements[row] != atoms_.elements[order_[row]]) lines_.fail("an atom changed its element", fmt::format("id {}", file_atoms_.ids[row]));
  }
  last_ = frame.positions;
  frame.unwrapped = false;  // nothing in the format says so
  frame.index = index_++;
  return true;
}

/// Layer numbers as they stand in the file, in increasing order, become indices.
void ExtxyzReader::name_layers() {
  std::map<long, std::string> layers;
  for (std::size_t i = 0; i < layer_numbers_.size(); ++i)
    layers.emplace(layer_numbers_[i], layer_names_.empty() ? fmt::format("layer{}", layer_numbers_[i]) : layer_names_[i]);
  std::map<long, int> index;
  for (const auto& [number, name] : layers) {
    index[number] = static_cast<int>(file_atoms_.layer_names.size());
    file_atoms_.layer_names.push_back(name);
  }
  for (long number : layer_numbers_) file_atoms_.layer_of.push_back(index[number]);
}

}  // namespace

std::unique_ptr<TrajectoryReader> open_extxyz(const std::filesystem::path& file, const TrajectoryOptions& options) {
  return std::make_unique<ExtxyzReader>(file, options);
}

}  // namespace lamella
