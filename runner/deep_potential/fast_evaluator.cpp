#include "runner/deep_potential/fast_evaluator.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <functional>
#include <utility>

#include "base/error.hpp"
#include "runner/deep_potential/evaluator.hpp"
#include "runner/deep_potential/fast_evaluator_block.hpp"
#include "runner/deep_potential/thread_pool.hpp"

namespace lamella {

namespace {

constexpr int kBlockAtoms = 64;       // centres of one fitting product
constexpr int kExactBlockAtoms = 8;   // where every pair carries its own rows
constexpr int kReduceAtoms = 2048;    // forces brought together by one thread at a time

void fail_position(const AtomsView& atoms, int bad) {
  const double* x = atoms.x + 3 * static_cast<std::size_t>(bad);
  const std::string got = fmt::format("{} {} {}", x[0], x[1], x[2]), hint = "the run has blown up before this step: a smaller time step, or a relaxation first";
  if (bad < atoms.nlocal) fail_run({"deep potential", fmt::format("the position of local atom {} is not finite", bad), got, "", hint});
  for (int i = 0; i < atoms.nlocal; ++i)
    for (int k = 0; atoms.type[i] >= 0 && k < atoms.neighbour_count[i]; ++k)
      if (atoms.neighbours[i][k] == bad) fail_run({"deep potential", fmt::format("the position of ghost atom {}, a neighbour of local atom {}, is not finite", bad, i), got, "", hint});
  fail_run({"deep potential", fmt::format("the position of ghost atom {} is not finite", bad), got, "", hint});
}

void check_input(const AtomsView& atoms, const DeepPotentialModel& model, bool check_types) {
  if (check_types)
    for (int i = 0; i < atoms.nall; ++i)
      if (atoms.type[i] >= model.ntypes())
        fail_run({"deep potential", "an atom's type is not in the model", std::to_string(atoms.type[i]), "0 to " + std::to_string(model.ntypes() - 1), ""});
  for (int i = 0; i < atoms.nall; ++i) {
    const double* x = atoms.x + 3 * static_cast<std::size_t>(i);
    // 0 for finite numbers, NaN for others: one test for three.
    if (!((x[0] - x[0]) + (x[1] - x[1]) + (x[2] - x[2]) == 0.0) && atoms.type[i] >= 0) fail_position(atoms, i);
  }
  if (model.numb_fparam > 0 && !atoms.fparam && model.default_fparam.empty())
    fail_input({"fparam", "the model needs frame parameters", "none", std::to_string(model.numb_fparam) + " numbers", "give them with `fparam` in the pair_style line"});
  if (model.numb_aparam > 0 && !atoms.aparam)
    fail_input({"aparam", "the model needs atomic parameters", "none", std::to_string(model.numb_aparam) + " numbers per atom", "give them with `aparam` in the pair_style line"});
}

template <class Real>
class FastEvaluator final : public Evaluator {
 public:
  FastEvaluator(DeepPotentialModel model, int threads)
      : model_(std::move(model)), pool_(threads), fast_(build_fast_model<Real>(model_, best_kernels<Real>(), pool_)), block_atoms_(fast_.tabulated ? kBlockAtoms : kExactBlockAtoms) {
    for (int t = 0; t < pool_.threads(); ++t) workers_.emplace_back(model_, fast_);
    sums_.resize(workers_.size());
    for (auto& worker : workers_) worker.clock().on = std::getenv("LAMELLA_PROFILE") != nullptr;
  }

  std::vector<std::pair<std::string, double>> profile() override {
    static const char* const names[] = {"neighbours", "environment", "tables", "descriptor", "fitting", "descriptor back", "tables back", "forces"};
    std::vector<std::pair<std::string, double>> out;
    for (int p = 0; p < PhaseClock::phases; ++p) {
      out.emplace_back(names[p], 0.0);
      for (auto& worker : workers_) out.back().second += static_cast<double>(std::exchange(worker.clock().ticks[p], 0));
    }
    return out;
  }

  const DeepPotentialModel& model() const override { return model_; }

  std::string name() const override {
    const std::string tables = fast_.tabulated ? fmt::format("tables {:.1f} MB, within {:.0e} of the nets", static_cast<double>(fast_.table_bytes()) / (1 << 20), std::max(fast_.error, 1e-16))
                                               : std::string("embedding nets evaluated pair by pair (their activation has kinks that a table would blur)");
    return fmt::format("fast, {}, {}, {} thread{}, {}", fast_.kernels->name, sizeof(Real) == 8 ? "double precision" : "mixed precision", pool_.threads(), pool_.threads() == 1 ? "" : "s", tables);
  }

  void compute(const AtomsView& atoms, EvaluationResult& result) override {
    const bool fresh = !sorted_once_ || atoms.generation != generation_ || atoms.nlocal != nlocal_ || atoms.nall != nall_;
    check_input(atoms, model_, fresh);
    if (fresh) sort(atoms);
    prepare_sums(result.atom_virial != nullptr);
    const bool forces = result.force != nullptr, atom_virial = result.atom_virial != nullptr;
    try {
      const auto work = [&](int b, int t) { workers_[t].run(atoms, sorted_, sorted_.blocks[b], forces, atom_virial, sums_[t], totals_.data()); };
      pool_.run(static_cast<int>(sorted_.blocks.size()), std::cref(work));  // by reference: a std::function of its own would allocate
    } catch (...) {
      dirty_ = true;
      throw;
    }
    gather(atoms, result);
  }

 private:
  void sort(const AtomsView& atoms) {
    sorted_once_ = false;  // should memory run out half-way
    sorted_.sort(atoms, model_.ntypes(), block_atoms_);
    totals_.resize(static_cast<std::size_t>(atoms.nlocal));
    for (auto& worker : workers_) worker.reserve(sorted_, block_atoms_);
    if (nall_ != atoms.nall) dirty_ = true;
    generation_ = atoms.generation, nlocal_ = atoms.nlocal, nall_ = atoms.nall;
    sorted_once_ = true;
  }

  /// Sums start at zero: `gather` leaves them so, unless an error came between.
  void prepare_sums(bool atom_virial) {
    for (ThreadSums& s : sums_) {
      s.overflow = s.too_close = 0;
      if (dirty_) s.force.assign(3 * static_cast<std::size_t>(nall_), 0);
      if (atom_virial && (dirty_ || s.virial.size() != 9 * static_cast<std::size_t>(nall_))) s.virial.assign(9 * static_cast<std::size_t>(nall_), 0);
    }
    dirty_ = false;
  }

  /// Adds the threads' integers, any order giving the same sum, writes them as doubles and leaves zeros.
  void bring_together(std::vector<std::uint64_t> ThreadSums::*member, std::size_t begin, std::size_t end, double scale, double* out) {
    for (std::size_t k = begin; k < end; ++k) {
      std::uint64_t sum = 0;
      for (ThreadSums& s : sums_) {
        sum += (s.*member)[k];
        (s.*member)[k] = 0;
      }
      out[k] = FixedPoint::to(sum, scale);
    }
  }

  void gather(const AtomsView& atoms, EvaluationResult& result) {
    const std::size_t n = static_cast<std::size_t>(atoms.nall);
    const auto reduce = [&](int chunk, int) {
      const std::size_t begin = static_cast<std::size_t>(chunk) * kReduceAtoms, end = std::min(n, begin + kReduceAtoms);
      if (result.force) bring_together(&ThreadSums::force, 3 * begin, 3 * end, FixedPoint::force_scale, result.force);
      if (result.atom_virial) bring_together(&ThreadSums::virial, 9 * begin, 9 * end, FixedPoint::virial_scale, result.atom_virial);
    };
    if (result.force || result.atom_virial) pool_.run(static_cast<int>((n + kReduceAtoms - 1) / kReduceAtoms), std::cref(reduce));
    result.energy = 0.0;
    std::fill(result.virial, result.virial + 9, 0.0);
    for (int i = 0; i < atoms.nlocal; ++i) {
      const bool seen = atoms.type[i] >= 0;
      if (result.atom_energy) result.atom_energy[i] = seen ? totals_[i].energy : 0.0;
      if (!seen) continue;
      result.energy += totals_[i].energy;
      for (int k = 0; k < 9; ++k) result.virial[k] += totals_[i].virial[k];
    }
    result.overflow = result.too_close = 0;
    for (const ThreadSums& s : sums_) result.overflow += s.overflow, result.too_close += s.too_close;
  }

  DeepPotentialModel model_;
  ThreadPool pool_;
  FastModel<Real> fast_;
  int block_atoms_;
  std::vector<BlockWorker<Real>> workers_;
  std::vector<ThreadSums> sums_;
  SortedAtoms sorted_;
  std::vector<AtomTotals> totals_;
  bool sorted_once_ = false, dirty_ = true;
  long generation_ = 0;
  int nlocal_ = 0, nall_ = 0;
};

/// The plain one in the fast one's place, and why.
class PlainInstead final : public Evaluator {
 public:
  PlainInstead(DeepPotentialModel model, std::string reason) : plain_(make_plain_evaluator(std::move(model))), reason_(std::move(reason)) {}
  const DeepPotentialModel& model() const override { return plain_->model(); }
  std::string name() const override { return plain_->name() + " (no fast kernels for " + reason_ + ")"; }
  void compute(const AtomsView& atoms, EvaluationResult& result) override { plain_->compute(atoms, result); }

 private:
  std::unique_ptr<Evaluator> plain_;
  std::string reason_;
};

}  // namespace

std::unique_ptr<Evaluator> make_fast_evaluator(DeepPotentialModel model, Precision precision, int threads) {
  std::string reason = reason_for_plain(model);
  if (!reason.empty()) return std::make_unique<PlainInstead>(std::move(model), std::move(reason));
  if (precision == Precision::mixed) return std::make_unique<FastEvaluator<float>>(std::move(model), threads);
  return std::make_unique<FastEvaluator<double>>(std::move(model), threads);
}

}  // namespace lamella
