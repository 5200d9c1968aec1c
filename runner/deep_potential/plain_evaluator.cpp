#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "runner/deep_potential/evaluator.hpp"
#include "runner/deep_potential/network.hpp"
#include "runner/deep_potential/table.hpp"

namespace lamella {

namespace {

/// One occupied slot of the environment matrix.
struct Slot {
  int j;                 // neighbour
  int type, index;       // its type, and the slot among all of the centre
  double r, d[3];        // A: distance and r_j - r_i
};

/// The row R~ of one neighbour and its derivative by (x, y, z) of the neighbour.
struct EnvironmentRow {
  double value[4], slope[4][3];
};

EnvironmentRow environment_row(const Slot& slot, const DeepPotentialModel& model) {
  const double r = slot.r, span = model.switch_width;
  const double u = span > 0 ? std::clamp((r - model.rcut_smth) / span, 0.0, 1.0) : (r < model.rcut ? 0.0 : 1.0);
  const double w = u * u * u * (-6 * u * u + 15 * u - 10) + 1;
  const double dw = u > 0 && u < 1 ? -30 * u * u * (u - 1) * (u - 1) / span : 0.0;
  EnvironmentRow row;
  row.value[0] = w / r;
  const double slope0 = (dw - w / r) / r;            // d(w/r)/dr
  const double pref = w / (r * r);                   // of x, y, z
  const double dpref = (dw - 2 * w / r) / (r * r);   // d(w/r^2)/dr
  for (int a = 0; a < 3; ++a) {
    row.value[1 + a] = pref * slot.d[a];
    row.slope[0][a] = slope0 * slot.d[a] / r;
    for (int b = 0; b < 3; ++b) row.slope[1 + a][b] = dpref * slot.d[a] * slot.d[b] / r + (a == b ? pref : 0.0);
  }
  return row;
}

class PlainEvaluator final : public Evaluator {
 public:
  explicit PlainEvaluator(DeepPotentialModel model);
  const DeepPotentialModel& model() const override { return model_; }
  void compute(const AtomsView& atoms, EvaluationResult& result) override;

 private:
  struct Embedding {
    std::vector<double> value, slope;  // of all channels at one s
  };
  void check_input(const AtomsView& atoms) const;
  void collect_slots(const AtomsView& atoms, int i, EvaluationResult& result);
  void embed(int pair, double s, Embedding& out, EvaluationResult& result);
  bool slot_counts(int centre, int type, bool occupied) const;
  void build_moments(int centre, EvaluationResult& result);
  double fit(const AtomsView& atoms, int i, int centre);
  void spread_forces(int i, int centre, EvaluationResult& result);
  double average(int centre, int slot, int c) const { return model_.davg[(static_cast<std::size_t>(centre) * nnei_ + slot) * 4 + c]; }
  double deviation(int centre, int slot, int c) const { return model_.dstd[(static_cast<std::size_t>(centre) * nnei_ + slot) * 4 + c]; }

  DeepPotentialModel model_;
  int nnei_, width_;
  std::vector<int> first_;                 // first slot of each type, and the end
  std::vector<Slot> slots_, candidates_;
  std::vector<Embedding> embedded_;        // per occupied slot
  std::vector<double> moments_, dmoments_; // T[width][4] and dE/dT
  std::vector<double> input_;
  NetworkPass embedding_pass_, fitting_pass_;
};

PlainEvaluator::PlainEvaluator(DeepPotentialModel model) : model_(std::move(model)), nnei_(model_.nnei()), width_(model_.width()) {
  first_.push_back(0);
  for (int s : model_.sel) first_.push_back(first_.back() + s);
  moments_.resize(static_cast<std::size_t>(width_) * 4);
  dmoments_.resize(moments_.size());
}

void PlainEvaluator::check_input(const AtomsView& atoms) const {
  for (int i = 0; i < atoms.nall; ++i) {
    if (atoms.type[i] < 0) continue;
    if (atoms.type[i] >= model_.ntypes())
      fail_run({"deep potential", "an atom's type is not in the model", std::to_string(atoms.type[i]), "0 to " + std::to_string(model_.ntypes() - 1), ""});
    for (int a = 0; a < 3; ++a)
      if (!std::isfinite(atoms.x[3 * static_cast<std::size_t>(i) + a]))
        fail_run({"deep potential", fmt::format("the position of {} atom {} is not finite", i < atoms.nlocal ? "local" : "ghost", i),
                  fmt::format("{}", atoms.x[3 * static_cast<std::size_t>(i) + a]), "", "the run has blown up before this step: a smaller time step, or a relaxation first"});
  }
  if (model_.numb_fparam > 0 && !atoms.fparam && model_.default_fparam.empty())
    fail_input({"fparam", "the model needs frame parameters", "none", std::to_string(model_.numb_fparam) + " numbers", "give them with `fparam` in the pair_style line"});
  if (model_.numb_aparam > 0 && !atoms.aparam)
    fail_input({"aparam", "the model needs atomic parameters", "none", std::to_string(model_.numb_aparam) + " numbers per atom", "give them with `aparam` in the pair_style line"});
}

/// Neighbours within the cut-off in slot order: by type, then distance, then index; the farthest beyond sel are dropped.
void PlainEvaluator::collect_slots(const AtomsView& atoms, int i, EvaluationResult& result) {
  candidates_.clear();
  const double* xi = atoms.x + 3 * static_cast<std::size_t>(i);
  for (int k = 0; k < atoms.neighbour_count[i]; ++k) {
    Slot slot;
    slot.j = atoms.neighbours[i][k];
    slot.type = atoms.type[slot.j];
    if (slot.type < 0) continue;
    for (int a = 0; a < 3; ++a) slot.d[a] = atoms.x[3 * static_cast<std::size_t>(slot.j) + a] - xi[a];
    slot.r = std::sqrt(slot.d[0] * slot.d[0] + slot.d[1] * slot.d[1] + slot.d[2] * slot.d[2]);
    if (slot.r > model_.rcut) continue;
    if (slot.r == 0.0)
      fail_run({"deep potential", fmt::format("local atom {} and atom {} lie at the same point", i, slot.j), "", "", "relax the structure first, or remove the duplicate"});
    if (slot.r < model_.min_nbor_dist) ++result.too_close;
    candidates_.push_back(slot);
  }
  std::sort(candidates_.begin(), candidates_.end(), [](const Slot& a, const Slot& b) {
    return a.type != b.type ? a.type < b.type : a.r != b.r ? a.r < b.r : a.j < b.j;
  });
  slots_.clear();
  int type = -1, index = 0;
  for (Slot& slot : candidates_) {
    if (slot.type != type) {
      type = slot.type;
      index = first_[type];
    }
    if (index == first_[type + 1]) {
      ++result.overflow;
      continue;
    }
    slot.index = index++;
    slots_.push_back(slot);
  }
}

void PlainEvaluator::embed(int pair, double s, Embedding& out, EvaluationResult& result) {
  out.value.resize(static_cast<std::size_t>(width_));
  out.slope.resize(out.value.size());
  if (!model_.tables.empty()) {
    if (!look_up(model_.tables[pair], s, out.value, out.slope) && model_.min_nbor_dist < 0) ++result.too_close;
    return;
  }
  const auto g = embedding_pass_.forward(model_.embeddings[pair], {&s, 1});
  std::copy(g.begin(), g.end(), out.value.begin());
}

/// Whether a slot adds to the moments: excluded pairs do not, save for the empty slots of deepmd-kit's native files.
bool PlainEvaluator::slot_counts(int centre, int type, bool occupied) const {
  return !model_.excludes(centre, type) || (!occupied && model_.excluded_slots_contribute);
}

/// T[m][c] = (1/norm) sum over slots of G_m R_c, the empty ones included: there R = -davg/dstd.
void PlainEvaluator::build_moments(int centre, EvaluationResult& result) {
  std::fill(moments_.begin(), moments_.end(), 0.0);
  if (embedded_.size() < slots_.size()) embedded_.resize(slots_.size());
  Embedding empty;
  std::size_t next = 0;
  for (int type = 0; type < model_.ntypes(); ++type) {
    const int pair = model_.pair_index(centre, type);
    for (int index = first_[type]; index < first_[type + 1]; ++index) {
      const bool occupied = next < slots_.size() && slots_[next].index == index;
      const Slot* slot = occupied ? &slots_[next] : nullptr;
      Embedding& g = occupied ? embedded_[next++] : empty;
      if (!slot_counts(centre, type, occupied)) continue;
      double row[4] = {0, 0, 0, 0};
      if (slot) {
        const EnvironmentRow env = environment_row(*slot, model_);
        std::copy(env.value, env.value + 4, row);
      }
      bool zero = true;
      for (int c = 0; c < 4; ++c) {
        row[c] = (row[c] - average(centre, index, c)) / deviation(centre, index, c);
        zero = zero && row[c] == 0.0;
      }
      if (zero) continue;  // set_davg_zero: an empty slot adds nothing
      embed(pair, row[0], g, result);
      for (int m = 0; m < width_; ++m)
        for (int c = 0; c < 4; ++c) moments_[static_cast<std::size_t>(m) * 4 + c] += g.value[m] * row[c];
    }
  }
  for (double& t : moments_) t /= model_.descriptor_norm;
}

/// Energy of atom i from its moments; leaves dE/dT in dmoments_.
double PlainEvaluator::fit(const AtomsView& atoms, int i, int centre) {
  const int axis = model_.axis_neuron;
  input_.clear();
  for (int m = 0; m < width_; ++m)
    for (int n = 0; n < axis; ++n) {
      double d = 0.0;
      for (int c = 0; c < 4; ++c) d += moments_[static_cast<std::size_t>(m) * 4 + c] * moments_[static_cast<std::size_t>(n) * 4 + c];
      input_.push_back(d);
    }
  const double* fparam = atoms.fparam ? atoms.fparam : model_.default_fparam.data();
  for (int p = 0; p < model_.numb_fparam; ++p) input_.push_back((fparam[p] - model_.fparam_avg[p]) * model_.fparam_inv_std[p]);
  for (int p = 0; p < model_.numb_aparam; ++p)
    input_.push_back((atoms.aparam[static_cast<std::size_t>(i) * model_.numb_aparam + p] - model_.aparam_avg[p]) * model_.aparam_inv_std[p]);

  const Network& net = model_.fitting[centre];
  double energy = model_.bias[centre];
  if (!model_.subtract_vacuum.empty() && model_.subtract_vacuum[centre]) {
    std::vector<double> vacuum = input_;
    std::fill(vacuum.begin(), vacuum.begin() + static_cast<std::ptrdiff_t>(width_) * axis, 0.0);
    energy -= fitting_pass_.forward(net, vacuum)[0];
  }
  energy += fitting_pass_.forward(net, input_)[0];
  const double one = 1.0;
  const auto dinput = fitting_pass_.backward(net, {&one, 1});
  std::fill(dmoments_.begin(), dmoments_.end(), 0.0);
  for (int m = 0; m < width_; ++m)
    for (int n = 0; n < axis; ++n)
      for (int c = 0; c < 4; ++c) {
        const double d = dinput[static_cast<std::size_t>(m) * axis + n];
        dmoments_[static_cast<std::size_t>(m) * 4 + c] += d * moments_[static_cast<std::size_t>(n) * 4 + c];
        dmoments_[static_cast<std::size_t>(n) * 4 + c] += d * moments_[static_cast<std::size_t>(m) * 4 + c];
      }
  for (double& t : dmoments_) t /= model_.descriptor_norm;
  return energy;
}

void PlainEvaluator::spread_forces(int i, int centre, EvaluationResult& result) {
  std::vector<double> dvalue(static_cast<std::size_t>(width_));
  for (std::size_t k = 0; k < slots_.size(); ++k) {
    const Slot& slot = slots_[k];
    if (!slot_counts(centre, slot.type, true)) continue;
    const EnvironmentRow env = environment_row(slot, model_);
    double row[4], drow[4] = {0, 0, 0, 0};
    for (int c = 0; c < 4; ++c) row[c] = (env.value[c] - average(centre, slot.index, c)) / deviation(centre, slot.index, c);
    bool zero = true;
    for (double c : row) zero = zero && c == 0.0;
    if (zero) embed(model_.pair_index(centre, slot.type), row[0], embedded_[k], result);  // left out above: its value was not needed
    const Embedding& g = embedded_[k];
    for (int m = 0; m < width_; ++m) {
      dvalue[m] = 0.0;
      for (int c = 0; c < 4; ++c) {
        dvalue[m] += dmoments_[static_cast<std::size_t>(m) * 4 + c] * row[c];
        drow[c] += dmoments_[static_cast<std::size_t>(m) * 4 + c] * g.value[m];
      }
    }
    if (!model_.tables.empty()) {
      for (int m = 0; m < width_; ++m) drow[0] += dvalue[m] * g.slope[m];
    } else {
      const Network& net = model_.embeddings[model_.pair_index(centre, slot.type)];
      embedding_pass_.forward(net, {row, 1});
      drow[0] += embedding_pass_.backward(net, dvalue)[0];
    }
    double f[3] = {0, 0, 0};  // of i on j
    for (int c = 0; c < 4; ++c)
      for (int a = 0; a < 3; ++a) f[a] -= drow[c] / deviation(centre, slot.index, c) * env.slope[c][a];
    for (int a = 0; a < 3; ++a) {
      if (result.force) {
        result.force[3 * static_cast<std::size_t>(slot.j) + a] += f[a];
        result.force[3 * static_cast<std::size_t>(i) + a] -= f[a];
      }
      for (int b = 0; b < 3; ++b) {
        result.virial[3 * a + b] += f[a] * slot.d[b];
        if (result.atom_virial) result.atom_virial[9 * static_cast<std::size_t>(slot.j) + 3 * a + b] += f[a] * slot.d[b];
      }
    }
  }
}

void PlainEvaluator::compute(const AtomsView& atoms, EvaluationResult& result) {
  check_input(atoms);
  result.energy = 0.0;
  result.overflow = result.too_close = 0;
  std::fill(result.virial, result.virial + 9, 0.0);
  if (result.force) std::fill_n(result.force, 3 * static_cast<std::size_t>(atoms.nall), 0.0);
  if (result.atom_energy) std::fill_n(result.atom_energy, static_cast<std::size_t>(atoms.nlocal), 0.0);
  if (result.atom_virial) std::fill_n(result.atom_virial, 9 * static_cast<std::size_t>(atoms.nall), 0.0);
  for (int i = 0; i < atoms.nlocal; ++i) {
    const int centre = atoms.type[i];
    if (centre < 0) continue;
    collect_slots(atoms, i, result);
    build_moments(centre, result);
    const double energy = fit(atoms, i, centre);
    result.energy += energy;
    if (result.atom_energy) result.atom_energy[i] = energy;
    spread_forces(i, centre, result);
  }
}

}  // namespace

std::unique_ptr<Evaluator> make_plain_evaluator(DeepPotentialModel model) { return std::make_unique<PlainEvaluator>(std::move(model)); }

}  // namespace lamella
