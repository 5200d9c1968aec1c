// The Deep Potential alone, without LAMMPS: microseconds per atom and step, where they go, and the mixed evaluator's error.
//   bench_evaluator [--model FILE] [--atoms N] [--threads N] [--repeat N] [--check] | --peak
#include <immintrin.h>

#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <ctime>

#include "runner/deep_potential/fast_evaluator.hpp"
#include "runner/deep_potential/thread_pool.hpp"
#include "tests/runner/random_model.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

/// A rattled simple cubic box at the density of the coated stacks: 87 neighbours within 6 A.
RandomCell rattled_box(int atoms, int ntypes) {
  RandomStream random(1, "bench/box");
  const int edge = static_cast<int>(std::lround(std::cbrt(atoms)));
  const double step = std::cbrt(1.0 / 0.0962);
  RandomCell out;
  out.cell = Cell(Mat3(Mat3::Identity() * edge * step));
  for (int i = 0; i < edge; ++i)
    for (int j = 0; j < edge; ++j)
      for (int k = 0; k < edge; ++k) {
        out.positions.push_back(Cartesian(i * step + random.uniform(-0.2, 0.2), j * step + random.uniform(-0.2, 0.2), k * step + random.uniform(-0.2, 0.2)));
        out.types.push_back(static_cast<int>(random.below(ntypes)));
      }
  return out;
}

double processor_microseconds() {
  timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return 1e6 * static_cast<double>(t.tv_sec) + 1e-3 * static_cast<double>(t.tv_nsec);
}

/// Multiply-adds per second of this core, from registers alone, GFLOP/s: what a roofline is drawn against. A macro, because the
/// instruction set is an attribute of each function.
#define LAMELLA_FMA_RATE(NAME, TARGET, REAL, VECTOR, SET, FMA)                                                  \
  __attribute__((target(TARGET))) double NAME() {                                                               \
    VECTOR acc[12], a = SET(REAL(0.999)), b = SET(REAL(1e-3));                                                  \
    for (auto& x : acc) x = a;                                                                                  \
    double best = 0.0;                                                                                          \
    for (int round = 0; round < 20; ++round) {                                                                  \
      const double start = processor_microseconds();                                                            \
      constexpr long steps = 300000;                                                                            \
      for (long s = 0; s < steps; ++s) {                                                                        \
        _Pragma("GCC unroll 12") for (int k = 0; k < 12; ++k) acc[k] = FMA(acc[k], a, b);                       \
      }                                                                                                         \
      best = std::max(best, 2e-3 * 12 * steps * (sizeof(VECTOR) / sizeof(REAL)) / (processor_microseconds() - start)); \
    }                                                                                                           \
    volatile REAL keep = 0;                                                                                     \
    for (auto& x : acc) keep = keep + reinterpret_cast<const REAL&>(x);                                         \
    return best;                                                                                                \
  }
LAMELLA_FMA_RATE(single_512, "avx512f", float, __m512, _mm512_set1_ps, _mm512_fmadd_ps)
LAMELLA_FMA_RATE(double_512, "avx512f", double, __m512d, _mm512_set1_pd, _mm512_fmadd_pd)
LAMELLA_FMA_RATE(single_256, "avx2,fma", float, __m256, _mm256_set1_ps, _mm256_fmadd_ps)
LAMELLA_FMA_RATE(double_256, "avx2,fma", double, __m256d, _mm256_set1_pd, _mm256_fmadd_pd)

void print_peak() {
  if (kernel_name() == "AVX-512") std::printf("single %.1f GFLOP/s, double %.1f GFLOP/s\n", single_512(), double_512());
  else if (kernel_name() == "AVX2") std::printf("single %.1f GFLOP/s, double %.1f GFLOP/s\n", single_256(), double_256());
}

ModelChoice standard_choice() {
  ModelChoice choice;
  choice.ntypes = 7;
  choice.embedding = {25, 50, 100};
  choice.fitting = {240, 240, 240};
  choice.axis = 16;
  choice.sel = std::vector<int>(7, 60);
  choice.weight = 2.0;  // forces near 1 eV/A, so that errors mean something
  return choice;
}

/// Per atom, best of `repeat`: by the wall clock, and of all threads' processor time (what a busy machine leaves comparable).
struct Times { double wall = 1e300, processor = 1e300; };
Times microseconds(Evaluator& evaluator, const GhostedAtoms& atoms, int repeat, Results& results) {
  Times best;
  for (int k = 0; k < repeat; ++k) {
    const auto start = std::chrono::steady_clock::now();
    const double used = processor_microseconds();
    evaluator.compute(atoms.view(), results.r);
    best.wall = std::min(best.wall, std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - start).count() / atoms.nlocal);
    best.processor = std::min(best.processor, (processor_microseconds() - used) / atoms.nlocal);
  }
  return best;
}

}  // namespace

int main(int argc, char** argv) {
  std::string model_file;
  int natoms = 5832, threads = 0, repeat = 7;
  bool check = false;
  for (int a = 1; a < argc; ++a) {
    if (!std::strcmp(argv[a], "--peak")) return print_peak(), 0;
    if (!std::strcmp(argv[a], "--check")) check = true;
    else if (a + 1 < argc && !std::strcmp(argv[a], "--model")) model_file = argv[++a];
    else if (a + 1 < argc && !std::strcmp(argv[a], "--atoms")) natoms = std::atoi(argv[++a]);
    else if (a + 1 < argc && !std::strcmp(argv[a], "--threads")) threads = std::atoi(argv[++a]);
    else if (a + 1 < argc && !std::strcmp(argv[a], "--repeat")) repeat = std::atoi(argv[++a]);
  }
  setenv("LAMELLA_PROFILE", "1", 1);
  const DeepPotentialModel model = model_file.empty() ? random_model(standard_choice(), 1) : load_model(model_file);
  const RandomCell box = rattled_box(natoms, model.ntypes());
  const GhostedAtoms atoms = ghosted(box.cell, box.positions, box.types, model.rcut + 2.0);
  std::printf("%d atoms, %zu with ghosts, %d cores\n", atoms.nlocal, atoms.type.size(), usable_cores());
  Results reference;
  if (check) {
    const auto plain = make_plain_evaluator(model);
    reference = evaluate(*plain, atoms.view(), false);
  }
  for (Precision precision : {Precision::double_, Precision::mixed}) {
    const auto start = std::chrono::steady_clock::now();
    const auto fast = make_fast_evaluator(model, precision, threads);
    const double load = std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count();
    Results results = evaluate(*fast, atoms.view(), false);
    fast->profile();
    const Times time = microseconds(*fast, atoms, repeat, results);
    std::printf("%s\n  %.2f us/atom/step by the clock, %.2f of processor time (best of %d), made in %.2f s\n ", fast->name().c_str(), time.wall, time.processor, repeat, load);
    double sum = 0.0;
    const auto profile = fast->profile();
    for (const auto& [name, ticks] : profile) sum += ticks;
    for (const auto& [name, ticks] : profile) std::printf(" %s %.1f%% (%.0f)", name.c_str(), 100 * ticks / sum, ticks / repeat / atoms.nlocal);
    std::printf("\n");
    if (!check) continue;
    double worst = 0.0, square = 0.0, size = 0.0;
    for (int i = 0; i < atoms.nlocal; ++i)  // ghosts' forces go home
      for (int a = 0; a < 3; ++a) size += 1;
    std::vector<double> a(3 * atoms.nlocal, 0.0), b(a);
    double force = 0.0;
    for (std::size_t k = 0; k < results.force.size(); ++k) {
      a[3 * atoms.owner[k / 3] + k % 3] += results.force[k];
      b[3 * atoms.owner[k / 3] + k % 3] += reference.force[k];
    }
    for (std::size_t k = 0; k < a.size(); ++k) {
      worst = std::max(worst, std::abs(a[k] - b[k]));
      square += (a[k] - b[k]) * (a[k] - b[k]);
      force += b[k] * b[k];
    }
    std::printf("  force error against the plain evaluator: max %.2e, RMS %.2e eV/A (RMS force %.2f eV/A)\n", worst, std::sqrt(square / size), std::sqrt(force / size));
  }
}
