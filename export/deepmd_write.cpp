#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "export/deepmd_data.hpp"
#include "export/npy.hpp"
#include "export/text.hpp"

namespace lamella {
namespace {

void append(std::vector<double>& values, const Mat3& m) {
  for (int i = 0; i < 9; ++i) values.push_back(m(i / 3, i % 3));
}

void append(std::vector<double>& values, const std::vector<Cartesian>& vectors) {
  for (const Cartesian& v : vectors) values.insert(values.end(), {v.x(), v.y(), v.z()});
}

}  // namespace

void write_deepmd_system(const std::filesystem::path& folder, const std::vector<LabelledFrame>& frames, const TypeMap& types) {
  if (frames.empty()) fail_input({"DeePMD data", "no frames", "", "", ""});
  const std::size_t n = frames[0].structure.size(), count = frames.size();
  NpyArray box{{count, 9}, {}}, coord{{count, 3 * n}, {}}, force = coord, energy{{count}, {}}, virial = box;
  bool energies = true, forces = true, virials = true;
  for (const LabelledFrame& frame : frames) {
    if (frame.structure.elements != frames[0].structure.elements)
      fail_input({"DeePMD data", "frames of one system differ in their atoms", frame.origin, frames[0].origin, "write them as systems of their own"});
    check_writable(frame.structure, "DeePMD data");
    energies = energies && frame.energy.has_value();
    forces = forces && frame.forces.size() == n;
    virials = virials && frame.virial.has_value();
  }
  for (const LabelledFrame& frame : frames) {
    append(box.values, frame.structure.cell.rows());
    append(coord.values, frame.structure.positions);
    if (energies) energy.values.push_back(*frame.energy);
    if (forces) append(force.values, frame.forces);
    if (virials) append(virial.values, *frame.virial);
  }
  std::string type_text, map_text;
  for (Element element : frames[0].structure.elements) type_text += std::to_string(types.type_of(element) - 1) + "\n";
  for (Element element : types.elements()) map_text += element.symbol() + "\n";

  const std::filesystem::path set = folder / "set.000";
  std::filesystem::create_directories(set);
  write_whole_file(folder / "type.raw", type_text);
  write_whole_file(folder / "type_map.raw", map_text);
  write_whole_file(set / "box.npy", npy_bytes(box));
  write_whole_file(set / "coord.npy", npy_bytes(coord));
  if (energies) write_whole_file(set / "energy.npy", npy_bytes(energy));
  if (forces) write_whole_file(set / "force.npy", npy_bytes(force));
  if (virials) write_whole_file(set / "virial.npy", npy_bytes(virial));
}

}  // namespace lamella
