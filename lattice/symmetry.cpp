#include "lattice/symmetry.hpp"

#include <spglib.h>

#include <algorithm>
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

struct Found {
  int space_group = 0;
  std::vector<SymmetryOperation> operations;
};

Found ask_spglib(const Mat3& rows, const std::vector<Vec3>& fractional, std::span<const int> kinds, double tolerance) {
  double lattice[3][3];
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) lattice[j][i] = rows(i, j);  // spglib wants columns
  std::vector<double> scaled;
  for (const Vec3& f : fractional) scaled.insert(scaled.end(), f.begin(), f.end());
  const std::lock_guard guard(spglib_lock);
  const std::unique_ptr<SpglibDataset, void (*)(SpglibDataset*)> dataset(
      spg_get_dataset(lattice, reinterpret_cast<double(*)[3]>(scaled.data()), kinds.data(), static_cast<int>(kinds.size()), tolerance), [](SpglibDataset* d) {
        if (d) spg_free_dataset(d);
      });
  Found found;
  if (dataset) {
    found.space_group = dataset->spacegroup_number;
    for (int n = 0; n < dataset->n_operations; ++n) {
      SymmetryOperation operation;
      for (int i = 0; i < 3; ++i) {
        operation.translation[i] = dataset->translations[n][i];
        for (int j = 0; j < 3; ++j) operation.rotation(i, j) = dataset->rotations[n][i][j];
      }
      found.operations.push_back(operation);
    }
  }
  if (found.operations.empty()) found.operations.push_back({Int3x3::Identity(), Vec3::Zero()});
  return found;
}

/// From the pure translations, in whole numbers, so that no rounding can lose or add one.
PrimitiveLattice lattice_of(const std::vector<SymmetryOperation>& operations) {
  std::vector<Vec3> translations;
  for (const auto& operation : operations)
    if (operation.rotation == Int3x3::Identity()) translations.push_back(operation.translation);
  // The translations modulo the cell form a group of this order, so that so many times each of them is a whole vector.
  const long order = static_cast<long>(translations.size());
  std::vector<Eigen::Matrix<long, 1, 3>> generators;
  for (int i = 0; i < 3; ++i) generators.push_back(order * Eigen::Matrix<long, 3, 3>::Identity().row(i));
  for (const Vec3& t : translations) generators.emplace_back(std::lround(order * t[0]), std::lround(order * t[1]), std::lround(order * t[2]));
  return {hermite_rows(generators), order};
}

}  // namespace

Symmetry find_symmetry(const Cell& cell, std::span<const Cartesian> positions, std::span<const int> kinds, double tolerance) {
  std::vector<Vec3> fractional;
  for (const Cartesian& r : positions) fractional.push_back(cell.to_fractional(r).vec());
  const Found given = ask_spglib(cell.rows(), fractional, kinds, tolerance);
  Symmetry symmetry{given.space_group, lattice_of(given.operations), given.operations};
  if (symmetry.lattice.cells() == 1) return symmetry;

  const Mat3 rows = symmetry.lattice.vectors(cell), to_primitive = rows.inverse().transpose();
  std::vector<Vec3> kept;
  std::vector<int> kept_kinds;
  for (std::size_t i = 0; i < positions.size(); ++i) {
    const Vec3 f = to_primitive * positions[i].vec();
    bool known = false;
    for (std::size_t k = 0; k < kept.size() && !known; ++k) {
      Vec3 d = f - kept[k];
      for (int x = 0; x < 3; ++x) d[x] -= std::round(d[x]);
      known = kinds[i] == kept_kinds[k] && (rows.transpose() * d).norm() < 5.0 * tolerance;
    }
    if (known) continue;
    kept.push_back(f);
    kept_kinds.push_back(kinds[i]);
  }
  const Found primitive = ask_spglib(rows, kept, kept_kinds, tolerance);
  symmetry.operations.clear();
  for (const auto& operation : primitive.operations)  // one per rotation, should spglib see more translations still
    if (std::none_of(symmetry.operations.begin(), symmetry.operations.end(), [&](const auto& o) { return o.rotation == operation.rotation; })) symmetry.operations.push_back(operation);
  return symmetry;
}

Symmetry find_symmetry(const Structure& structure, double tolerance) {
  std::vector<int> kinds;
  for (Element element : structure.elements) kinds.push_back(element.number());
  return find_symmetry(structure.cell, structure.positions, kinds, tolerance);
}

}  // namespace lamella
