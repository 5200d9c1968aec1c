#include "lattice/match_layer.hpp"

#include "lattice/elastic.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {

MatchLayer match_layer(const std::string& name, const Crystal& crystal, Miller miller, int repeats) {
  const SurfaceCell cell = surface_cell(crystal, miller);
  MatchLayer layer;
  layer.name = name;
  layer.basis = cell.vectors.topLeftCorner<2, 2>();
  layer.atoms_per_cell = static_cast<long>(cell.atoms.size()) * repeats;
  layer.thickness = cell.spacing * repeats;
  if (crystal.stiffness) layer.plane_stiffness = plane_stress_stiffness(*crystal.stiffness, cell.rotation);
  return layer;
}

bool AverageLayer::holds(const Int2x2& matrix) const {
  Int2x2 adjugate;
  adjugate << whole(1, 1), -whole(0, 1), -whole(1, 0), whole(0, 0);
  const Int2x2 scaled = matrix * adjugate;
  return (scaled.array() - (scaled.array() / whole.determinant()) * whole.determinant() == 0).all();
}

AverageLayer average_match_layer(const std::string& name, const Crystal& crystal, Miller miller, int repeats) {
  AverageLayer average{match_layer(name, crystal, miller, repeats), Int2x2::Identity()};
  if (!crystal.average_lattice) return average;
  const SurfaceCell cell = surface_cell(crystal, miller);
  const auto rows = average_in_plane_basis(crystal, miller);
  const Vec3 a = rows.row(0), b = rows.row(1), normal = a.cross(b).normalized();
  Mat3 frame;
  frame << a.normalized().transpose(), normal.cross(a.normalized()).transpose(), normal.transpose();
  const Mat2 basis = (rows * frame.transpose()).leftCols<2>(), whole = (cell.vectors.topRows<2>() * cell.rotation * frame.transpose()).leftCols<2>();
  average.whole = (whole * basis.inverse()).array().round().cast<int>();
  const long copies = average.whole.determinant();
  if (copies < 1 || average.layer.atoms_per_cell % copies != 0 || (average.whole.cast<double>() * basis - whole).cwiseAbs().maxCoeff() > 0.1)
    return {average.layer, Int2x2::Identity()};  // the atoms do not share out evenly: their own lattice is the one to match
  average.layer.basis = basis;
  average.layer.basis(0, 1) = 0.0;
  average.layer.atoms_per_cell /= copies;
  if (crystal.stiffness) average.layer.plane_stiffness = plane_stress_stiffness(*crystal.stiffness, frame);
  return average;
}

}  // namespace lamella
