#include "data.hpp"

#include <Eigen/Dense>
#include <cmath>
#include <cstdint>
#include <fstream>
#include <stdexcept>

namespace trainer {

namespace {

using Eigen::Matrix3d;
using Eigen::Vector3d;

template <class T>
void read(std::ifstream& in, T* values, std::size_t count) {
  in.read(reinterpret_cast<char*>(values), static_cast<std::streamsize>(count * sizeof(T)));
  if (!in) throw std::runtime_error("the file of frames ends early");
}

void find_neighbours(Frame& frame, const Matrix3d& cell, const std::vector<Vector3d>& r, int ntypes, double cutoff) {
  frame.edges.assign(static_cast<std::size_t>(ntypes), {});
  const Matrix3d inverse = cell.inverse();
  int reach[3];
  // |s + n| <= cutoff / spacing with |s| <= 1/2.
  for (int k = 0; k < 3; ++k) reach[k] = static_cast<int>(std::floor(cutoff * inverse.col(k).norm() + 0.5));
  const int n = frame.atoms;
  for (int i = 0; i < n; ++i)
    for (int j = 0; j < n; ++j) {
      // Rows of `cell` are the lattice vectors; the nearest image first, then all within reach of it.
      Vector3d s = inverse.transpose() * (r[j] - r[i]);
      s -= s.array().round().matrix();
      for (int a = -reach[0]; a <= reach[0]; ++a)
        for (int b = -reach[1]; b <= reach[1]; ++b)
          for (int c = -reach[2]; c <= reach[2]; ++c) {
            const Vector3d d = cell.transpose() * (s + Vector3d(a, b, c));
            const double r2 = d.squaredNorm();
            if (r2 < cutoff * cutoff && r2 > 1e-8)
              frame.edges[static_cast<std::size_t>(frame.types[j])].push_back({i, j, {float(d.x()), float(d.y()), float(d.z())}});
          }
    }
}

}  // namespace

std::vector<Frame> read_frames(const std::string& file, int ntypes, double cutoff) {
  std::ifstream in(file, std::ios::binary);
  if (!in) throw std::runtime_error("cannot open " + file);
  std::int32_t count = 0;
  read(in, &count, 1);
  std::vector<Frame> frames(static_cast<std::size_t>(count));
  for (Frame& f : frames) {
    std::int32_t n = 0, name = 0;
    read(in, &name, 1);
    f.family.resize(static_cast<std::size_t>(name));
    read(in, f.family.data(), f.family.size());
    read(in, &n, 1);
    f.atoms = n;
    f.types.resize(static_cast<std::size_t>(n));
    f.forces.resize(static_cast<std::size_t>(3 * n));
    read(in, &f.weight, 1);
    read(in, f.types.data(), f.types.size());
    Eigen::Matrix<double, 3, 3, Eigen::RowMajor> cell;
    read(in, cell.data(), 9);
    std::vector<Vector3d> r(f.types.size());
    for (auto& x : r) read(in, x.data(), 3);
    read(in, &f.energy, 1);
    std::vector<double> forces(f.forces.size());
    read(in, forces.data(), forces.size());
    for (std::size_t k = 0; k < forces.size(); ++k) f.forces[k] = static_cast<float>(forces[k]);
    read(in, f.virial, 9);
    find_neighbours(f, cell, r, ntypes, cutoff);
  }
  return frames;
}

}  // namespace trainer
