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

}  // namespace lamella
