#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

#include "lattice/cell.hpp"

namespace lamella::test {

/// One frame as deepmd-kit 3.2.0 evaluated it.
struct ReferenceFrame {
  Cell cell;
  std::vector<Cartesian> positions;
  std::vector<int> types;
  std::vector<double> fparam, aparam;
  double energy = 0.0;
  std::vector<double> atom_energy, forces, virial, atom_virial;  // the last three empty for native files
};

/// Models with the frames they were evaluated on (tests/runner/reference/make_deep_potential.py).
struct ReferenceSet {
  std::vector<std::string> files;
  nlohmann::json settings;
  std::vector<ReferenceFrame> frames;
  bool single() const { return settings["descriptor"]["precision"] == "float32"; }
};
const std::vector<ReferenceSet>& reference_sets();

/// The bytes of a model of the reference sets, and the same written where load_model() can read it.
std::string reference_model_bytes(const std::string& file);
std::string reference_model_path(const std::string& file);

/// Writes bytes under a name of its own in the temporary folder; gone with the object.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& bytes);
  ~TemporaryFile();
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

}  // namespace lamella::test
