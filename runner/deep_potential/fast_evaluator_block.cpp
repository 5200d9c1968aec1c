#include "runner/deep_potential/fast_evaluator_block.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"

namespace lamella {

std::uint64_t FixedPoint::from(double value, double scale) { return static_cast<std::uint64_t>(static_cast<std::int64_t>(std::nearbyint(value * scale))); }

template <class Real>
BlockWorker<Real>::BlockWorker(const DeepPotentialModel& model, const FastModel<Real>& fast) : model_(model), fast_(fast) {
  if (model.tables.empty())
    for (const Network& net : model.embeddings) functions_.emplace_back(&net, nullptr);
  else
    for (const auto& table : model.tables) functions_.emplace_back(nullptr, &table);
  for (auto& v : exact_) v.resize(static_cast<std::size_t>(fast.width));
}

template <class Real>
void BlockWorker<Real>::reserve(const SortedAtoms& sorted, int block_atoms) {
  const std::ptrdiff_t slack = 2 * static_cast<std::ptrdiff_t>(fast_.kernels->lanes), pairs = static_cast<std::ptrdiff_t>(sorted.block_pairs);
  const std::size_t rows = static_cast<std::size_t>((block_atoms + fast_.kernels->tile_rows - 1) / fast_.kernels->tile_rows) * fast_.kernels->tile_rows;
  const auto grow = [](auto& v, std::size_t n) { if (v.size() < n) v.resize(n); };
  if (pairs + slack > capacity_) {
    capacity_ = (pairs + pairs / 8 + slack + 15) / 16 * 16 + 16;
    grow(j_, capacity_), grow(d_, 3 * capacity_), grow(r_, capacity_), grow(s_, capacity_), grow(chain_, 3 * capacity_);
    grow(env_, 4 * capacity_), grow(t_, capacity_), grow(h_, capacity_), grow(rows_, capacity_);
  }
  grow(first_, rows + 1), grow(segment_, rows * (fast_.ntypes + 1)), grow(energy_, rows), grow(order_, static_cast<std::size_t>(sorted.longest));
  stride_ = std::max<std::ptrdiff_t>(stride_, (sorted.longest + sorted.longest / 8 + slack + 15) / 16 * 16);
  grow(weights_, 6 * stride_), grow(dweights_, 6 * stride_), grow(gradient_, 4 * stride_), grow(piece_, 4 * stride_), grow(force_, 3 * stride_);
  t_size_ = 4 * static_cast<std::size_t>(fast_.padded);
  grow(moments_, rows * t_size_ + slack), grow(u_, t_size_ + slack);
  x_stride_ = (fast_.inputs + slack + 15) / 16 * 16;
  grow(x_, rows * static_cast<std::size_t>(x_stride_));
  std::size_t layers = 0, widest = 1;
  for (const auto& net : fast_.fitting) {
    layers = std::max(layers, net.hidden.size());
    for (const auto& layer : net.hidden) widest = std::max<std::size_t>(widest, layer.out_padded);
  }
  outputs_.resize(layers), slopes_.resize(layers);
  for (auto* v : {&outputs_, &slopes_})
    for (auto& matrix : *v) grow(matrix, rows * widest);
  for (auto& matrix : g_) grow(matrix, rows * widest);
}

/// Neighbours of one type within the cut-off, put into the block's pairs from `at` on; beyond sel the farthest are dropped and counted.
template <class Real>
int BlockWorker<Real>::collect(const AtomsView& atoms, int i, const int* list, int count, int type, int at, ThreadSums& sums) {
  const std::size_t begin = static_cast<std::size_t>(at);
  double *dx = d_.data() + begin, *dy = dx + capacity_, *dz = dy + capacity_, *r = r_.data() + begin;
  int* js = j_.data() + begin;
  const int n = fast_.kernels->collect(atoms.x, i, list, count, fast_.rcut, js, dx, capacity_, r);
  for (int k = 0; k < n; ++k) {
    if (r[k] == 0.0)
      fail_run({"deep potential", fmt::format("local atom {} and atom {} lie at the same point", i, js[k]), "", "", "relax the structure first, or remove the duplicate"});
    if (r[k] < model_.min_nbor_dist) ++sums.too_close;
  }
  const int room = fast_.pairs[static_cast<std::size_t>(type)].sel;
  if (n <= room) return n;
  sums.overflow += n - room;
  for (int k = 0; k < n; ++k) order_[k] = k;
  std::nth_element(order_.begin(), order_.begin() + room, order_.begin() + n, [&](int a, int b) { return r[a] != r[b] ? r[a] < r[b] : js[a] < js[b]; });
  std::sort(order_.begin(), order_.begin() + room);
  for (int k = 0; k < room; ++k) {
    const int from = order_[k];
    dx[k] = dx[from], dy[k] = dy[from], dz[k] = dz[from], r[k] = r[from], js[k] = js[from];
  }
  return room;
}

template <class Real>
const Real* BlockWorker<Real>::exact_row(int table, double s) {
  const std::size_t size = static_cast<std::size_t>(6) * fast_.padded;
  if (exact_used_ == exact_rows_.size()) exact_rows_.emplace_back(size, Real(0));
  std::vector<Real>& row = exact_rows_[exact_used_++];
  functions_[table].evaluate(s, exact_[0].data(), exact_[1].data(), exact_[2].data());
  for (int d = 0; d < 2; ++d)  // G and G' at the left end of an interval: both bases give them back at t = 0
    for (int m = 0; m < fast_.width; ++m) row[static_cast<std::size_t>(d) * fast_.padded + m] = static_cast<Real>(exact_[d][m]);
  return row.data();
}

/// The row of the table for s, and where in its interval: t in [0, 1], h the interval.
template <class Real>
const Real* BlockWorker<Real>::place(const PairType<Real>& pair, double s, Real& t, Real& h) {
  if (fast_.tabulated) {
    const EmbeddingTable<Real>& table = fast_.tables[pair.table];
    if (s >= table.lower && s < table.upper) {
      const double u = (s - table.lower) * table.inverse_width;
      const std::size_t c = std::min(static_cast<std::size_t>(u), table.cells.size() - 1);
      const auto& cell = table.cells[c];
      const double v = (u - static_cast<double>(c)) * static_cast<double>(cell.count);
      const int k = std::min(static_cast<int>(v), static_cast<int>(cell.count) - 1);
      t = static_cast<Real>(v - k);
      h = static_cast<Real>(cell.spacing);
      return table.rows.data() + static_cast<std::size_t>(cell.first + k) * (sizeof(Real) == 8 ? 3 : 6) * fast_.padded;
    }
  }
  t = Real(0);
  h = Real(1);
  return exact_row(pair.table, s);
}

/// Rows R of the environment matrix of one centre and where they stand in the tables.
template <class Real>
void BlockWorker<Real>::environment(int centre, int row, ThreadSums& sums) {
  const int* segment = segment_.data() + static_cast<std::size_t>(row) * (fast_.ntypes + 1);
  const PairType<Real>* pairs = fast_.pairs.data() + static_cast<std::size_t>(centre) * fast_.ntypes;
  const bool uniform = fast_.uniform[centre];
  for (int t = 0; t < fast_.ntypes; ++t) {
    const int first = segment[t], n = segment[uniform ? fast_.ntypes : t + 1] - first;
    if (n > 0)
      fast_.kernels->environment(pairs[t].numbers, n, d_.data() + first, r_.data() + first, capacity_, env_.data() + first, s_.data() + first, chain_.data() + first);
    if (uniform) break;
  }
  for (int t = 0; t < fast_.ntypes; ++t)
    for (int p = segment[t]; p < segment[t + 1]; ++p) {
      rows_[p] = place(pairs[t], s_[p], t_[p], h_[p]);
      // Where the file does not say how near its training set came, the table's end is the mark.
      if (model_.min_nbor_dist < 0 && (model_.tables.empty() ? r_[p] < fast_.closest : s_[p] >= model_.tables[pairs[t].table].max)) ++sums.too_close;
    }
}

template <class Real>
void BlockWorker<Real>::gather_pairs(const AtomsView& atoms, const SortedAtoms& sorted, int i, int centre, int row, ThreadSums& sums) {
  Real* t = moments_.data() + static_cast<std::size_t>(row) * t_size_;
  std::fill_n(t, t_size_, Real(0));
  const int* list = sorted.segment.data() + static_cast<std::size_t>(i) * (fast_.ntypes + 1);
  int* segment = segment_.data() + static_cast<std::size_t>(row) * (fast_.ntypes + 1);
  int end = first_[row];
  for (int other = 0; other < fast_.ntypes; ++other) {
    const PairType<Real>& pair = fast_.pairs[static_cast<std::size_t>(centre) * fast_.ntypes + other];
    const int length = list[other + 1] - list[other];
    const int n = length > 0 ? collect(atoms, i, sorted.neighbours.data() + sorted.start[i] + list[other], length, other, end, sums) : 0;
    if (!pair.empty.empty()) fast_.kernels->add_scaled(static_cast<int>(t_size_), static_cast<Real>(pair.sel - n), pair.empty.data(), t);
    segment[other] = end;
    if (!pair.excluded) end += n;
  }
  segment[fast_.ntypes] = first_[row + 1] = end;
  std::fill_n(r_.data() + end, 8, 1.0);  // the last vector may run beyond the pairs: finite there
}

/// T of one centre from its pairs, and its descriptor.
template <class Real>
void BlockWorker<Real>::moments(int row) {
  Real* t = moments_.data() + static_cast<std::size_t>(row) * t_size_;
  const int begin = first_[row], n = first_[row + 1] - begin;
  fast_.kernels->basis(n, t_.data() + begin, h_.data() + begin, weights_.data(), nullptr, stride_);
  fast_.kernels->accumulate(n, rows_.data() + begin, weights_.data(), stride_, env_.data() + begin, capacity_, fast_.padded, t);
  fast_.kernels->scale(static_cast<int>(t_size_), static_cast<Real>(1.0 / model_.descriptor_norm), t);
  clock_.stop(PhaseClock::tables);
  fast_.kernels->descriptor(t, fast_.padded, fast_.width, fast_.axis, x_.data() + row * x_stride_);
  clock_.stop(PhaseClock::descriptor);
}

template <class Real>
void BlockWorker<Real>::fill_parameters(const AtomsView& atoms, int i, Real* to) const {
  const double* fparam = atoms.fparam ? atoms.fparam : model_.default_fparam.data();
  for (int p = 0; p < model_.numb_fparam; ++p) *to++ = static_cast<Real>((fparam[p] - model_.fparam_avg[p]) * model_.fparam_inv_std[p]);
  for (int p = 0; p < model_.numb_aparam; ++p)
    *to++ = static_cast<Real>((atoms.aparam[static_cast<std::size_t>(i) * model_.numb_aparam + p] - model_.aparam_avg[p]) * model_.aparam_inv_std[p]);
}

/// dE/dR of one centre's pairs into gradient_, zeros behind them.
template <class Real>
void BlockWorker<Real>::pair_gradients(int row) {
  const int begin = first_[row], n = first_[row + 1] - begin;
  fast_.kernels->descriptor_gradient(moments_.data() + static_cast<std::size_t>(row) * t_size_, fast_.padded, fast_.width, fast_.axis, x_.data() + row * x_stride_,
                                     static_cast<Real>(1.0 / model_.descriptor_norm), u_.data());
  clock_.stop(PhaseClock::descriptor_back);
  fast_.kernels->basis(n, t_.data() + begin, h_.data() + begin, weights_.data(), dweights_.data(), stride_);
  fast_.kernels->gradient(n, rows_.data() + begin, weights_.data(), dweights_.data(), stride_, env_.data() + begin, capacity_, fast_.padded, u_.data(), gradient_.data());
  for (int c = 0; c < 4; ++c) std::fill_n(gradient_.data() + c * stride_ + n, fast_.kernels->lanes, Real(0));
  clock_.stop(PhaseClock::tables_back);
}

template <class Real>
void BlockWorker<Real>::pair_forces(int i, int centre, int row, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals& total) {
  const int* segment = segment_.data() + static_cast<std::size_t>(row) * (fast_.ntypes + 1);
  const bool uniform = fast_.uniform[centre];
  double own[3] = {0, 0, 0};
  for (int t = 0; t < fast_.ntypes; ++t) {
    const int begin = segment[t], n = segment[uniform ? fast_.ntypes : t + 1] - begin;
    if (n == 0 && !uniform) continue;
    const Real* gradient = gradient_.data() + (begin - first_[row]);
    if (!uniform) {  // vectors must not run into the next type's pairs
      for (int c = 0; c < 4; ++c) std::fill_n(std::copy_n(gradient + c * stride_, n, piece_.data() + c * stride_), fast_.kernels->lanes, Real(0));
      gradient = piece_.data();
    }
    double found[12];
    const auto& numbers = fast_.pairs[static_cast<std::size_t>(centre) * fast_.ntypes + t].numbers;
    const int bad = fast_.kernels->forces(numbers.inverse_deviation, n, d_.data() + begin, chain_.data() + begin, capacity_, gradient, stride_, FixedPoint::largest,
                                          force_.data(), stride_, found);
    if (bad >= 0) fail_force(i, begin + bad, bad);
    for (int a = 0; a < 3; ++a) own[a] -= found[a];
    for (int k = 0; k < 9; ++k) total.virial[k] += found[3 + k];
    if (forces) fast_.kernels->scatter(n, j_.data() + begin, force_.data(), stride_, FixedPoint::force_scale, sums.force.data());
    if (atom_virial)
      for (int k = 0; k < n; ++k)
        for (int a = 0; a < 3; ++a)
          for (int b = 0; b < 3; ++b)
            sums.virial[9 * static_cast<std::size_t>(j_[begin + k]) + 3 * a + b] += FixedPoint::from(force_[a * stride_ + k] * d_[b * capacity_ + begin + k], FixedPoint::virial_scale);
    if (uniform) break;
  }
  if (forces)
    for (int a = 0; a < 3; ++a) sums.force[3 * static_cast<std::size_t>(i) + a] += FixedPoint::from(own[a], FixedPoint::force_scale);
  clock_.stop(PhaseClock::forces);
}

template <class Real>
void BlockWorker<Real>::fail_force(int i, int pair, int k) const {
  fail_run({"deep potential", fmt::format("the force between local atom {} and atom {} is out of range at a distance of {:.4f} A", i, j_[pair], r_[pair]),
            fmt::format("{:g} {:g} {:g} eV/A", force_[k], force_[stride_ + k], force_[2 * stride_ + k]), fmt::format("below {:g}", FixedPoint::largest),
            "relax the structure first, or take a smaller time step"});
}

template <class Real>
void BlockWorker<Real>::run(const AtomsView& atoms, const SortedAtoms& sorted, const SortedAtoms::Block& block, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals* totals) {
  exact_used_ = 0;
  first_[0] = 0;
  clock_.start();
  const int tile = fast_.kernels->tile_rows, padded_rows = (block.count + tile - 1) / tile * tile;
  for (int a = 0; a < block.count; ++a) {
    const int i = sorted.order[block.first + a];
    gather_pairs(atoms, sorted, i, block.type, a, sums);
    clock_.stop(PhaseClock::neighbours);
    environment(block.type, a, sums);
    clock_.stop(PhaseClock::environment);
    moments(a);
    fill_parameters(atoms, i, x_.data() + a * x_stride_ + fast_.folded);
  }
  for (int a = block.count; a < padded_rows; ++a) std::fill_n(x_.data() + a * x_stride_, fast_.inputs, Real(0));
  fit(fast_.fitting[block.type], block.count, padded_rows);
  clock_.stop(PhaseClock::fitting);
  for (int a = 0; a < block.count; ++a) {
    const int i = sorted.order[block.first + a];
    AtomTotals& total = totals[i];
    total = {};
    total.energy = energy_[a];
    if (!std::isfinite(total.energy)) fail_run({"deep potential", fmt::format("the energy of local atom {} is not finite", i), fmt::format("{}", total.energy), "", "atoms lie too close to each other: relax the structure first"});
    pair_gradients(a);
    pair_forces(i, block.type, a, forces, atom_virial, sums, total);
  }
}

template class BlockWorker<float>;
template class BlockWorker<double>;

}  // namespace lamella
