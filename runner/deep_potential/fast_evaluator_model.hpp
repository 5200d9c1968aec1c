#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "runner/deep_potential/embedding_table.hpp"
#include "runner/deep_potential/kernels/kernels.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {

class ThreadPool;

/// A fitting layer packed for the kernels, both ways. Widths are padded to whole vectors with zeros.
template <class Real>
struct PackedLayer {
  int in = 0, out = 0, in_padded = 0, out_padded = 0;
  std::vector<Real> forward;    ///< panels of W: in x out
  std::vector<Real> backward;   ///< panels of W transposed: out x in
  std::vector<Real> bias, idt;  ///< out_padded; idt empty where there is none
  Activation activation = Activation::tanh;
  double silut_threshold = 3.0;
  bool resnet = false;
};

template <class Real>
struct PackedFitting {
  std::vector<PackedLayer<Real>> hidden;
  std::vector<Real> last;   ///< weights of the linear last layer, padded
  double bias = 0.0;        ///< eV: of the last layer and of the centre's type
};

/// What one (centre, neighbour) pair of types needs.
template <class Real>
struct PairType {
  bool excluded = false;
  int table = 0;               ///< index into tables and functions
  int sel = 0;
  SwitchNumbers numbers = {};
  std::vector<Real> empty;     ///< [4][padded width]: what one empty slot adds to norm T; empty where it is nothing
};

/// A DeepPotentialModel turned into what the kernels eat.
template <class Real>
struct FastModel {
  const Kernels<Real>* kernels = nullptr;
  int ntypes = 0, width = 0, padded = 0, axis = 0, folded = 0, inputs = 0;  ///< folded: descriptor entries kept; inputs: with fparam, aparam
  double rcut = 0.0, rcut_smth = 0.0;
  std::vector<EmbeddingTable<Real>> tables;
  std::vector<PairType<Real>> pairs;         ///< [centre * ntypes + neighbour]
  std::vector<bool> uniform;                 ///< per centre type: the statistics are the same for all its neighbours, as deepmd-kit makes them
  std::vector<PackedFitting<Real>> fitting;  ///< per centre type
  double tolerance = 0.0, error = 0.0;       ///< asked of the tables, and seen
  double closest = 0.0;                      ///< A: the tables reach at least so near for every pair
  bool tabulated = true;                     ///< false: nets with kinks, evaluated pair by pair
  std::size_t table_bytes() const;
};

/// The most that all tables of a model may take, bytes, up to seven types (49 two-sided nets).
inline constexpr std::size_t kTableBudget = 64u << 20;

/// Why the fast kernels cannot serve this model, or "" where they can.
std::string reason_for_plain(const DeepPotentialModel& model);
template <class Real>
FastModel<Real> build_fast_model(const DeepPotentialModel& model, const Kernels<Real>& kernels, ThreadPool& pool);

}  // namespace lamella
