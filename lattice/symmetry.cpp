#include "lattice/symmetry.hpp"

#include <spglib.h>

#include <cmath>
#include <memory>
#include <mutex>

namespace lamella {
namespace {

/// spglib 2.0 keeps its last error in a global: one caller at a time.
std::mutex spglib_lock;

/// Row echelon form over the integers of generators (any number, three columns): the Hermite form of the lattice they span.
Eigen::Matrix<long, 3, 3> hermite_rows(std::vector<Eigen::Matrix<long, 1, 3>> generators) {
  Eigen::Matrix<long, 3, 3> rows = Eigen::Matrix<long, 3, 3>::Zero();
  for (int column = 0; column < 3; ++column) {
    Eigen::Matrix<long, 1, 3> pivot = Eigen::Matrix<long, 1, 3>::Zero();
    for (auto& g : generators)
      while (g[column] != 0) {  // Euclid between the pivot and this generator
        if (pivot[column] == 0 || std::labs(g[column]) < std::labs(pivot[column])) std::swap(pivot, g);
        if (g[column] != 0) g -= (g[column] / pivot[column]) * pivot;
      }
    if (pivot[column] < 0) pivot = -pivot;
    rows.row(column) = pivot;
  }
  return rows;
}

}  // namespace

Symmetry find_symmetry(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> kinds, double tolerance) {
  double lattice[3][3];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) lattice[j][i] = cell.rows()(i, j);  // spglib wants columns
  std::vector<double> scaled(3 * positions.size());
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Fractional f = cell.to_fractional(positions[i]);
    for (int k = 0; k < 3; ++k) scaled[3 * i + k] = f[k];
  }
  Symmetry symmetry;
  {
    const std::lock_guard guard(spglib_lock);
    const std::unique_ptr<SpglibDataset, void (*)(SpglibDataset*)> found(
        spg_get_dataset(lattice, reinterpret_cast<double(*)[3]>(scaled.data()), kinds.data(), static_cast<int>(positions.size()), tolerance),
        [](SpglibDataset* dataset) { if (dataset) spg_free_dataset(dataset); });
    if (found) {
      symmetry.space_group = found->spacegroup_number;
      for (int n = 0; n < found->n_operations; ++n) {
        SymmetryOperation operation;
        for (int i = 0; i < 3; ++i) {
          operation.translation[i] = found->translations[n][i];
          for (int j = 0; j < 3; ++j) operation.rotation(i, j) = found->rotations[n][i][j];
        }
        symmetry.operations.push_back(operation);
      }
    }
  }
  if (symmetry.operations.empty()) symmetry.operations.push_back({Int3x3::Identity(), Vec3::Zero()});
  return symmetry;
}

Symmetry find_symmetry(const Structure& structure, double tolerance) {
  std::vector<int> kinds;
  for (Element element : structure.elements) kinds.push_back(element.number());
  return find_symmetry(structure.cell, structure.positions, kinds, tolerance);
}

PrimitiveLattice primitive_lattice(const Symmetry& symmetry) {
  std::vector<Vec3> translations;
  for (const auto& operation : symmetry.operations)
    if (operation.rotation == Int3x3::Identity()) translations.push_back(operation.translation);
  // The translations modulo the cell form a group of this order, so that many times each of them is a whole vector.
  const long order = static_cast<long>(translations.size());
  std::vector<Eigen::Matrix<long, 1, 3>> generators;
  for (int i = 0; i < 3; ++i) generators.push_back(order * Eigen::Matrix<long, 3, 3>::Identity().row(i));
  for (const Vec3& t : translations) generators.emplace_back(std::lround(order * t[0]), std::lround(order * t[1]), std::lround(order * t[2]));
  return {hermite_rows(generators), order};
}

}  // namespace lamella
