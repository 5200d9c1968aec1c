#include <fmt/format.h>

#include <algorithm>
#include <sstream>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "export/deepmd_data.hpp"
#include "export/npy.hpp"

namespace lamella {
namespace fs = std::filesystem;
namespace {

std::vector<std::string> words_of(const fs::path& file) {
  std::istringstream in(read_whole_file(file));
  std::vector<std::string> words;
  for (std::string word; in >> word;) words.push_back(word);
  return words;
}

NpyArray load(const fs::path& file, std::size_t frames, std::size_t width) {
  NpyArray array = parse_npy(read_whole_file(file), file.string());
  if (array.values.size() != frames * width)
    fail_input({file.string(), "holds another number of values than box.npy and type.raw ask for", std::to_string(array.values.size()), fmt::format("{} frames x {}", frames, width), ""});
  array.shape = {frames, width};
  return array;
}

Mat3 matrix_at(const NpyArray& array, std::size_t frame) {
  Mat3 m;
  for (int i = 0; i < 9; ++i) m(i / 3, i % 3) = array.values[9 * frame + static_cast<std::size_t>(i)];
  return m;
}

std::vector<Cartesian> vectors_at(const NpyArray& array, std::size_t frame, std::size_t n) {
  std::vector<Cartesian> vectors;
  const double* v = array.values.data() + 3 * n * frame;
  for (std::size_t i = 0; i < n; ++i) vectors.emplace_back(v[3 * i], v[3 * i + 1], v[3 * i + 2]);
  return vectors;
}

struct System {
  fs::path folder;
  std::string family;
  std::vector<Element> map;
  std::vector<std::string> types;  // of type.raw
};

Element element_of(const System& system, std::size_t type, const fs::path& file) {
  if (type >= system.map.size()) fail_input({file.string(), "a type beyond type_map.raw", std::to_string(type), fmt::format("0 to {}", system.map.size() - 1), ""});
  return system.map[type];
}

void read_set(const System& system, const fs::path& set, std::vector<LabelledFrame>& frames) {
  const NpyArray box = parse_npy(read_whole_file(set / "box.npy"), (set / "box.npy").string());
  const std::size_t count = box.values.size() / 9, n = system.types.size();
  const NpyArray coord = load(set / "coord.npy", count, 3 * n);
  std::optional<NpyArray> energy, force, virial, mixed;
  auto optional = [&](const char* name, std::size_t width, std::optional<NpyArray>& into) {
    if (fs::exists(set / name)) into = load(set / name, count, width);
  };
  optional("energy.npy", 1, energy);
  optional("force.npy", 3 * n, force);
  optional("virial.npy", 9, virial);
  optional("real_atom_types.npy", n, mixed);
  std::vector<Element> elements;
  if (!mixed)
    for (const std::string& word : system.types) {
      if (word.find_first_not_of("0123456789") != std::string::npos || word.size() > 6) fail_input({(system.folder / "type.raw").string(), "not a type", word, "", ""});
      elements.push_back(element_of(system, std::stoul(word), system.folder / "type.raw"));
    }
  for (std::size_t f = 0; f < count; ++f) {
    LabelledFrame frame;
    frame.family = system.family;
    frame.origin = fmt::format("{} frame {}", set.string(), f);
    frame.structure.cell = Cell(matrix_at(box, f));
    frame.structure.positions = vectors_at(coord, f, n);
    frame.structure.elements = elements;
    if (mixed)
      for (std::size_t i = 0; i < n; ++i) frame.structure.elements.push_back(element_of(system, static_cast<std::size_t>(mixed->values[f * n + i]), set / "real_atom_types.npy"));
    if (energy) frame.energy = energy->values[f];
    if (force) frame.forces = vectors_at(*force, f, n);
    if (virial) frame.virial = matrix_at(*virial, f);
    frames.push_back(std::move(frame));
  }
}

}  // namespace

std::vector<LabelledFrame> read_deepmd_data(const fs::path& folder) {
  std::vector<fs::path> systems;
  if (fs::exists(folder / "type.raw")) systems.push_back(folder);
  if (fs::is_directory(folder))
    for (const auto& entry : fs::recursive_directory_iterator(folder))
      if (entry.is_directory() && fs::exists(entry.path() / "type.raw")) systems.push_back(entry.path());
  std::sort(systems.begin(), systems.end());
  if (systems.empty()) fail_input({folder.string(), "no DeePMD data there", "", "a folder with type.raw and set.*, or one above it", ""});
  std::vector<LabelledFrame> frames;
  for (const fs::path& place : systems) {
    System system{place, fs::relative(place, folder).string(), {}, words_of(place / "type.raw")};
    if (system.family == ".") system.family = fs::weakly_canonical(place).filename().string();
    if (!fs::exists(place / "type_map.raw")) fail_input({place.string(), "type_map.raw is missing", "", "", "write the element of each type, one a line, into it"});
    if (fs::exists(place / "nopbc")) fail_input({place.string(), "is not periodic (nopbc)", "", "periodic systems", ""});
    for (const std::string& symbol : words_of(place / "type_map.raw")) system.map.push_back(Element::from_symbol(symbol));
    std::vector<fs::path> sets;
    for (const auto& entry : fs::directory_iterator(place))
      if (entry.is_directory() && entry.path().filename().string().starts_with("set.")) sets.push_back(entry.path());
    std::sort(sets.begin(), sets.end());
    for (const fs::path& set : sets) read_set(system, set, frames);
  }
  return frames;
}

}  // namespace lamella
