#pragma once
#include <atomic>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "runner/deep_potential/model.hpp"

namespace lamella {

/// Local atoms 0 .. nlocal-1 come first, ghosts follow. `type` < 0: an atom the model does not see (NULL).
/// Neighbour lists are full, of local atoms, may hold atoms beyond rcut (skin); indices into x.
struct AtomsView {
  int nlocal = 0, nall = 0;
  const double* x = nullptr;             ///< 3 nall, A
  const int* type = nullptr;             ///< nall, model types
  const int* const* neighbours = nullptr;  ///< per local atom
  const int* neighbour_count = nullptr;    ///< per local atom
  const double* fparam = nullptr;        ///< numb_fparam or null
  const double* aparam = nullptr;        ///< nlocal x numb_aparam or null
  const int* owner = nullptr;            ///< nall: the local atom that each is (an image of), or null where other ranks own some
  long generation = 0;                   ///< changes whenever lists, types or nlocal change: what was sorted may be kept until then
};

/// A number no caller in this process had before: an evaluator may serve one simulation after another.
inline long next_generation() {
  static std::atomic<long> last{0};
  return ++last;
}

/// Results are written, not added, into arrays the caller owns; null pointers are left out.
struct EvaluationResult {
  double energy = 0.0;             ///< eV, of local atoms
  double virial[9] = {};           ///< eV, W[a][b] = sum f_a (r_j - r_i)_b over pairs, f the force of i on j: LAMMPS's sign
  double* force = nullptr;         ///< 3 nall, eV/A; ghosts too
  double* atom_energy = nullptr;   ///< nlocal, eV
  double* atom_virial = nullptr;   ///< 9 nall, eV; each pair's term on its neighbour j, as deepmd-kit
  long overflow = 0;               ///< neighbours beyond sel that were dropped (farthest first), summed over atoms
  long too_close = 0;              ///< pairs below the table's or the training set's range
};

enum class Precision { double_, mixed };

/// Something that turns positions into energy and forces. One object serves one LAMMPS pair style instance.
class Evaluator {
 public:
  virtual ~Evaluator() = default;
  virtual const DeepPotentialModel& model() const = 0;
  /// Which evaluator this is, for people: kernels, precision, threads, tables; a fall back to the plain one says why.
  virtual std::string name() const { return "plain, double precision, one thread"; }
  /// Clock ticks per kernel since the last call, summed over threads, where the environment has LAMELLA_PROFILE; else zeros or nothing.
  virtual std::vector<std::pair<std::string, double>> profile() { return {}; }
  /// Throws Error (while_running) on positions that are not finite, naming the local atom.
  virtual void compute(const AtomsView& atoms, EvaluationResult& result) = 0;
};

/// The plain one: double precision, clear loops, single thread. The oracle of the fast one.
std::unique_ptr<Evaluator> make_plain_evaluator(DeepPotentialModel model);
/// The fast one: tables, SIMD, threads (0: all cores).
std::unique_ptr<Evaluator> make_fast_evaluator(DeepPotentialModel model, Precision precision, int threads);

}  // namespace lamella
