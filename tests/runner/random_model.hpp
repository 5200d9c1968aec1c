// Random Deep Potentials and random cells for the tests and benchmarks of runner/deep_potential.
#pragma once
#include <algorithm>
#include <cmath>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "base/random.hpp"
#include "lattice/neighbours.hpp"
#include "runner/deep_potential/embedding_function.hpp"
#include "runner/deep_potential/evaluator.hpp"

namespace lamella::test {

struct ModelChoice {
  int ntypes = 3;
  std::vector<int> embedding{8, 16, 32}, fitting{24, 24, 24};
  std::vector<int> sel;                    // 40 each where empty
  int axis = 5;
  bool one_sided = true, embedding_dt = false, fitting_dt = true, zero_average = false;
  Activation embedding_activation = Activation::tanh, fitting_activation = Activation::tanh;
  double rcut = 6.0, rcut_smth = 0.5;
  std::vector<std::pair<int, int>> exclude;
  int fparam = 0, aparam = 0;
  double weight = 1.0;                     // scale of the weights
};

inline Network random_network(RandomStream& random, int in, const std::vector<int>& sizes, Activation activation, bool dt, bool skip_first, bool doubling, double weight) {
  Network net;
  for (std::size_t l = 0; l < sizes.size(); ++l) {
    DenseLayer layer;
    layer.in = in;
    layer.out = sizes[l];
    layer.activation = activation;
    for (int k = 0; k < in * layer.out; ++k) layer.weight.push_back(weight * random.normal() / std::sqrt(in + layer.out));
    for (int k = 0; k < layer.out; ++k) layer.bias.push_back(0.5 * random.normal());
    layer.resnet = (l > 0 || skip_first) && (layer.in == layer.out || (doubling && layer.out == 2 * layer.in));
    if (dt && layer.resnet)
      for (int k = 0; k < layer.out; ++k) layer.idt.push_back(0.1 + 0.05 * random.normal());
    in = layer.out;
    net.push_back(std::move(layer));
  }
  return net;
}

template <class Model>
void set_switch_width(Model& m) {
  if constexpr (requires { m.switch_width; }) m.switch_width = m.rcut - m.rcut_smth;
}

inline DeepPotentialModel random_model(const ModelChoice& choice, std::uint64_t seed) {
  RandomStream random(seed, "test/random model");
  DeepPotentialModel m;
  const int nt = choice.ntypes;
  for (int t = 0; t < nt; ++t) m.type_map.push_back(std::string("ABCDEFGHIJ").substr(t, 1));
  m.rcut = choice.rcut;
  m.rcut_smth = choice.rcut_smth;
  set_switch_width(m);
  m.sel = choice.sel.empty() ? std::vector<int>(nt, 40) : choice.sel;
  m.axis_neuron = choice.axis;
  m.type_one_side = choice.one_sided;
  m.descriptor_norm = m.nnei();
  m.exclude_types = choice.exclude;
  m.set_davg_zero = choice.zero_average;
  for (int i = 0; i < nt; ++i) {
    double average[4] = {0.05 + 0.05 * random.uniform(), 0, 0, 0}, deviation[4] = {0.1 + 0.05 * random.uniform(), 0, 0, 0};
    for (int c = 1; c < 4; ++c) deviation[c] = 0.08 + 0.04 * random.uniform();
    if (choice.zero_average) average[0] = 0.0;
    for (int k = 0; k < m.nnei(); ++k)
      for (int c = 0; c < 4; ++c) m.davg.push_back(average[c]), m.dstd.push_back(deviation[c]);
  }
  for (int n = choice.one_sided ? nt : nt * nt; n > 0; --n)
    m.embeddings.push_back(random_network(random, 1, choice.embedding, choice.embedding_activation, choice.embedding_dt, true, true, choice.weight));
  m.numb_fparam = choice.fparam;
  m.numb_aparam = choice.aparam;
  for (int p = 0; p < choice.fparam; ++p) m.fparam_avg.push_back(random.normal()), m.fparam_inv_std.push_back(random.uniform(0.5, 2.0));
  for (int p = 0; p < choice.aparam; ++p) m.aparam_avg.push_back(random.normal()), m.aparam_inv_std.push_back(random.uniform(0.5, 2.0));
  const int inputs = choice.embedding.back() * choice.axis + choice.fparam + choice.aparam;
  for (int t = 0; t < nt; ++t) {
    Network net = random_network(random, inputs, choice.fitting, choice.fitting_activation, choice.fitting_dt, false, false, choice.weight);
    // deepmd-kit starts the fitting nets' weights at 1/sqrt(in + out) and the last bias at the type's mean energy.
    const Network last = random_network(random, choice.fitting.empty() ? inputs : choice.fitting.back(), {1}, Activation::linear, false, false, false, 3.0);
    net.push_back(last.front());
    m.fitting.push_back(std::move(net));
    m.bias.push_back(-3.0 - t);
  }
  m.precision = "float64";
  m.file_kind = "random";
  return m;
}

/// deepmd-kit's compression of a model: quintics of uniform stride in place of the nets.
inline DeepPotentialModel compressed(const DeepPotentialModel& model, double closest, double stride) {
  DeepPotentialModel out = model;
  out.embeddings.clear();
  double lower = 0.0, upper = 0.0;
  for (std::size_t k = 0; k < model.davg.size(); k += 4) {
    lower = std::min(lower, std::floor(-model.davg[k] / model.dstd[k]));
    upper = std::max(upper, std::ceil((1.0 / closest - model.davg[k]) / model.dstd[k]));
  }
  for (const Network& net : model.embeddings) {
    EmbeddingFunction function(&net, nullptr);
    DeepPotentialModel::Table t{lower, upper, 5 * upper, stride, 10 * stride, function.width(), {}};
    std::vector<double> v[2][3];
    for (auto& end : v)
      for (auto& f : end) f.resize(t.width);
    const long fine = static_cast<long>((upper - lower) / stride), coarse = static_cast<long>((t.max - upper) / t.stride2);
    for (long row = 0; row < fine + coarse; ++row) {
      const double h = row < fine ? stride : t.stride2, s = row < fine ? lower + row * stride : upper + (row - fine) * t.stride2;
      function.evaluate(s, v[0][0].data(), v[0][1].data(), v[0][2].data());
      function.evaluate(s + h, v[1][0].data(), v[1][1].data(), v[1][2].data());
      for (int m = 0; m < t.width; ++m) {
        const double f0 = v[0][0][m], d0 = v[0][1][m], e0 = v[0][2][m], d1 = v[1][1][m], e1 = v[1][2][m], rise = v[1][0][m] - f0;
        for (double c : {f0, d0, e0 / 2, (20 * rise - (8 * d1 + 12 * d0) * h - (3 * e0 - e1) * h * h) / (2 * h * h * h),
                         (-30 * rise + (14 * d1 + 16 * d0) * h + (3 * e0 - 2 * e1) * h * h) / (2 * h * h * h * h),
                         (12 * rise - 6 * (d1 + d0) * h + (e1 - e0) * h * h) / (2 * h * h * h * h * h)})
          t.data.push_back(c);
      }
    }
    out.tables.push_back(std::move(t));
  }
  out.file_kind = "pb compressed";
  return out;
}

/// Atoms in a periodic cell as LAMMPS would hand them over: every image within reach a ghost, full lists with a skin.
struct GhostedAtoms {
  std::vector<double> x;
  std::vector<int> type, owner;                // owner: the local atom a ghost is an image of
  std::vector<std::vector<int>> lists;
  std::vector<const int*> pointers;
  std::vector<int> counts;
  int nlocal = 0;
  AtomsView view(long generation = 1) const {
    AtomsView v;
    v.nlocal = nlocal;
    v.nall = static_cast<int>(type.size());
    v.x = x.data();
    v.type = type.data();
    v.neighbours = pointers.data();
    v.neighbour_count = counts.data();
    v.generation = generation;
    return v;
  }
};

inline GhostedAtoms ghosted(const Cell& cell, const std::vector<Cartesian>& positions, const std::vector<int>& types, double reach) {
  GhostedAtoms atoms;
  atoms.nlocal = static_cast<int>(positions.size());
  const auto add = [&](const Vec3& r, int owner) {
    for (int a = 0; a < 3; ++a) atoms.x.push_back(r[a]);
    atoms.type.push_back(types[owner]);
    atoms.owner.push_back(owner);
  };
  for (int i = 0; i < atoms.nlocal; ++i) add(positions[i].vec(), i);
  std::map<std::tuple<int, int, int, int>, int> ghost;
  const auto lists = neighbour_lists(cell, positions, reach);
  for (const auto& list : lists) {
    atoms.lists.emplace_back();
    for (const Neighbour& n : list) {
      int index = n.index;
      if (n.shift != std::array<int, 3>{0, 0, 0}) {
        const auto [at, added] = ghost.try_emplace({n.index, n.shift[0], n.shift[1], n.shift[2]}, static_cast<int>(atoms.type.size()));
        index = at->second;
        if (added) add(positions[n.index].vec() + n.shift[0] * cell.a() + n.shift[1] * cell.b() + n.shift[2] * cell.c(), n.index);
      }
      atoms.lists.back().push_back(index);
    }
  }
  for (const auto& list : atoms.lists) atoms.pointers.push_back(list.data()), atoms.counts.push_back(static_cast<int>(list.size()));
  return atoms;
}

/// Owners of what a result points at.
struct Results {
  EvaluationResult r;
  std::vector<double> force, atom_energy, atom_virial;
};
inline Results evaluate(Evaluator& evaluator, const AtomsView& view, bool per_atom = true) {
  Results out;
  out.force.assign(3 * static_cast<std::size_t>(view.nall), 0.5);  // results are written, not added
  out.atom_energy.assign(view.nlocal, 0.5);
  out.atom_virial.assign(9 * static_cast<std::size_t>(view.nall), 0.5);
  out.r.force = out.force.data();
  if (per_atom) out.r.atom_energy = out.atom_energy.data(), out.r.atom_virial = out.atom_virial.data();
  evaluator.compute(view, out.r);
  return out;
}

/// A random tilted cell filled at `density` (atoms per A^3) with no two atoms nearer than `apart` (A).
struct RandomCell {
  Cell cell;
  std::vector<Cartesian> positions;
  std::vector<int> types;
};
inline RandomCell random_cell(RandomStream& random, int ntypes, int natoms, double density, double apart) {
  RandomCell out;
  const double edge = std::cbrt(natoms / density);
  for (;;) {
    Mat3 rows = Mat3::Identity();
    for (int i = 0; i < 9; ++i) rows(i / 3, i % 3) += random.uniform(-0.35, 0.35);
    if (rows.determinant() < 0.3) continue;
    out.cell = Cell(Mat3(rows * (edge / std::cbrt(rows.determinant()))));
    break;
  }
  const auto clash = [&](const Cartesian& p) {
    const Fractional f = out.cell.to_fractional(p);
    for (const Cartesian& q : out.positions) {
      const Fractional g = out.cell.to_fractional(q);
      for (int i = -1; i <= 1; ++i)
        for (int j = -1; j <= 1; ++j)
          for (int k = -1; k <= 1; ++k)
            if (out.cell.to_cartesian(Fractional(f.x() - g.x() + i, f.y() - g.y() + j, f.z() - g.z() + k)).norm() < apart) return true;
    }
    return false;
  };
  for (int tries = 0; static_cast<int>(out.positions.size()) < natoms && tries < 2000; ++tries) {
    const Cartesian p = out.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()});
    if (clash(p)) continue;
    out.positions.push_back(p);
    out.types.push_back(static_cast<int>(random.below(ntypes)));
  }
  return out;
}

}  // namespace lamella::test
