// peer_write_stacks COUNT DIR: random tilted stacks in every format, and what they are (truth.json), for export.py.
// peer_write_stacks --time ATOMS DIR: how long the writers take on one large stack, seconds each.
#include <chrono>
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "export/deepmd_data.hpp"
#include "export/lammps_input.hpp"
#include "export/structure_files.hpp"
#include "export/vasp.hpp"
#include "../export/stacks.hpp"

/// In this program, which writes thousands of small files to a scratch folder, nothing has to survive a power cut.
extern "C" int fsync(int) { return 0; }

using namespace lamella;
using Json = nlohmann::ordered_json;

namespace {

void write_text(const std::filesystem::path& path, const std::string& text) { std::ofstream(path, std::ios::binary) << text; }

Json truth_of(const Structure& stack, const TypeMap& types) {
  Json truth;
  for (int i = 0; i < 3; ++i) truth["cell"].push_back({stack.cell.rows()(i, 0), stack.cell.rows()(i, 1), stack.cell.rows()(i, 2)});
  for (std::size_t i = 0; i < stack.size(); ++i) {
    const Fractional f = stack.cell.to_fractional(stack.positions[i]);
    truth["species"].push_back(stack.elements[i].symbol());
    truth["fractional"].push_back({f.x(), f.y(), f.z()});
    truth["layer"].push_back(stack.layer_of[i] + 1);
    truth["layer_name"].push_back(stack.layer_names[static_cast<std::size_t>(stack.layer_of[i])]);
  }
  for (Element element : types.elements()) truth["types"].push_back(element.symbol());
  truth["poscar_order"] = poscar_order(stack, types);
  return truth;
}

void write_all(const Structure& stack, const TypeMap& types, const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const std::string title = "a | random \"stack\"";
  write_text(folder / "stack.extxyz", extxyz_text(stack, title));
  write_text(folder / "stack.cif", cif_text(stack, title));
  write_text(folder / "stack.data", lammps_data_text(stack, types, title));
  write_text(folder / "POSCAR", poscar_text(stack, types, title));
  for (const VaspTask task : {VaspTask::relax, VaspTask::static_, VaspTask::aimd})
    for (const bool vacuum : {false, true})
      write_text(folder / ("INCAR." + vasp_task_name(task) + (vacuum ? ".vacuum" : "")), incar_text(task, stack, types, {.vacuum = vacuum, .kspacing = vacuum ? 0.0 : 10.0}));
  write_text(folder / "KPOINTS", kpoints_text());
  write_text(folder / "POTCAR.spec", potcar_spec_text(stack, types));
  for (const Protocol protocol : {Protocol::relax, Protocol::reaction, Protocol::diffusion})
    write_text(folder / (protocol_name(protocol) + ".in"), protocol_input(protocol, types, {}));
  // Two frames with made-up labels, the second a little larger.
  LabelledFrame frame{stack, -3.25 * static_cast<double>(stack.size()), stack.positions, Mat3(stack.cell.rows() + stack.cell.rows().transpose()), "random", "random"};
  LabelledFrame larger = frame;
  larger.structure.cell = Cell(1.01 * stack.cell.rows());
  for (Cartesian& r : larger.structure.positions) r = larger.structure.cell.to_cartesian(stack.cell.to_fractional(r));
  write_deepmd_system(folder / "deepmd", {frame, larger}, types);
  write_text(folder / "labelled.extxyz", labelled_extxyz_text(frame) + labelled_extxyz_text(larger));
  write_text(folder / "truth.json", truth_of(stack, types).dump());
}

template <class Write>
void time(const char* name, const std::filesystem::path& file, Write write) {
  const auto start = std::chrono::steady_clock::now();
  write_text(file, write());
  std::printf("%s %.4f\n", name, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
}

}  // namespace

int main(int argc, char** argv) {
  if (argc == 4 && std::string(argv[1]) == "--time") {
    const std::filesystem::path folder = argv[3];
    const Structure stack = testing::random_stack(3, std::stoul(argv[2]));
    const TypeMap types = TypeMap::from_structure(stack);
    time("extxyz", folder / "big.extxyz", [&] { return extxyz_text(stack, "big"); });
    time("data", folder / "big.data", [&] { return lammps_data_text(stack, types, "big"); });
    time("POSCAR", folder / "big.POSCAR", [&] { return poscar_text(stack, types, "big"); });
    time("cif", folder / "big.cif", [&] { return cif_text(stack, "big"); });
    return 0;
  }
  if (argc != 3) return 2;
  const std::vector<std::string> model = {"Li", "Co", "O", "P", "S", "Cl", "F"};
  for (std::uint64_t seed = 1; seed <= std::stoul(argv[1]); ++seed) {
    const Structure stack = testing::random_stack(seed);
    write_all(stack, seed % 2 ? TypeMap::from_structure(stack) : TypeMap::from_model(model, stack), std::filesystem::path(argv[2]) / std::to_string(seed));
  }
}
