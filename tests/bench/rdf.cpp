// bench_rdf FRAMES ATOMS R_MAX BINS THREADS: g(r) of all atoms over the frames in a raw file (9 + 3 ATOMS doubles each, as rdf.py
// writes it); prints one line of JSON: wall and processor seconds, and g.
#include <fmt/format.h>

#include <chrono>
#include <cstring>
#include <ctime>
#include <numeric>

#include "base/files.hpp"
#include "observe/rdf.hpp"

int main(int, char** argv) {
  using namespace lamella;
  const std::size_t atoms = std::stoul(argv[2]);
  const std::string bytes = read_whole_file(argv[1]);
  const std::size_t row = 9 + 3 * atoms;
  std::vector<double> numbers(bytes.size() / sizeof(double));
  std::memcpy(numbers.data(), bytes.data(), numbers.size() * sizeof(double));
  std::vector<Frame> frames(numbers.size() / row);
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const double* n = &numbers[f * row];
    Mat3 cell;
    for (int k = 0; k < 9; ++k) cell(k / 3, k % 3) = n[k];
    frames[f].cell = Cell(cell);
    for (std::size_t i = 0; i < atoms; ++i) frames[f].positions.emplace_back(n[9 + 3 * i], n[10 + 3 * i], n[11 + 3 * i]);
  }
  std::vector<int> all(atoms);
  std::iota(all.begin(), all.end(), 0);
  RdfAccumulator rdf({{"all", all, all}}, atoms, std::stod(argv[3]), std::stoi(argv[4]), std::stoi(argv[5]));
  const std::clock_t processor = std::clock();
  const auto start = std::chrono::steady_clock::now();
  rdf.add(frames);
  const double wall = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
  const double used = static_cast<double>(std::clock() - processor) / CLOCKS_PER_SEC;
  fmt::print("{{\"frames\": {}, \"wall\": {:.6f}, \"processor\": {:.6f}, \"g\": [{:.8g}", frames.size(), wall, used, rdf.result(0).g[0]);
  const RdfResult result = rdf.result(0);
  for (std::size_t k = 1; k < result.g.size(); ++k) fmt::print(", {:.8g}", result.g[k]);
  fmt::print("]}}\n");
}
