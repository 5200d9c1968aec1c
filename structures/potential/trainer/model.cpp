#include "model.hpp"

#include <cmath>

namespace trainer {

Model::Model(const Shape& shape) : bias(static_cast<std::size_t>(shape.ntypes), 0.0), shape_(shape) {
  m_ = shape.embedding.back();
  for (int t = 0; t < shape.ntypes; ++t) {
    Chain chain;
    int in = 1;
    for (const int out : shape.embedding) {
      chain.add(in, out, false, in > 1, size_);
      in = out;
    }
    embeddings_.push_back(chain);
  }
  for (int t = 0; t < shape.ntypes; ++t) {
    Chain chain;
    int in = m_ * shape.axis;
    bool first = true;
    for (const int out : shape.fitting) {
      chain.add(in, out, false, !first && in == out, size_);
      in = out;
      first = false;
    }
    chain.add(in, 1, true, false, size_);
    fittings_.push_back(chain);
  }
  blocks_.resize(static_cast<std::size_t>(shape.ntypes));
}

void Model::gather(const std::vector<const Frame*>& frames) {
  type_.clear();
  frame_.clear();
  column_.clear();
  atoms_of_type_.assign(static_cast<std::size_t>(shape_.ntypes), 0);
  for (Block& b : blocks_) b.edges.clear();
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const int base = static_cast<int>(type_.size());
    for (const int t : frames[f]->types) {
      type_.push_back(t);
      frame_.push_back(static_cast<int>(f));
      column_.push_back(atoms_of_type_[static_cast<std::size_t>(t)]++);
    }
    for (std::size_t t = 0; t < blocks_.size(); ++t)
      for (Edge e : frames[f]->edges[t]) {
        e.centre += base;
        e.neighbour += base;
        blocks_[t].edges.push_back(e);
      }
  }
  natoms_ = static_cast<int>(type_.size());
}

void Model::environment() {
  const float rc = static_cast<float>(shape_.rcut), rs = static_cast<float>(shape_.rcut_smth);
  for (Block& b : blocks_) {
    const auto n = static_cast<Eigen::Index>(b.edges.size());
    b.env.resize(4, n);
    b.jacobian.resize(12, n);
    b.input.resize(1, n);
    for (Eigen::Index k = 0; k < n; ++k) {
      const Edge& e = b.edges[static_cast<std::size_t>(k)];
      const auto type = static_cast<std::size_t>(type_[static_cast<std::size_t>(e.centre)]);
      const float is = 1.0f / shape_.std_radial[type], ia = 1.0f / shape_.std_angular[type];
      const float r2 = e.d[0] * e.d[0] + e.d[1] * e.d[1] + e.d[2] * e.d[2], r = std::sqrt(r2), inv = 1.0f / r;
      float w = 1.0f, dw = 0.0f;
      if (r > rs) {
        const float u = std::min(1.0f, (r - rs) / (rc - rs));
        w = u * u * u * (-6.0f * u * u + 15.0f * u - 10.0f) + 1.0f;
        dw = u * u * (-30.0f * u * u + 60.0f * u - 30.0f) / (rc - rs);
      }
      const float s = w * inv, ds = (dw - s) * inv;          // ds/dr
      const float v = w * inv * inv, dv = (dw - 2.0f * w * inv) * inv * inv;
      float* j = b.jacobian.col(k).data();
      b.env(0, k) = s * is;
      b.input(0, k) = s * is;
      for (int a = 0; a < 3; ++a) {
        const float n_a = e.d[a] * inv;
        j[a] = ds * n_a * is;
        b.env(1 + a, k) = v * e.d[a] * ia;
        for (int c = 0; c < 3; ++c) j[3 * (1 + a) + c] = (dv * e.d[a] * e.d[c] * inv + (a == c ? v : 0.0f)) * ia;
      }
    }
  }
}

namespace {

/// t[:, c] += scale * g * env[c] for the columns' centres.
void accumulate(const std::vector<Edge>& edges, const Matrix& g, const Matrix& env, float scale, Matrix& t) {
  const Eigen::Index m = g.rows();
  for (Eigen::Index k = 0; k < g.cols(); ++k) {
    const float* __restrict x = g.data() + k * m;
    float* __restrict y = t.data() + static_cast<Eigen::Index>(edges[static_cast<std::size_t>(k)].centre) * 4 * m;
    for (int c = 0; c < 4; ++c) {
      const float w = env(c, k) * scale;
      for (Eigen::Index i = 0; i < m; ++i) y[c * m + i] += w * x[i];
    }
  }
}

/// result = scale * sum_c t[:, c] env[c], added or not.
void spread(const std::vector<Edge>& edges, const Matrix& t, const Matrix& env, float scale, Matrix& result, bool add) {
  const Eigen::Index m = t.rows() / 4;
  if (!add) result.resize(m, env.cols());
  for (Eigen::Index k = 0; k < env.cols(); ++k) {
    const float* __restrict y = t.data() + static_cast<Eigen::Index>(edges[static_cast<std::size_t>(k)].centre) * 4 * m;
    float* __restrict x = result.data() + k * m;
    const float a = env(0, k) * scale, b = env(1, k) * scale, c = env(2, k) * scale, d = env(3, k) * scale;
    if (add)
      for (Eigen::Index i = 0; i < m; ++i) x[i] += a * y[i] + b * y[m + i] + c * y[2 * m + i] + d * y[3 * m + i];
    else
      for (Eigen::Index i = 0; i < m; ++i) x[i] = a * y[i] + b * y[m + i] + c * y[2 * m + i] + d * y[3 * m + i];
  }
}

}  // namespace

/// Column of one atom: d[m * axis + a] = sum_c a[m, c] b[a, c].
void Model::descriptor_of(const Matrix& a, const Matrix& b, Matrix& d, bool add) const {
  // Atom by atom into its type's matrix is the caller's affair: here d has one column per atom.
  if (!add) d.setZero(m_ * shape_.axis, natoms_);
  for (int i = 0; i < natoms_; ++i) {
    const MapM x(a.col(i).data(), m_, 4), y(b.col(i).data(), m_, 4);
    Eigen::Map<Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> out(d.col(i).data(), m_, shape_.axis);
    out.noalias() += descriptor_scale * (x * y.topRows(shape_.axis).transpose());
  }
}

/// The derivative of descriptor_of(t, t) to t, contracted with dd.
void Model::descriptor_back(const Matrix& dd, const Matrix& t, Matrix& result, bool add) const {
  if (!add) result.setZero(m_ * 4, natoms_);
  for (int i = 0; i < natoms_; ++i) {
    const MapM x(t.col(i).data(), m_, 4);
    const Eigen::Map<const Eigen::Matrix<float, -1, -1, Eigen::RowMajor>> g(dd.col(i).data(), m_, shape_.axis);
    Eigen::Map<Matrix> out(result.col(i).data(), m_, 4);
    out.noalias() += descriptor_scale * (g * x.topRows(shape_.axis));
    out.topRows(shape_.axis).noalias() += descriptor_scale * (g.transpose() * x);
  }
}

namespace {

Matrix columns_of(const Matrix& all, const std::vector<int>& type, const std::vector<int>& column, int t, int count) {
  Matrix result(all.rows(), count);
  for (std::size_t i = 0; i < type.size(); ++i)
    if (type[i] == t) result.col(column[i]) = all.col(static_cast<Eigen::Index>(i));
  return result;
}

}  // namespace

void Model::edge_gradients(const float* p) {
  const float scale = 1.0f / static_cast<float>(shape_.sum_sel);
  t_.setZero(m_ * 4, natoms_);
  for (std::size_t t = 0; t < blocks_.size(); ++t) {
    blocks_[t].g = &embeddings_[t].forward(p, blocks_[t].input);
    accumulate(blocks_[t].edges, *blocks_[t].g, blocks_[t].env, scale, t_);
  }
  Matrix d;
  descriptor_of(t_, t_, d, false);
  Matrix dd(d.rows(), natoms_);
  for (int t = 0; t < shape_.ntypes; ++t) {
    const auto ut = static_cast<std::size_t>(t);
    if (!atoms_of_type_[ut]) continue;
    const Matrix energy = fittings_[ut].forward(p, columns_of(d, type_, column_, t, atoms_of_type_[ut]));
    const Matrix back = fittings_[ut].backward(p, Matrix::Ones(1, energy.cols()));
    for (std::size_t i = 0; i < type_.size(); ++i) {
      if (type_[i] != t) continue;
      frame_energy_[static_cast<std::size_t>(frame_[i])] += double(energy(0, column_[i])) + bias[ut];
      dd.col(static_cast<Eigen::Index>(i)) = back.col(column_[i]);
    }
  }
  Matrix tback;
  descriptor_back(dd, t_, tback, false);
  Matrix gback;
  for (std::size_t t = 0; t < blocks_.size(); ++t) {
    Block& b = blocks_[t];
    spread(b.edges, tback, b.env, scale, gback, false);
    const Matrix sback = embeddings_[t].backward(p, gback);
    b.slope.resize(3, b.env.cols());
    for (Eigen::Index k = 0; k < b.env.cols(); ++k) {
      const float* y = tback.data() + static_cast<Eigen::Index>(b.edges[static_cast<std::size_t>(k)].centre) * 4 * m_;
      const MapV g(b.g->data() + k * m_, m_);
      float back[4];
      for (int c = 0; c < 4; ++c) back[c] = scale * g.dot(MapV(y + c * m_, m_));
      back[0] += sback(0, k);
      const float* j = b.jacobian.col(k).data();
      for (int a = 0; a < 3; ++a) b.slope(a, k) = back[0] * j[a] + back[1] * j[3 + a] + back[2] * j[6 + a] + back[3] * j[9 + a];
    }
  }
}

void Model::parameter_gradients(const float* p, float* gradient) {
  const float scale = 1.0f / static_cast<float>(shape_.sum_sel);
  dt_.setZero(m_ * 4, natoms_);
  for (std::size_t t = 0; t < blocks_.size(); ++t) {
    Block& b = blocks_[t];
    b.denv.resize(4, b.env.cols());
    for (Eigen::Index k = 0; k < b.env.cols(); ++k) {
      const float* j = b.jacobian.col(k).data();
      for (int c = 0; c < 4; ++c) b.denv(c, k) = j[3 * c] * b.push(0, k) + j[3 * c + 1] * b.push(1, k) + j[3 * c + 2] * b.push(2, k);
    }
    b.dinput = b.denv.topRows(1);
    b.dg = &embeddings_[t].tangent(p, b.dinput);
    accumulate(b.edges, *b.dg, b.env, scale, dt_);
    accumulate(b.edges, *b.g, b.denv, scale, dt_);
  }
  Matrix dd;
  descriptor_of(dt_, t_, dd, false);
  descriptor_of(t_, dt_, dd, true);
  Matrix back(dd.rows(), natoms_), dback(dd.rows(), natoms_);
  for (int t = 0; t < shape_.ntypes; ++t) {
    const auto ut = static_cast<std::size_t>(t);
    if (!atoms_of_type_[ut]) continue;
    fittings_[ut].tangent(p, columns_of(dd, type_, column_, t, atoms_of_type_[ut]));
    Matrix value(1, atoms_of_type_[ut]), tangent = Matrix::Ones(1, atoms_of_type_[ut]);
    for (std::size_t i = 0; i < type_.size(); ++i)
      if (type_[i] == t) value(0, column_[i]) = static_cast<float>(frame_adjoint_[static_cast<std::size_t>(frame_[i])]);
    fittings_[ut].reverse(p, value, tangent, gradient, true);
    for (std::size_t i = 0; i < type_.size(); ++i) {
      if (type_[i] != t) continue;
      back.col(static_cast<Eigen::Index>(i)) = value.col(column_[i]);
      dback.col(static_cast<Eigen::Index>(i)) = tangent.col(column_[i]);
    }
  }
  Matrix tback, dtback;
  descriptor_back(dback, t_, dtback, false);
  descriptor_back(back, t_, tback, false);
  descriptor_back(dback, dt_, tback, true);
  Matrix gback, dgback;
  for (std::size_t t = 0; t < blocks_.size(); ++t) {
    Block& b = blocks_[t];
    spread(b.edges, tback, b.env, scale, gback, false);
    spread(b.edges, dtback, b.denv, scale, gback, true);
    spread(b.edges, dtback, b.env, scale, dgback, false);
    embeddings_[t].reverse(p, gback, dgback, gradient, false);
  }
}

Errors Model::batch(const float* p, const std::vector<const Frame*>& frames, const Weights& weights, float* gradient) {
  gather(frames);
  environment();
  frame_energy_.assign(frames.size(), 0.0);
  frame_adjoint_.assign(frames.size(), 0.0);
  edge_gradients(p);

  Matrix force = Matrix::Zero(3, natoms_);
  std::vector<Eigen::Matrix3d> virial(frames.size(), Eigen::Matrix3d::Zero());
  for (const Block& b : blocks_)
    for (std::size_t k = 0; k < b.edges.size(); ++k) {
      const Edge& e = b.edges[k];
      const Eigen::Vector3f g = b.slope.col(static_cast<Eigen::Index>(k));
      force.col(e.centre) += g;
      force.col(e.neighbour) -= g;
      virial[static_cast<std::size_t>(frame_[static_cast<std::size_t>(e.centre)])] -= (g * Eigen::Map<const Eigen::Vector3f>(e.d).transpose()).cast<double>();
    }

  Errors errors;
  Matrix lambda(3, natoms_);  // dL/dF
  std::vector<Eigen::Matrix3f> big(frames.size());
  int atom = 0;
  for (std::size_t f = 0; f < frames.size(); ++f) {
    const Frame& frame = *frames[f];
    const double n = frame.atoms, share = 1.0 / static_cast<double>(frames.size());
    double square = 0.0, rms = 0.0;
    for (const float x : frame.forces) rms += double(x) * x;
    rms = std::sqrt(rms / n);
    for (int i = 0; i < frame.atoms; ++i, ++atom) {
      const Eigen::Vector3f label(frame.forces[3 * i], frame.forces[3 * i + 1], frame.forces[3 * i + 2]), error = force.col(atom) - label;
      const double w = weights.relative / (label.norm() + weights.relative);
      square += error.squaredNorm();
      errors.weighted += error.squaredNorm() * w * w;
      lambda.col(atom) = error * static_cast<float>(2.0 * weights.force * w * w * share / (3.0 * n));
    }
    const double calm = weights.relative / (rms + weights.relative);  // violent frames count less in energy and virial too
    const double error = frame_energy_[f] - frame.energy;
    frame_adjoint_[f] = 2.0 * weights.energy * calm * calm * share * error / n;
    const Eigen::Matrix3d dv = virial[f] - Eigen::Map<const Eigen::Matrix<double, 3, 3, Eigen::RowMajor>>(frame.virial);
    big[f] = (dv * (2.0 * weights.virial * calm * calm * share / (9.0 * n))).cast<float>();
    errors.energy += error * error / (n * n);
    errors.virial += dv.squaredNorm() / (9.0 * n * n);
    errors.force += square;
    errors.components += 3.0 * n;
    errors.frames += 1.0;
  }
  if (!gradient) return errors;

  for (Block& b : blocks_) {
    b.push.resize(3, b.env.cols());
    for (std::size_t k = 0; k < b.edges.size(); ++k) {
      const Edge& e = b.edges[k];
      b.push.col(static_cast<Eigen::Index>(k)) = lambda.col(e.centre) - lambda.col(e.neighbour) -
          big[static_cast<std::size_t>(frame_[static_cast<std::size_t>(e.centre)])] * Eigen::Map<const Eigen::Vector3f>(e.d);
    }
  }
  parameter_gradients(p, gradient);
  return errors;
}

}  // namespace trainer
