#include "export/read_lammps_data.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <cmath>
#include <map>
#include <sstream>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

/// A section's name and its lines, words split, comments apart.
struct Line {
  int number;
  std::vector<std::string> words;
  std::string comment;
};

[[noreturn]] void fail(const std::string& name, int line, const std::string& what, const std::string& got = "") {
  fail_input({fmt::format("{}:{}", name, line), what, got, "", "not a LAMMPS data file that is read here"});
}

double number(const Line& line, std::size_t word, const std::string& name) {
  double value = 0;
  const std::string& text = word < line.words.size() ? line.words[word] : "";
  const auto read = std::from_chars(text.data() + (text.substr(0, 1) == "+" ? 1 : 0), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size() || !std::isfinite(value)) fail(name, line.number, "not a number", "'" + text + "'");
  return value;
}

class DataReader {
 public:
  DataReader(const std::string& text, const std::string& name) : name_(name) {
    std::istringstream stream(text);
    std::string raw;
    std::getline(stream, raw);  // the title
    for (int at = 2; std::getline(stream, raw); ++at) {
      const std::size_t hash = raw.find('#');
      Line line{at, split_words(raw.substr(0, hash)), hash == std::string::npos ? "" : raw.substr(hash + 1)};
      if (!line.words.empty()) read(line);
    }
  }

  Structure structure() const {
    if (atoms_.empty()) fail(name_, 1, "no atoms");
    Structure made;
    Mat3 rows = Mat3::Zero();
    for (int a = 0; a < 3; ++a) rows(a, a) = high_[a] - low_[a];
    rows(1, 0) = tilt_[0];
    rows(2, 0) = tilt_[1];
    rows(2, 1) = tilt_[2];
    made.cell = Cell(rows);
    for (const auto& [id, atom] : atoms_) {
      const auto element = elements_.find(atom.type);
      if (element == elements_.end()) fail(name_, atom.line, "an atom whose type has no mass", std::to_string(atom.type));
      made.elements.push_back(element->second);
      made.positions.push_back(Cartesian(atom.r[0] - low_[0], atom.r[1] - low_[1], atom.r[2] - low_[2]));
    }
    return made;
  }

 private:
  struct Atom {
    int line, type;
    std::array<double, 3> r;
  };

  void read(const Line& line) {
    const std::string& first = line.words[0];
    if (std::isalpha(static_cast<unsigned char>(first[0]))) {
      section_ = first;
      if (first == "Atoms") style_ = split_words(line.comment);
    } else if (section_.empty()) {
      read_header(line);
    } else if (section_ == "Masses") {
      read_mass(line);
    } else if (section_ == "Atoms") {
      read_atom(line);
    }
  }

  void read_header(const Line& line) {
    const std::vector<std::string>& w = line.words;
    const std::array<std::string, 3> axes{"xlo", "ylo", "zlo"};
    for (std::size_t a = 0; a < 3; ++a)
      if (w.size() >= 4 && w[2] == axes[a]) {
        low_[a] = number(line, 0, name_);
        high_[a] = number(line, 1, name_);
      }
    if (w.size() >= 6 && w[3] == "xy")
      for (std::size_t a = 0; a < 3; ++a) tilt_[a] = number(line, a, name_);
  }

  void read_mass(const Line& line) {
    const int type = static_cast<int>(number(line, 0, name_));
    const std::vector<std::string> words = split_words(line.comment);
    if (!words.empty()) {
      elements_[type] = Element::from_symbol(words[0]);
      return;
    }
    const double mass = number(line, 1, name_);
    for (unsigned char z = 1; z < 104; ++z)
      if (std::abs(Element(z).mass() - mass) < 0.02) {
        elements_[type] = Element(z);
        return;
      }
    fail(name_, line.number, "a mass of no element, and no comment that names one", line.words[1]);
  }

  void read_atom(const Line& line) {
    const std::string style = style_.empty() ? "atomic" : style_[0];
    const std::size_t type_at = style == "molecular" || style == "full" ? 2 : 1;
    const std::size_t position_at = style == "atomic" ? 2 : style == "full" ? 4 : 3;
    if (style != "atomic" && style != "charge" && style != "molecular" && style != "full") fail(name_, line.number, "an atom style that is not read here", style);
    Atom atom{line.number, static_cast<int>(number(line, type_at, name_)), {}};
    for (std::size_t a = 0; a < 3; ++a) atom.r[a] = number(line, position_at + a, name_);
    if (!atoms_.emplace(static_cast<long>(number(line, 0, name_)), atom).second) fail(name_, line.number, "two atoms of one id", line.words[0]);
  }

  std::string name_, section_;
  std::vector<std::string> style_;
  std::array<double, 3> low_{0, 0, 0}, high_{0, 0, 0}, tilt_{0, 0, 0};
  std::map<int, Element> elements_;
  std::map<long, Atom> atoms_;
};

}  // namespace

Structure parse_lammps_data(const std::string& text, const std::string& name) { return DataReader(text, name).structure(); }

}  // namespace lamella
