#pragma once
#include <cstdint>
#include <vector>

#include "runner/deep_potential/evaluator.hpp"
#include "runner/deep_potential/fast_evaluator_model.hpp"

namespace lamella {

/// Neighbour lists sorted by type, atoms grouped by type into blocks; kept while AtomsView::generation stays.
struct SortedAtoms {
  struct Block { int type, first, count; };  ///< atoms order[first .. first + count)
  std::vector<int> order;
  std::vector<Block> blocks;
  std::vector<int> neighbours;               ///< of all local atoms, by type within each atom
  std::vector<std::size_t> start;            ///< per local atom, into neighbours
  std::vector<int> segment;                  ///< [nlocal][ntypes + 1], relative to start
  int longest = 0;                           ///< neighbours of one atom, at most
  std::size_t block_pairs = 0;               ///< neighbours of one block, at most
  void sort(const AtomsView& atoms, int ntypes, int block_atoms);
};

/// Sums that do not depend on their order: doubles as multiples of a power of two in wrapping 64-bit integers. So forces are the
/// same, bit for bit, whichever thread adds first and however many there are.
struct FixedPoint {
  static constexpr double force_scale = 274877906944.0;  ///< 2^38: 3.6e-12 eV/A
  static constexpr double virial_scale = 17179869184.0;  ///< 2^34: 5.8e-11 eV
  static constexpr double largest = 65536.0;             ///< eV/A of one pair: 2^9 of them cannot overflow
  static std::uint64_t from(double value, double scale);
  static double to(std::uint64_t sum, double scale) { return static_cast<double>(static_cast<std::int64_t>(sum)) / scale; }
};

/// What one thread adds up.
struct ThreadSums {
  std::vector<std::uint64_t> force;    ///< 3 nall
  std::vector<std::uint64_t> virial;   ///< 9 nall, when asked for
  long overflow = 0, too_close = 0;
};

/// Where blocks leave what belongs to one atom alone: energy and its pairs' virial.
struct AtomTotals { double energy = 0.0, virial[9] = {}; };

/// Where a thread's time went, when the environment has LAMELLA_PROFILE: clock ticks of each kernel.
struct PhaseClock {
  enum Phase { neighbours, environment, tables, descriptor, fitting, descriptor_back, tables_back, forces, phases };
  bool on = false;
  std::uint64_t ticks[phases] = {}, last = 0;
  void start() { if (on) last = __builtin_ia32_rdtsc(); }
  void stop(Phase phase) {
    if (!on) return;
    const std::uint64_t now = __builtin_ia32_rdtsc();
    ticks[phase] += now - last;
    last = now;
  }
};

/// One block of same-type centres from positions to forces, on one thread, in that thread's scratch memory.
template <class Real>
class BlockWorker {
 public:
  BlockWorker(const DeepPotentialModel& model, const FastModel<Real>& fast);
  /// Memory for any block of these; no allocation in `run` afterwards (pairs nearer than the tables apart).
  void reserve(const SortedAtoms& sorted, int block_atoms);
  void run(const AtomsView& atoms, const SortedAtoms& sorted, const SortedAtoms::Block& block, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals* totals);
  PhaseClock& clock() { return clock_; }

 private:
  int collect(const AtomsView& atoms, int i, const int* list, int count, int type, int at, ThreadSums& sums);
  void environment(int centre, int row, ThreadSums& sums);
  const Real* place(const PairType<Real>& pair, double s, Real& t, Real& h);
  const Real* exact_row(int table, double s);
  void gather_pairs(const AtomsView& atoms, const SortedAtoms& sorted, int i, int centre, int row, ThreadSums& sums);
  void moments(int row);
  void fill_parameters(const AtomsView& atoms, int i, Real* to) const;
  void fit(const PackedFitting<Real>& net, int rows, int padded_rows);
  void activate_rows(const PackedLayer<Real>& layer, const Real* x, std::ptrdiff_t x_stride, Real* y, Real* slope, int rows) const;
  [[noreturn]] void fail_force(int i, int pair, int k) const;
  void pair_gradients(int row);
  void pair_forces(int i, int centre, int row, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals& total);

  PhaseClock clock_;
  const DeepPotentialModel& model_;
  const FastModel<Real>& fast_;
  std::vector<EmbeddingFunction> functions_;
  // Pairs of the block, one array per quantity; atom a's are [first_[a], first_[a + 1]).
  std::ptrdiff_t capacity_ = 0;
  std::vector<int> first_, j_;
  std::vector<int> segment_;              // [row][ntypes + 1]: where each neighbour type's pairs begin
  std::vector<double> d_, r_, s_, chain_; // d_[3][capacity], chain_[3][capacity]: see Kernels::environment
  std::vector<Real> env_, t_, h_;         // env_[4][capacity]
  std::vector<const Real*> rows_;
  std::vector<int> order_;                // for sel overflow
  // One atom's basis weights and gradients.
  std::ptrdiff_t stride_ = 0;
  std::vector<Real> weights_, dweights_, gradient_, piece_;
  std::vector<double> force_;             // [3][stride]
  // The block's matrices.
  std::size_t t_size_ = 0;
  std::ptrdiff_t x_stride_ = 0;
  std::vector<Real> moments_, u_, x_, g_[2];
  std::vector<std::vector<Real>> outputs_, slopes_;
  std::vector<double> energy_;
  std::vector<std::vector<Real>> exact_rows_;
  std::size_t exact_used_ = 0;
  std::vector<double> exact_[3];
};

}  // namespace lamella
