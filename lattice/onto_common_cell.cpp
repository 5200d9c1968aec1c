#include <fmt/format.h>

#include <numeric>

#include "base/error.hpp"
#include "lattice/match.hpp"
#include "lattice/strain.hpp"

namespace lamella {

Slab onto_common_cell(const Slab& slab, const LayerMatch& match, const Mat2& cell) {
  const Int2x2& m = match.matrix;
  const int cells = m.determinant();
  if (cells <= 0) fail_run({match.name, "its match matrix is not right-handed", fmt::format("det {}", cells), "> 0", ""});
  const Mat2 from = m.cast<double>() * slab.plane;
  if (!(from.determinant() > 0)) fail_run({match.name, "the slab's surface cell is left-handed", "", "", ""});
  const double residual = (in_plane_strain(from, cell).strain - match.strain).cwiseAbs().maxCoeff();
  if (!(residual < 1e-6))
    fail_run({match.name, "the slab to be built is not the one that was matched", fmt::format("strains differ by {:.2g}", residual), "< 1e-6", "match again"});

  // Fractions of the supercell: f_primitive * M^-1 = f_primitive * adjugate / det. By M's Hermite form {{a, b}, {0, d}}
  // each copy is one t with 0 <= t0 < a, 0 <= t1 < d, and its origin is the whole numbers t * adjugate modulo det.
  Int2x2 adjugate;
  adjugate << m(1, 1), -m(0, 1), -m(1, 0), m(0, 0);
  const int a = std::gcd(m(0, 0), m(1, 0)), d = cells / a;
  const auto wrapped = [cells](int n) { return (n % cells + cells) % cells; };

  Slab built;
  built.plane = cell;
  built.thickness = slab.thickness;
  built.elements.reserve(slab.size() * cells);
  built.positions.reserve(slab.size() * cells);
  const Mat2 to_fraction = slab.plane.inverse() * adjugate.cast<double>();
  for (int copy = 0; copy < cells; ++copy) {
    const Eigen::RowVector2i t = Eigen::RowVector2i(copy / d, copy % d) * adjugate;
    const Eigen::RowVector2d origin(wrapped(t[0]), wrapped(t[1]));
    for (std::size_t i = 0; i < slab.size(); ++i) {
      const Eigen::RowVector2d own = Eigen::RowVector2d(slab.positions[i].x(), slab.positions[i].y()) * to_fraction;
      const Eigen::RowVector2d r = (own + origin) / cells * cell;
      built.elements.push_back(slab.elements[i]);
      built.positions.emplace_back(r[0], r[1], slab.positions[i].z());
    }
  }
  return built;
}

}  // namespace lamella
