#include "reference_sets.hpp"

#include <unistd.h>
#include <zlib.h>

#include <filesystem>
#include <fstream>
#include <map>
#include <memory>
#include <stdexcept>

namespace lamella::test {

namespace {

const std::string folder = std::string(LAMELLA_SOURCE_DIR) + "/tests/runner/reference/";

std::string unpacked(const std::string& path) {
  gzFile file = gzopen(path.c_str(), "rb");
  if (!file) throw std::runtime_error("no " + path);
  std::string bytes, block(1 << 16, '\0');
  for (int n; (n = gzread(file, block.data(), static_cast<unsigned>(block.size()))) > 0;) bytes.append(block, 0, static_cast<std::size_t>(n));
  gzclose(file);
  return bytes;
}

std::vector<double> list(const nlohmann::json& frame, const char* key) { return frame.value(key, std::vector<double>{}); }

ReferenceFrame parse_frame(const nlohmann::json& json) {
  ReferenceFrame frame;
  const std::vector<double> cell = json["cell"], positions = json["positions"];
  Mat3 rows;
  for (int k = 0; k < 9; ++k) rows(k / 3, k % 3) = cell[static_cast<std::size_t>(k)];
  frame.cell = Cell(rows);
  for (std::size_t i = 0; i < positions.size(); i += 3) frame.positions.emplace_back(positions[i], positions[i + 1], positions[i + 2]);
  frame.types = json["types"].get<std::vector<int>>();
  frame.energy = json["energy"];
  frame.fparam = list(json, "fparam");
  frame.aparam = list(json, "aparam");
  frame.atom_energy = list(json, "atom_energy");
  frame.forces = list(json, "forces");
  frame.virial = list(json, "virial");
  frame.atom_virial = list(json, "atom_virial");
  return frame;
}

std::vector<ReferenceSet> load() {
  std::vector<ReferenceSet> sets;
  const nlohmann::json all = nlohmann::json::parse(unpacked(folder + "deep_potential.json.gz"));
  for (const nlohmann::json& json : all["sets"]) {
    ReferenceSet set;
    set.files = json["files"].get<std::vector<std::string>>();
    set.settings = json["settings"];
    for (const nlohmann::json& frame : json["frames"]) set.frames.push_back(parse_frame(frame));
    sets.push_back(std::move(set));
  }
  return sets;
}

}  // namespace

const std::vector<ReferenceSet>& reference_sets() {
  static const std::vector<ReferenceSet> sets = load();
  return sets;
}

std::string reference_model_bytes(const std::string& file) { return unpacked(folder + "models/" + file + ".gz"); }

std::string reference_model_path(const std::string& file) {
  static std::map<std::string, std::unique_ptr<TemporaryFile>> written;
  auto& entry = written[file];
  if (!entry) entry = std::make_unique<TemporaryFile>(file, reference_model_bytes(file));
  return entry->path();
}

TemporaryFile::TemporaryFile(const std::string& name, const std::string& bytes) {
  static int count = 0;
  path_ = (std::filesystem::temp_directory_path() / ("lamella-test-" + std::to_string(getpid()) + "-" + std::to_string(count++) + "-" + name)).string();
  std::ofstream(path_, std::ios::binary) << bytes;
}

TemporaryFile::~TemporaryFile() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

}  // namespace lamella::test
