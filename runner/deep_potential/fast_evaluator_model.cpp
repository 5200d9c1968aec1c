#include "runner/deep_potential/fast_evaluator_model.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "runner/deep_potential/thread_pool.hpp"

namespace lamella {

namespace {

/// Tables of nets reach down to this distance, or to half the training set's shortest where that is nearer (A). Nearer
/// pairs are evaluated with the net itself.
constexpr double kClosest = 0.25;

int rounded_up(int n, int lanes) { return (n + lanes - 1) / lanes * lanes; }

template <class Model>
double switch_width(const Model& model) {
  if constexpr (requires { model.switch_width; }) return model.switch_width;
  else return model.rcut - model.rcut_smth;
}

std::size_t slot_of(const DeepPotentialModel& model, int centre, int type) {
  std::size_t slot = static_cast<std::size_t>(centre) * model.nnei();
  for (int t = 0; t < type; ++t) slot += model.sel[t];
  return slot * 4;
}

/// W (k x n, row-major) in panels of `panel` columns, the last one narrower; columns beyond n are zero.
template <class Real>
std::vector<Real> pack(const std::vector<double>& w, int k, int n, const Kernels<Real>& kernels) {
  const int padded = rounded_up(n, kernels.lanes), wide = kernels.panel_vectors * kernels.lanes;
  std::vector<Real> out(static_cast<std::size_t>(k) * padded, Real(0));
  for (int column = 0; column < padded; column += wide) {
    const int panel = std::min(wide, padded - column);
    Real* to = out.data() + static_cast<std::size_t>(column) * k;
    for (int i = 0; i < k; ++i)
      for (int c = 0; c < panel && column + c < n; ++c) to[static_cast<std::size_t>(i) * panel + c] = static_cast<Real>(w[static_cast<std::size_t>(i) * n + column + c]);
  }
  return out;
}

std::vector<double> transposed(const std::vector<double>& w, int k, int n) {
  std::vector<double> out(w.size());
  for (int i = 0; i < k; ++i)
    for (int j = 0; j < n; ++j) out[static_cast<std::size_t>(j) * k + i] = w[static_cast<std::size_t>(i) * n + j];
  return out;
}

/// D[m][b] = D[b][m] for m, b < axis: both weights go to one entry, and the first product is 7 % shorter for 100 x 16.
/// Order of the folded descriptor: b = 0 .. axis - 1, m = b .. width - 1; fparam and aparam follow.
std::vector<double> fold_weights(const DenseLayer& layer, int width, int axis, int folded) {
  const int n = layer.out, extra = layer.in - width * axis;
  std::vector<double> w(static_cast<std::size_t>(folded + extra) * n);
  double* to = w.data();
  const auto row = [&](int m, int b) { return layer.weight.data() + (static_cast<std::size_t>(m) * axis + b) * n; };
  for (int b = 0; b < axis; ++b)
    for (int m = b; m < width; ++m, to += n)
      for (int o = 0; o < n; ++o) to[o] = row(m, b)[o] + (m > b && m < axis ? row(b, m)[o] : 0.0);
  std::copy_n(layer.weight.data() + static_cast<std::size_t>(width) * axis * n, static_cast<std::size_t>(extra) * n, to);
  return w;
}

template <class Real>
std::vector<Real> padded_copy(const std::vector<double>& v, int padded) {
  std::vector<Real> out(padded, Real(0));
  for (std::size_t i = 0; i < v.size(); ++i) out[i] = static_cast<Real>(v[i]);
  return out;
}

template <class Real>
PackedFitting<Real> pack_fitting(const DeepPotentialModel& model, int centre, int folded, const Kernels<Real>& kernels) {
  PackedFitting<Real> packed;
  const Network& net = model.fitting[centre];
  for (std::size_t l = 0; l < net.size(); ++l) {
    const DenseLayer& layer = net[l];
    const std::vector<double> w = l == 0 ? fold_weights(layer, model.width(), model.axis_neuron, folded) : layer.weight;
    const int in = static_cast<int>(w.size()) / layer.out;
    if (l + 1 == net.size()) {
      packed.last = padded_copy<Real>(w, rounded_up(in, kernels.lanes));
      packed.bias = model.bias[centre] + (layer.bias.empty() ? 0.0 : layer.bias[0]);
      break;
    }
    PackedLayer<Real> p;
    p.in = in;
    p.out = layer.out;
    p.in_padded = rounded_up(in, kernels.lanes);
    p.out_padded = rounded_up(layer.out, kernels.lanes);
    p.forward = pack(w, in, layer.out, kernels);
    p.backward = pack(transposed(w, in, layer.out), layer.out, in, kernels);
    p.bias = padded_copy<Real>(layer.bias, p.out_padded);
    if (!layer.idt.empty()) p.idt = padded_copy<Real>(layer.idt, p.out_padded);
    p.activation = layer.activation;
    p.silut_threshold = layer.silut_threshold;
    p.resnet = layer.resnet;
    packed.hidden.push_back(std::move(p));
  }
  return packed;
}

EmbeddingFunction function_of(const DeepPotentialModel& model, std::size_t index) {
  return model.tables.empty() ? EmbeddingFunction(&model.embeddings[index], nullptr) : EmbeddingFunction(nullptr, &model.tables[index]);
}

struct Range { double lower = std::numeric_limits<double>::max(), upper = std::numeric_limits<double>::lowest(); };

/// s of every pair that uses a net: from the cut-off (0) down to `closest` (w/r is largest there).
std::vector<Range> table_ranges(const DeepPotentialModel& model, std::size_t tables, double closest) {
  std::vector<Range> ranges(tables);
  for (int centre = 0; centre < model.ntypes(); ++centre)
    for (int type = 0; type < model.ntypes(); ++type) {
      const std::size_t slot = slot_of(model, centre, type);
      if (model.sel[type] == 0) continue;
      const double average = model.davg[slot], deviation = model.dstd[slot];
      Range& r = ranges[model.pair_index(centre, type)];
      for (const double value : {0.0, 1.0 / closest}) {
        r.lower = std::min(r.lower, (value - average) / deviation);
        r.upper = std::max(r.upper, (value - average) / deviation);
      }
    }
  for (Range& r : ranges) {
    if (!(r.lower < r.upper)) r = {0.0, 1.0};
    const double margin = 1e-6 * (r.upper - r.lower);  // s of an atom at the cut-off rounds to either side of the end
    r.lower -= margin;
    r.upper += margin;
  }
  return ranges;
}

template <class Real>
void build_tables(const DeepPotentialModel& model, FastModel<Real>& fast, ThreadPool& pool) {
  const std::size_t n = model.tables.empty() ? model.embeddings.size() : model.tables.size();
  fast.tables.resize(n);
  for (std::size_t t = 0; t < n; ++t) fast.tabulated = fast.tabulated && function_of(model, t).smooth();
  if (!fast.tabulated) return;
  const double closest = model.min_nbor_dist > 0 ? std::min(kClosest, 0.5 * model.min_nbor_dist) : kClosest;
  fast.closest = closest;
  fast.tolerance = sizeof(Real) == 8 ? 1e-11 : 1e-8;
  const std::vector<Range> ranges = table_ranges(model, n, closest);
  // Deviations near zero stretch s beyond what a table can be looked up in; the nets themselves can still be evaluated.
  for (const Range& r : ranges) fast.tabulated = fast.tabulated && r.upper - r.lower < 1e12;
  if (!fast.tabulated) return;
  std::vector<TablePlan> plans(n);
  pool.run(static_cast<int>(n), [&](int t, int) {
    EmbeddingFunction function = function_of(model, t);
    plans[t] = plan_table(function, ranges[t].lower, ranges[t].upper, fast.tolerance);
  });
  const std::size_t row = static_cast<std::size_t>(fast.padded) * sizeof(Real) * (sizeof(Real) == 8 ? 3 : 6);
  const auto total = [&] {
    std::size_t bytes = 0;
    for (const TablePlan& plan : plans) bytes += (static_cast<std::size_t>(plan.intervals()) + 1) * row + plan.counts.size() * sizeof(typename EmbeddingTable<Real>::Cell);
    return bytes;
  };
  const std::size_t budget = kTableBudget * std::max<std::size_t>(1, n / 49);  // more than seven types: the same share for each net
  // A compressed file's own nodes, if they are too many, give way to fewer of ours: seen as any other function.
  if (total() > budget)
    for (std::size_t t = 0; t < n; ++t)
      if (plans[t].exact_nodes) {
        EmbeddingFunction function = function_of(model, t);
        plans[t] = plan_table(function, std::max(ranges[t].lower, model.tables[t].lower), std::min(ranges[t].upper, model.tables[t].max), fast.tolerance, false);
      }
  while (total() > budget && fast.tolerance < 1.0) {
    fast.tolerance *= 1.5;
    for (TablePlan& plan : plans) replan(plan, fast.tolerance);
  }
  pool.run(static_cast<int>(n), [&](int t, int) {
    EmbeddingFunction function = function_of(model, t);
    fast.tables[t] = fill_table<Real>(function, plans[t], fast.padded);
  });
  for (const auto& table : fast.tables) fast.error = std::max(fast.error, table.error);
}

bool uniform_statistics(const DeepPotentialModel& model, int centre) {
  const std::size_t slots = static_cast<std::size_t>(model.nnei()), first = static_cast<std::size_t>(centre) * slots * 4;
  for (std::size_t k = 4; k < slots * 4; ++k)
    if (model.davg[first + k] != model.davg[first + k % 4] || model.dstd[first + k] != model.dstd[first + k % 4]) return false;
  return model.sel.front() > 0;
}

template <class Real>
PairType<Real> pair_type(const DeepPotentialModel& model, int centre, int type, int padded) {
  PairType<Real> pair;
  pair.excluded = model.excludes(centre, type);
  pair.table = model.pair_index(centre, type);
  pair.sel = model.sel[type];
  pair.numbers.rcut = model.rcut;
  pair.numbers.rcut_smth = model.rcut_smth;
  pair.numbers.width = switch_width(model);
  if (pair.sel == 0) return pair;
  const std::size_t slot = slot_of(model, centre, type);
  double row[4];
  bool zero = true;
  for (int c = 0; c < 4; ++c) {
    pair.numbers.average[c] = model.davg[slot + c];
    pair.numbers.inverse_deviation[c] = 1.0 / model.dstd[slot + c];
    row[c] = (0.0 - pair.numbers.average[c]) / model.dstd[slot + c];
    zero = zero && row[c] == 0.0;
  }
  if (zero || (pair.excluded && !model.excluded_slots_contribute)) return pair;
  EmbeddingFunction function = function_of(model, pair.table);
  std::vector<double> g(function.width()), first(g), second(g);
  function.evaluate(row[0], g.data(), first.data(), second.data());
  pair.empty.assign(static_cast<std::size_t>(4) * padded, Real(0));
  for (int c = 0; c < 4; ++c)
    for (int m = 0; m < function.width(); ++m) pair.empty[static_cast<std::size_t>(c) * padded + m] = static_cast<Real>(g[m] * row[c]);
  return pair;
}

}  // namespace

template <class Real>
std::size_t FastModel<Real>::table_bytes() const {
  std::size_t n = 0;
  for (const auto& table : tables) n += table.bytes();
  return n;
}

std::string reason_for_plain(const DeepPotentialModel& model) {
  for (const bool vacuum : model.subtract_vacuum)
    if (vacuum) return "atom_ener together with fparam or aparam";
  for (const Network& net : model.fitting) {
    if (net.empty() || net.back().activation != Activation::linear || net.back().resnet || !net.back().idt.empty() || net.back().out != 1) return "a fitting net whose last layer is not linear";
    if (net.front().resnet) return "a skip over the first fitting layer";
  }
  for (int centre = 0; centre < model.ntypes(); ++centre)
    for (int type = 0; type < model.ntypes(); ++type) {
      const std::size_t first = slot_of(model, centre, type);
      for (int k = 1; k < model.sel[type]; ++k)
        for (int c = 0; c < 4; ++c)
          if (model.davg[first + 4 * k + c] != model.davg[first + c] || model.dstd[first + 4 * k + c] != model.dstd[first + c])
            return "statistics (davg, dstd) that differ from slot to slot of one neighbour type";
    }
  return "";
}

template <class Real>
FastModel<Real> build_fast_model(const DeepPotentialModel& model, const Kernels<Real>& kernels, ThreadPool& pool) {
  FastModel<Real> fast;
  fast.kernels = &kernels;
  fast.ntypes = model.ntypes();
  fast.width = model.width();
  fast.padded = rounded_up(fast.width, kernels.lanes);
  fast.axis = model.axis_neuron;
  fast.folded = fast.axis * fast.width - fast.axis * (fast.axis - 1) / 2;
  fast.inputs = fast.folded + model.numb_fparam + model.numb_aparam;
  fast.rcut = model.rcut;
  fast.rcut_smth = model.rcut_smth;
  build_tables(model, fast, pool);
  for (int centre = 0; centre < fast.ntypes; ++centre) {
    fast.uniform.push_back(uniform_statistics(model, centre));
    fast.fitting.push_back(pack_fitting(model, centre, fast.folded, kernels));
    for (int type = 0; type < fast.ntypes; ++type) fast.pairs.push_back(pair_type<Real>(model, centre, type, fast.padded));
  }
  return fast;
}

template struct FastModel<float>;
template struct FastModel<double>;
template FastModel<float> build_fast_model<float>(const DeepPotentialModel&, const Kernels<float>&, ThreadPool&);
template FastModel<double> build_fast_model<double>(const DeepPotentialModel&, const Kernels<double>&, ThreadPool&);

}  // namespace lamella
