// Seconds our writers take on a stack, best of five: the text, the text written (as ASE does), and written with fsync.
// usage: bench_writers STACK.extxyz FOLDER
#include <fmt/format.h>

#include <chrono>
#include <fstream>
#include <functional>

#include "base/files.hpp"
#include "export/structure_files.hpp"
#include "lattice/read_structure.hpp"

using namespace lamella;

namespace {

double best_of_five(const std::function<void()>& work) {
  double best = 1e9;
  for (int i = 0; i < 5; ++i) {
    const auto start = std::chrono::steady_clock::now();
    work();
    best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) return 2;
  const Structure structure = parse_extxyz(read_whole_file(argv[1]), argv[1]);
  const TypeMap types = TypeMap::from_structure(structure);
  const std::string file = std::string(argv[2]) + "/ours";
  const std::pair<const char*, std::function<std::string()>> writers[] = {{"LAMMPS data", [&] { return lammps_data_text(structure, types, "bench"); }},
                                                                          {"POSCAR", [&] { return poscar_text(structure, types, "bench"); }},
                                                                          {"extxyz", [&] { return extxyz_text(structure, "bench"); }},
                                                                          {"CIF", [&] { return cif_text(structure, "bench"); }}};
  for (const auto& [name, text] : writers) {
    std::string kept;
    const double made = best_of_five([&] { kept = text(); });
    const double written = best_of_five([&] {
      kept = text();
      std::ofstream out(file, std::ios::binary | std::ios::trunc);
      out.write(kept.data(), static_cast<std::streamsize>(kept.size()));
    });
    const double synced = best_of_five([&] { write_whole_file(file, text()); });
    fmt::print("{},{:.4f},{:.4f},{:.4f}\n", name, made, written, synced);
  }
}
