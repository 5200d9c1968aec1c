// LAMMPS's text dumps (https://docs.lammps.org/dump.html): `dump custom` and `dump atom`, plain or gzipped.
#include <fmt/format.h>

#include <algorithm>

#include "observe/atom_table.hpp"
#include "observe/line_source.hpp"
#include "observe/readers.hpp"

namespace lamella {
namespace {

/// How the three coordinates of a row become a position.
enum class Coordinates { cartesian, scaled };

struct Columns {
  int id = -1, type = -1, element = -1, x = -1, y = -1, z = -1, ix = -1, iy = -1, iz = -1, last = 0;
  Coordinates coordinates = Coordinates::cartesian;
  bool unwrapped = false;
};

struct Header {
  long step = -1, atoms = 0;
  double time = std::numeric_limits<double>::quiet_NaN();
  Cell cell;
  Vec3 low = Vec3::Zero();
  std::array<bool, 3> periodic{true, true, true};
  Columns columns;
};

class DumpReader : public TrajectoryReader {
 public:
  DumpReader(const std::filesystem::path& file, const TrajectoryOptions& options) : lines_(file), options_(options) {
    if (!read(pending_)) lines_.fail("no frame at all");
    has_pending_ = true;
  }

  bool next(Frame& frame) override {
    if (has_pending_) {
      std::swap(frame, pending_);
      has_pending_ = false;
      return true;
    }
    return read(frame);
  }

  bool skip() override {
    if (has_pending_) {
      has_pending_ = false;
      return true;
    }
    Header header;
    if (!read_header(header)) return false;
    for (long i = 0; i < header.atoms; ++i) lines_.need("another atom");
    ++index_;
    return true;
  }

 private:
  bool read_header(Header& header);
  void read_box(std::string_view item, Header& header);
  Columns columns_of(std::string_view item);
  bool read(Frame& frame);
  void read_rows(const Header& header, Frame& frame);
  void place(const Header& header, FileAtoms& rows, Frame& frame);
  Cartesian position_of(const Header& header) const;

  LineSource lines_;
  TrajectoryOptions options_;
  AtomTable table_;
  Frame pending_;
  bool has_pending_ = false, established_ = false;
  long index_ = 0;
  double time_unit_ = 1.0;  // ps
  std::vector<std::string_view> words_;
  std::vector<Cartesian> rows_, last_;
  std::vector<int> order_;
  FileAtoms file_atoms_;
};

bool DumpReader::read_header(Header& header) {
  lines_.set_frame(index_);
  std::string_view line;
  do {
    if (!lines_.next(line)) return false;
  } while (line.empty());
  bool boxed = false, counted = false;
  for (;; line = lines_.need("the next ITEM")) {
    if (line.starts_with("ITEM: TIMESTEP")) {
      header.step = lines_.integer(lines_.need("the time step"), 0, std::numeric_limits<long>::max() / 2);
    } else if (line.starts_with("ITEM: UNITS")) {
      const std::string_view units = lines_.need("the units");
      if (units != "metal" && units != "real") lines_.fail("units that are not in A", units, "metal, real");
      time_unit_ = units == "real" ? 1e-3 : 1.0;
    } else if (line.starts_with("ITEM: TIME")) {
      header.time = lines_.number(lines_.need("the time")) * time_unit_;
    } else if (line.starts_with("ITEM: NUMBER OF ATOMS")) {
      header.atoms = lines_.integer(lines_.need("the number of atoms"), 1, 1000000000);
      counted = true;
    } else if (line.starts_with("ITEM: BOX BOUNDS")) {
      read_box(line.substr(16), header);
      boxed = true;
    } else if (line.starts_with("ITEM: ATOMS")) {
      if (!counted) lines_.fail("ITEM: ATOMS before ITEM: NUMBER OF ATOMS");
      if (!boxed) lines_.fail("ITEM: ATOMS before ITEM: BOX BOUNDS");
      header.columns = columns_of(line.substr(11));
      break;
    } else {
      lines_.fail("not an ITEM of a LAMMPS dump", line.empty() ? "an empty line" : line);
    }
  }
  if (!(header.time == header.time) && header.step >= 0) header.time = header.step * options_.timestep;
  return true;
}

void DumpReader::read_box(std::string_view item, Header& header) {
  split_into(item, words_);
  const bool general = words_.size() >= 2 && words_[0] == "abc";
  const bool tilted = words_.size() >= 3 && words_[0] == "xy";
  const std::size_t flags = general ? 2 : tilted ? 3 : 0;
  for (std::size_t k = 0; k < 3 && flags + k < words_.size(); ++k) header.periodic[k] = words_[flags + k].front() == 'p';
  const std::size_t width = general ? 4 : tilted ? 3 : 2;
  double n[3][4] = {};
  for (auto& row : n) {
    split_into(lines_.need("the bounds of the box"), words_);
    if (words_.size() != width) lines_.fail("not the bounds of a box", fmt::format("{} numbers", words_.size()), fmt::format("{} numbers", width));
    for (std::size_t k = 0; k < width; ++k) row[k] = lines_.number(words_[k]);
  }
  Mat3 rows = Mat3::Zero();
  if (general) {
    for (int i = 0; i < 3; ++i) {
      rows.row(i) = Vec3(n[i][0], n[i][1], n[i][2]);
      header.low[i] = n[i][3];
    }
  } else {  // the bounding box of the tilted cell: https://docs.lammps.org/Howto_triclinic.html
    const double xy = n[0][2], xz = n[1][2], yz = n[2][2];
    const double xlo = n[0][0] - std::min({0.0, xy, xz, xy + xz}), xhi = n[0][1] - std::max({0.0, xy, xz, xy + xz});
    const double ylo = n[1][0] - std::min(0.0, yz), yhi = n[1][1] - std::max(0.0, yz);
    rows << xhi - xlo, 0, 0, xy, yhi - ylo, 0, xz, yz, n[2][1] - n[2][0];
    header.low = {xlo, ylo, n[2][0]};
  }
  header.cell = lines_.cell(rows);
}

Columns DumpReader::columns_of(std::string_view item) {
  split_into(item, words_);
  auto at = [&](std::string_view name) {
    const auto found = std::find(words_.begin(), words_.end(), name);
    return found == words_.end() ? -1 : static_cast<int>(found - words_.begin());
  };
  Columns c;
  c.id = at("id");
  c.type = at("type");
  c.element = at("element");
  c.last = static_cast<int>(words_.size());
  auto take = [&](const char* x, const char* y, const char* z, Coordinates coordinates, bool unwrapped) {
    if (at(x) < 0 || at(y) < 0 || at(z) < 0) return false;
    c.x = at(x), c.y = at(y), c.z = at(z);
    c.coordinates = coordinates;
    c.unwrapped = unwrapped;
    return true;
  };
  const bool images = at("ix") >= 0 && at("iy") >= 0 && at("iz") >= 0;
  if (!take("xu", "yu", "zu", Coordinates::cartesian, true) && !take("xsu", "ysu", "zsu", Coordinates::scaled, true)) {
    if (!take("x", "y", "z", Coordinates::cartesian, images) && !take("xs", "ys", "zs", Coordinates::scaled, images))
      lines_.fail("a dump without positions", item, "x y z, xu yu zu, xs ys zs or xsu ysu zsu", "add them to `dump custom`");
    if (images) c.ix = at("ix"), c.iy = at("iy"), c.iz = at("iz");
  }
  if (c.id < 0) lines_.fail("a dump without the column id", item, "", "LAMMPS reorders atoms: add id to `dump custom`");
  return c;
}

Cartesian DumpReader::position_of(const Header& header) const {
  const Columns& c = header.columns;
  Vec3 r(lines_.number(words_[c.x]), lines_.number(words_[c.y]), lines_.number(words_[c.z]));
  r = c.coordinates == Coordinates::scaled ? Vec3(header.cell.rows().transpose() * r) : Vec3(r - header.low);
  if (c.ix >= 0) {
    constexpr long most = 1000000000;
    r += header.cell.rows().transpose() * Vec3(static_cast<double>(lines_.integer(words_[c.ix], -most, most)),
                                               static_cast<double>(lines_.integer(words_[c.iy], -most, most)),
                                               static_cast<double>(lines_.integer(words_[c.iz], -most, most)));
  }
  if (!is_position(r)) lines_.fail("a position beyond all bounds", words_[c.x]);
  return Cartesian(r);
}

void DumpReader::read_rows(const Header& header, Frame& frame) {
  const Columns& c = header.columns;
  file_atoms_.ids.clear();
  file_atoms_.types.clear();
  file_atoms_.elements.clear();
  rows_.clear();  // grows as the lines come: a hostile count must not reserve the memory of the machine
  for (long i = 0; i < header.atoms; ++i) {
    const std::string_view line = lines_.need("another atom");
    split_into(line, words_);
    if (static_cast<int>(words_.size()) < c.last) lines_.fail("a row with too few columns", line, fmt::format("{} columns", c.last));
    file_atoms_.ids.push_back(lines_.integer(words_[c.id], 0, std::numeric_limits<long>::max() / 2));
    if (!established_ || options_.reference.ids.empty()) {
      if (c.element >= 0) file_atoms_.elements.push_back(lines_.element(words_[c.element]));
      else if (c.type >= 0) file_atoms_.types.push_back(static_cast<int>(lines_.integer(words_[c.type], 1, 1000000)));
    }
    rows_.push_back(position_of(header));
  }
  place(header, file_atoms_, frame);
}

void DumpReader::place(const Header& header, FileAtoms& rows, Frame& frame) {
  const FailHere fail = [this](const std::string& what, const std::string& got, const std::string& hint) { lines_.fail(what, got, "", hint); };
  if (!established_) atoms_ = table_.establish(rows, options_, fail);
  table_.order_of(rows.ids, atoms_, last_, order_, fail);
  frame.positions.resize(atoms_.size());
  for (std::size_t row = 0; row < order_.size(); ++row) {
    const int i = order_[row];
    frame.positions[i] = rows_[row];
    const bool changed = !rows.elements.empty() ? rows.elements[row] != atoms_.elements[i]
                         : !rows.types.empty() && options_.reference.ids.empty()
                             ? rows.types[row] > static_cast<int>(options_.types.size()) || options_.types[rows.types[row] - 1] != atoms_.elements[i]
                             : false;
    if (changed) lines_.fail("an atom changed its type", fmt::format("id {}", rows.ids[row]));
  }
  established_ = true;
  last_ = frame.positions;
  frame.cell = header.cell;
  frame.periodic = header.periodic;
  frame.step = header.step;
  frame.time = header.time;
  frame.unwrapped = header.columns.unwrapped;
  frame.index = index_++;
}

bool DumpReader::read(Frame& frame) {
  Header header;
  if (!read_header(header)) return false;
  read_rows(header, frame);
  return true;
}

}  // namespace

std::unique_ptr<TrajectoryReader> open_dump(const std::filesystem::path& file, const TrajectoryOptions& options) {
  return std::make_unique<DumpReader>(file, options);
}

}  // namespace lamella
