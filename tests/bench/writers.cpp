// Seconds our writers take on a stack: best of five. usage: bench_writers STACK.extxyz
#include <fmt/format.h>

#include <chrono>
#include <functional>

#include "base/files.hpp"
#include "export/structure_files.hpp"
#include "lattice/read_structure.hpp"

using namespace lamella;

int main(int argc, char** argv) {
  if (argc != 2) return 2;
  const Structure structure = parse_extxyz(read_whole_file(argv[1]), argv[1]);
  const TypeMap types = TypeMap::from_structure(structure);
  const std::pair<const char*, std::function<std::string()>> writers[] = {
      {"LAMMPS data", [&] { return lammps_data_text(structure, types, "bench"); }}, {"POSCAR", [&] { return poscar_text(structure, types, "bench"); }}};
  for (const auto& [name, text] : writers) {
    double best = 1e9;
    for (int i = 0; i < 5; ++i) {
      const auto start = std::chrono::steady_clock::now();
      write_whole_file("/tmp/bench_writers.out", text());
      best = std::min(best, std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count());
    }
    fmt::print("ours, {}: {:.3f} s, {:.2f} us/atom\n", name, best, 1e6 * best / static_cast<double>(structure.size()));
  }
}
