// Seconds the search alone takes, on surfaces read before: what pymatgen's ZSLGenerator is timed on. Prints best and worst of ten by the
// clock, least processor time, matches listed.
// usage: bench_match MAX_AREA CRYSTAL:h,k,l CRYSTAL:h,k,l ...
#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>

#include "lattice/match_layer.hpp"

using namespace lamella;

int main(int argc, char** argv) {
  if (argc < 3) return 2;
  std::vector<MatchLayer> layers;
  for (int i = 2; i < argc; ++i) {
    const std::string word = argv[i];
    Miller m{};
    if (std::sscanf(word.c_str() + word.find(':') + 1, "%d,%d,%d", &m.h, &m.k, &m.l) != 3) return 2;
    layers.push_back(match_layer(word, load_crystal(word.substr(0, word.find(':'))), m, 1));
  }
  double best = 1e9, worst = 0.0, processor = 1e9;
  std::size_t found = 0;
  for (int i = 0; i < 10; ++i) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t ticks = std::clock();
    found = find_matches(layers, {std::atof(argv[1]), 0.03, 0, 0.0}, {StrainSharing::Kind::onto, 0}).size();
    const double seconds = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    best = std::min(best, seconds);
    worst = std::max(worst, seconds);
    processor = std::min(processor, static_cast<double>(std::clock() - ticks) / CLOCKS_PER_SEC);
  }
  fmt::print("{:.6f} {:.6f} {:.6f} {}\n", best, worst, processor, found);
}
