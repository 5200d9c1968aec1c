// For tests/peers/slab.py: every plane up to an index of each crystal file, with its terminations and the time taken.
// slab_listing MOST FILE...  One JSON object per plane.
#include <fmt/format.h>

#include <chrono>
#include <cstdlib>
#include <numeric>

#include "lattice/slab.hpp"

int main(int argc, char** argv) {
  using namespace lamella;
  const int most = argc > 1 ? std::atoi(argv[1]) : 1;
  for (int file = 2; file < argc; ++file) {
    const Crystal crystal = load_crystal(argv[file]);
    for (int h = -most; h <= most; ++h)
      for (int k = -most; k <= most; ++k)
        for (int l = -most; l <= most; ++l) {
          const bool first_of_pair = h > 0 || (h == 0 && (k > 0 || (k == 0 && l > 0)));
          if (!first_of_pair || std::gcd(std::gcd(h, k), l) != 1) continue;
          const auto start = std::chrono::steady_clock::now();
          const auto list = list_terminations(crystal, {h, k, l});
          std::size_t atoms = 0;
          for (const auto& t : list) atoms += cut_slab(crystal, {h, k, l}, t, 1).size();
          const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
          std::size_t flat = 0, broken = 0;
          for (const auto& t : list) {
            flat += t.flat;
            broken += t.broken_polyanions > 0;
          }
          fmt::print("{{\"file\": \"{}\", \"hkl\": [{}, {}, {}], \"area\": {:.8f}, \"spacing\": {:.8f}, \"terminations\": {}, \"flat\": {}, \"broken\": {}, \"atoms\": {}, \"seconds\": {:.6f}}}\n", crystal.name, h, k, l,
                     list[0].area, surface_lattice(crystal, {h, k, l}).spacing, list.size(), flat, broken, atoms, seconds);
        }
  }
}
