#include "lattice/surface_cell.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "lattice/polyanion.hpp"

namespace lamella {
namespace {

using Long3 = Eigen::Matrix<long, 1, 3>;
using Long3x3 = Eigen::Matrix<long, 3, 3>;
constexpr long largest_index = 1000;

/// Unimodular rows u with u1.g = u2.g = 0 and u3.g = 1 for coprime g: Euclid's algorithm with its row operations kept.
Long3x3 kernel_rows(Long3 g) {
  Long3x3 u = Long3x3::Identity();
  auto smallest = [&] {
    int best = -1;
    for (int i = 0; i < 3; ++i)
      if (g[i] != 0 && (best < 0 || std::labs(g[i]) < std::labs(g[best]))) best = i;
    return best;
  };
  while (true) {
    const int pivot = smallest();
    bool changed = false;
    for (int i = 0; i < 3; ++i)
      if (i != pivot && g[i] != 0) {
        const long factor = g[i] / g[pivot];
        g[i] -= factor * g[pivot];
        u.row(i) -= factor * u.row(pivot);
        changed = true;
      }
    if (changed) continue;
    if (g[pivot] < 0) u.row(pivot) *= -1;
    if (pivot != 2) {
      const Long3 row = u.row(pivot);
      u.row(pivot) = u.row(2);
      u.row(2) = row;
    }
    return u;
  }
}

/// Lagrange-Gauss reduction of the first two rows, and the third brought above the middle of the cell. Near-ties are
/// settled with a tolerance, so that noise in the last digits of a file does not choose the cell: |a| <= |b|,
/// -1/2 <= a.b/a.a < 1/2, and an obtuse angle where |a| = |b|.
void reduce(Long3x3& u, const Mat3& primitive) {
  constexpr double tie = 1e-6;
  auto vector = [&](int i) -> Vec3 { return (u.row(i).cast<double>() * primitive).transpose(); };
  for (int step = 0; step < 1000; ++step) {
    const Vec3 a = vector(0), b = vector(1);
    const double aa = a.squaredNorm();
    u.row(1) -= std::lround(std::floor(a.dot(b) / aa + 0.5 + tie)) * u.row(0);
    const Vec3 reduced = vector(1);
    const bool longer = reduced.squaredNorm() >= aa * (1.0 - tie);
    if (longer && !(reduced.squaredNorm() < aa * (1.0 + tie) && a.dot(reduced) > tie * aa)) break;
    const Long3 old = u.row(0);
    u.row(0) = u.row(1);
    u.row(1) = -old;  // keeps the handedness
  }
  if (u.cast<double>().determinant() < 0) {
    u.row(1) *= -1;
    reduce(u, primitive);
    return;
  }
  const Vec3 a = vector(0), b = vector(1), c = vector(2), normal = a.cross(b);
  const double area2 = normal.squaredNorm();
  u.row(2) -= std::lround(std::floor(c.cross(b).dot(normal) / area2 + 0.5 + tie)) * u.row(0) +
              std::lround(std::floor(a.cross(c).dot(normal) / area2 + 0.5 + tie)) * u.row(1);
}

/// The centre's height relative to an atom's own, for atoms of covalent units; zero for the others.
std::vector<double> centre_offsets(const Crystal& crystal, const CovalentUnits& units, const Vec3& normal) {
  std::vector<double> offsets(crystal.cell.size(), 0.0);
  for (const CovalentUnit& unit : units.finite) {
    std::vector<double> z;
    for (std::size_t k = 0; k < unit.atoms.size(); ++k) {
      const auto& s = unit.shifts[k];
      z.push_back(normal.dot(crystal.cell.positions[unit.atoms[k]].vec() + crystal.cell.cell.rows().transpose() * Vec3(s[0], s[1], s[2])));
    }
    const double centre = std::accumulate(z.begin(), z.end(), 0.0) / static_cast<double>(z.size());
    for (std::size_t k = 0; k < z.size(); ++k) offsets[unit.atoms[k]] = centre - z[k];
  }
  return offsets;
}

/// One atom of each class modulo the primitive lattice; returns the class of every atom.
std::vector<int> pick_atoms(const Crystal& crystal, SurfaceCell& cell, std::size_t copies) {
  constexpr double same = 0.1;  // A; copies agree within spglib's tolerance, different atoms are 0.5 A apart
  const Mat3 to_fractional = cell.vectors.inverse().transpose();
  std::vector<Vec3> fractional;
  std::vector<int> member_of;
  for (std::size_t i = 0; i < crystal.cell.size(); ++i) {
    const Vec3 position = cell.rotation * crystal.cell.positions[i].vec();
    const Vec3 f = to_fractional * position;
    int member = -1;
    for (std::size_t k = 0; k < cell.atoms.size() && member < 0 && copies > 1; ++k) {
      if (crystal.cell.elements[cell.atoms[k]] != crystal.cell.elements[i]) continue;
      Vec3 d = f - fractional[k];
      for (int x = 0; x < 3; ++x) d[x] -= std::round(d[x]);
      if ((cell.vectors.transpose() * d).norm() < same) member = static_cast<int>(k);
    }
    member_of.push_back(member >= 0 ? member : static_cast<int>(cell.atoms.size()));
    if (member >= 0) continue;
    cell.atoms.push_back(static_cast<int>(i));
    cell.positions.push_back(position);
    fractional.push_back(f);
  }
  if (cell.atoms.size() * copies != crystal.cell.size())
    fail_run({crystal.name, "its atoms do not follow its own translations", fmt::format("{} of {} atoms in {} cells", cell.atoms.size(), crystal.cell.size(), copies), "", "the file's coordinates are too inexact"});
  return member_of;
}

/// Per atom of the repeat: the covalent unit it belongs to, named by the unit's first atom in the repeat; -1 for none.
std::vector<int> units_of_members(const CovalentUnits& units, const SurfaceCell& cell, const std::vector<int>& member_of) {
  std::vector<int> names;
  for (const int atom : cell.atoms) {
    int name = -1;
    if (const int unit = units.unit_of[atom]; unit >= 0)
      for (const int other : units.finite[unit].atoms) name = name < 0 ? member_of[other] : std::min(name, member_of[other]);
    names.push_back(name);
  }
  return names;
}

/// How the operations move heights along the normal: g.W = +g keeps it, g.W = -g turns it over; heights are g.x * spacing.
void find_shifts(const Symmetry& symmetry, const Long3& g, SurfaceCell& cell) {
  for (const auto& operation : symmetry.operations) {
    const Long3 image = g * operation.rotation.cast<long>();
    const double shift = cell.spacing * wrapped_unit(g.cast<double>().dot(operation.translation.transpose()));
    if (image == g) cell.keep_shifts.push_back(shift);
    if (image == -g) cell.flip_shifts.push_back(shift);
  }
}

Long3 checked_indices(Miller miller) {
  const Long3 asked(miller.h, miller.k, miller.l);
  if (asked.isZero()) fail_input({"miller", "(0 0 0) is no plane", "0 0 0", "three whole numbers, not all zero", ""});
  if (asked.cwiseAbs().maxCoeff() > largest_index)
    fail_input({"miller", "index out of range", fmt::format("{} {} {}", miller.h, miller.k, miller.l), fmt::format("-{0} to {0}", largest_index), ""});
  return asked;
}

/// Reduced vectors (rows, A) of a lattice, the first two in the plane with indices `h` in the cell that the lattice refers to, and the
/// plane's indices in the primitive basis.
std::pair<Mat3, Long3> surface_rows(const PrimitiveLattice& lattice, const Mat3& primitive, const Long3& h) {
  Long3 g = (lattice.rows * h.transpose()).transpose();
  g /= std::gcd(std::gcd(g[0], g[1]), g[2]);
  Long3x3 u = kernel_rows(g);
  reduce(u, primitive);
  return {u.cast<double>() * primitive, g};
}

}  // namespace

Eigen::Matrix<double, 2, 3> average_in_plane_basis(const Crystal& crystal, Miller miller) {
  const Long3 asked = checked_indices(miller);
  if (!crystal.average_lattice) {
    const SurfaceCell whole = surface_cell(crystal, miller);
    return whole.vectors.topRows<2>() * whole.rotation;
  }
  const Mat3 conventional = crystal.supercell.cast<double>().inverse() * crystal.cell.cell.rows();
  return surface_rows(*crystal.average_lattice, crystal.average_lattice->vectors(Cell(conventional)), asked).first.topRows<2>();
}

SurfaceCell surface_cell(const Crystal& crystal, Miller miller) {
  const Long3 asked = checked_indices(miller);
  const Symmetry symmetry = crystal.symmetry.operations.empty() ? find_symmetry(crystal.cell) : crystal.symmetry;
  const auto [rows, g] = surface_rows(symmetry.lattice, symmetry.lattice.vectors(crystal.cell.cell), (crystal.supercell.cast<long>() * asked.transpose()).transpose());

  SurfaceCell cell;
  const Vec3 a = rows.row(0), b = rows.row(1), normal = a.cross(b).normalized();
  cell.rotation.row(0) = a.normalized();
  cell.rotation.row(1) = normal.cross(a.normalized());
  cell.rotation.row(2) = normal;
  cell.vectors = rows * cell.rotation.transpose();
  for (double& x : cell.vectors.reshaped())
    if (std::abs(x) < 1e-9) x = 0.0;
  cell.spacing = cell.vectors(2, 2);
  cell.area = cell.vectors(0, 0) * cell.vectors(1, 1);
  const auto member_of = pick_atoms(crystal, cell, static_cast<std::size_t>(symmetry.lattice.cells()));
  const CovalentUnits units = covalent_units(crystal.cell);
  cell.units = units_of_members(units, cell, member_of);
  const auto offsets = centre_offsets(crystal, units, normal);
  for (std::size_t k = 0; k < cell.atoms.size(); ++k) cell.heights.push_back(cell.positions[k].z() + offsets[cell.atoms[k]]);
  find_shifts(symmetry, g, cell);
  return cell;
}

SurfaceLattice surface_lattice(const Crystal& crystal, Miller miller) {
  const SurfaceCell cell = surface_cell(crystal, miller);
  return {cell.vectors.topLeftCorner<2, 2>(), cell.spacing, static_cast<int>(cell.atoms.size())};
}

int repeats_for(const Crystal& crystal, Miller miller, double thickness) {
  if (!(thickness >= 0.0 && thickness <= 1e5)) fail_input({"thickness", "out of range", fmt::format("{:g}", thickness), "0 to 100000 A", ""});
  return std::max(1, static_cast<int>(std::ceil(thickness / surface_cell(crystal, miller).spacing - 1e-6)));
}

}  // namespace lamella
