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
    for (auto* v : {&j_, &type_}) grow(*v, capacity_);
    grow(d_, 3 * capacity_), grow(r_, capacity_), grow(chain_, 3 * capacity_);
    grow(env_, 4 * capacity_), grow(t_, capacity_), grow(h_, capacity_), grow(rows_, capacity_);
  }
  grow(first_, rows + 1), grow(energy_, rows), grow(order_, static_cast<std::size_t>(sorted.longest));
  stride_ = std::max<std::ptrdiff_t>(stride_, (sorted.longest + sorted.longest / 8 + slack + 15) / 16 * 16);
  grow(weights_, 6 * stride_), grow(dweights_, 6 * stride_), grow(gradient_, 5 * stride_);
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
  const double *x = atoms.x, xi = x[3 * static_cast<std::size_t>(i)], yi = x[3 * static_cast<std::size_t>(i) + 1], zi = x[3 * static_cast<std::size_t>(i) + 2];
  const std::size_t begin = static_cast<std::size_t>(at);
  double *dx = d_.data() + begin, *dy = dx + capacity_, *dz = dy + capacity_, *r = r_.data() + begin;
  int* js = j_.data() + begin;
  int n = 0;
  for (int k = 0; k < count; ++k) {  // written always, kept or overwritten: no branch to mispredict
    const int j = list[k];
    const double* xj = x + 3 * static_cast<std::size_t>(j);
    dx[n] = xj[0] - xi, dy[n] = xj[1] - yi, dz[n] = xj[2] - zi;
    r[n] = std::sqrt(dx[n] * dx[n] + dy[n] * dy[n] + dz[n] * dz[n]);
    js[n] = j;
    n += r[n] <= fast_.rcut;
  }
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

/// Rows R of the environment matrix, where they stand in the tables, and what the chain rule needs of each pair:
/// chain = w/r^2, d(w/r)/dr / r, d(w/r^2)/dr / r.
template <class Real>
void BlockWorker<Real>::environment(const PairType<Real>& pair, int first, int count, ThreadSums& sums) {
  const double span = fast_.rcut - fast_.rcut_smth, over = span > 0 ? 1.0 / span : 0.0;
  const std::size_t c = static_cast<std::size_t>(capacity_);
  for (std::size_t p = static_cast<std::size_t>(first); p < static_cast<std::size_t>(first + count); ++p) {
    const double r = r_[p], q = 1.0 / r;
    const double u = span > 0 ? std::min(std::max((r - fast_.rcut_smth) * over, 0.0), 1.0) : (r < fast_.rcut ? 0.0 : 1.0);
    const double w = u * u * u * (u * (15.0 - 6.0 * u) - 10.0) + 1.0, dw = -30.0 * u * u * (u - 1.0) * (u - 1.0) * over;
    const double w1 = w * q, w2 = w1 * q;
    chain_[p] = w2;
    chain_[c + p] = (dw - w1) * q * q;
    chain_[2 * c + p] = (dw - 2.0 * w1) * q * q * q;
    const double s = (w1 - pair.average[0]) * pair.inverse_deviation[0];
    env_[p] = static_cast<Real>(s);
    for (std::size_t a = 0; a < 3; ++a) env_[(a + 1) * c + p] = static_cast<Real>((w2 * d_[a * c + p] - pair.average[a + 1]) * pair.inverse_deviation[a + 1]);
    rows_[p] = place(pair, s, t_[p], h_[p]);
    // Where the file does not say how near its training set came, the table's end is the mark.
    if (model_.min_nbor_dist < 0 && (model_.tables.empty() ? r < fast_.closest : s >= model_.tables[pair.table].max)) ++sums.too_close;
  }
}

template <class Real>
void BlockWorker<Real>::moments(const AtomsView& atoms, const SortedAtoms& sorted, int i, int type, int row, ThreadSums& sums) {
  Real* t = moments_.data() + static_cast<std::size_t>(row) * t_size_;
  std::fill_n(t, t_size_, Real(0));
  const int* segment = sorted.segment.data() + static_cast<std::size_t>(i) * (fast_.ntypes + 1);
  const int begin = first_[row];
  int end = begin;
  for (int other = 0; other < fast_.ntypes; ++other) {
    const PairType<Real>& pair = fast_.pairs[static_cast<std::size_t>(type) * fast_.ntypes + other];
    const int length = segment[other + 1] - segment[other];
    const int n = length > 0 ? collect(atoms, i, sorted.neighbours.data() + sorted.start[i] + segment[other], length, other, end, sums) : 0;
    clock_.stop(PhaseClock::neighbours);
    if (!pair.empty.empty()) {
      const Real slots = static_cast<Real>(pair.sel - n);
      for (std::size_t k = 0; k < t_size_; ++k) t[k] += slots * pair.empty[k];
    }
    if (pair.excluded) continue;
    for (int p = end; p < end + n; ++p) type_[p] = other;
    environment(pair, end, n, sums);
    end += n;
    clock_.stop(PhaseClock::environment);
  }
  first_[row + 1] = end;
  const int n = end - begin;
  fast_.kernels->basis(n, t_.data() + begin, h_.data() + begin, weights_.data(), nullptr, stride_);
  fast_.kernels->accumulate(n, rows_.data() + begin, weights_.data(), stride_, env_.data() + begin, capacity_, fast_.padded, t);
  clock_.stop(PhaseClock::tables);
  const Real norm = static_cast<Real>(1.0 / model_.descriptor_norm);
  for (std::size_t k = 0; k < t_size_; ++k) t[k] *= norm;
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

template <class Real>
void BlockWorker<Real>::pair_forces(int i, int centre, int row, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals& total) {
  const int begin = first_[row], n = first_[row + 1] - begin;
  fast_.kernels->descriptor_gradient(moments_.data() + static_cast<std::size_t>(row) * t_size_, fast_.padded, fast_.width, fast_.axis, x_.data() + row * x_stride_,
                                     static_cast<Real>(1.0 / model_.descriptor_norm), u_.data());
  clock_.stop(PhaseClock::descriptor_back);
  fast_.kernels->basis(n, t_.data() + begin, h_.data() + begin, weights_.data(), dweights_.data(), stride_);
  fast_.kernels->gradient(n, rows_.data() + begin, weights_.data(), dweights_.data(), stride_, env_.data() + begin, capacity_, fast_.padded, u_.data(), gradient_.data());
  clock_.stop(PhaseClock::tables_back);
  double own[3] = {0, 0, 0};
  for (int k = 0; k < n; ++k) {
    const std::size_t p = static_cast<std::size_t>(begin + k);
    const PairType<Real>& pair = fast_.pairs[static_cast<std::size_t>(centre) * fast_.ntypes + type_[p]];
    const std::size_t c1 = static_cast<std::size_t>(capacity_), c2 = 2 * c1;
    const double d[3] = {d_[p], d_[c1 + p], d_[c2 + p]};
    double g[4];
    g[0] = (static_cast<double>(gradient_[k]) + static_cast<double>(gradient_[4 * stride_ + k])) * pair.inverse_deviation[0];
    for (int c = 1; c < 4; ++c) g[c] = static_cast<double>(gradient_[c * stride_ + k]) * pair.inverse_deviation[c];
    const double along = chain_[c1 + p] * g[0] + chain_[c2 + p] * (g[1] * d[0] + g[2] * d[1] + g[3] * d[2]);
    double f[3];
    for (int a = 0; a < 3; ++a) {
      f[a] = -(along * d[a] + chain_[p] * g[a + 1]);
      own[a] -= f[a];
    }
    if (!(std::abs(f[0]) + std::abs(f[1]) + std::abs(f[2]) < FixedPoint::largest))
      fail_run({"deep potential", fmt::format("the force between local atom {} and atom {} is out of range at a distance of {:.4f} A", i, j_[p], r_[p]),
                fmt::format("{:g} {:g} {:g} eV/A", f[0], f[1], f[2]), fmt::format("below {:g}", FixedPoint::largest), "relax the structure first, or take a smaller time step"});
    const std::size_t j = static_cast<std::size_t>(j_[p]);
    if (forces)
      for (int a = 0; a < 3; ++a) sums.force[3 * j + a] += FixedPoint::from(f[a], FixedPoint::force_scale);
    for (int a = 0; a < 3; ++a)
      for (int b = 0; b < 3; ++b) total.virial[3 * a + b] += f[a] * d[b];
    if (atom_virial)
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) sums.virial[9 * j + 3 * a + b] += FixedPoint::from(f[a] * d[b], FixedPoint::virial_scale);
  }
  if (forces)
    for (int a = 0; a < 3; ++a) sums.force[3 * static_cast<std::size_t>(i) + a] += FixedPoint::from(own[a], FixedPoint::force_scale);
  clock_.stop(PhaseClock::forces);
}

template <class Real>
void BlockWorker<Real>::run(const AtomsView& atoms, const SortedAtoms& sorted, const SortedAtoms::Block& block, bool forces, bool atom_virial, ThreadSums& sums, AtomTotals* totals) {
  exact_used_ = 0;
  first_[0] = 0;
  clock_.start();
  const int tile = fast_.kernels->tile_rows, padded_rows = (block.count + tile - 1) / tile * tile;
  for (int a = 0; a < block.count; ++a) {
    moments(atoms, sorted, sorted.order[block.first + a], block.type, a, sums);
    fill_parameters(atoms, sorted.order[block.first + a], x_.data() + a * x_stride_ + fast_.folded);
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
    pair_forces(i, block.type, a, forces, atom_virial, sums, total);
  }
}

template class BlockWorker<float>;
template class BlockWorker<double>;

}  // namespace lamella
