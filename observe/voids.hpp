#pragma once
#include <span>
#include <vector>

#include "lattice/cell.hpp"

namespace lamella {

/// An empty sphere that touches four atoms and holds no centre.
struct Void {
  Cartesian centre;  ///< A, wrapped into the cell
  double radius;     ///< A, to the nearest atoms' centres
};

/// How the space of a periodic set of points is shared out.
struct VoronoiReport {
  std::vector<double> volumes;  ///< A^3, one per point; their sum is the cell's volume
  std::vector<Void> voids;      ///< largest first; a void whose centre lies inside a larger one is left out
  double void_share = 0.0;      ///< of the cell's volume: Delaunay tetrahedra whose empty sphere exceeds the probe
};

/// Voronoi volumes and voids larger than `probe` (A) of points periodic in any triclinic cell, by the Delaunay triangulation of
/// replicated images (CGAL; its own periodic one wants a cube). Throws Error (bad_input) for no points at all and for two points at
/// one place.
VoronoiReport voronoi(const Cell& cell, std::span<const Cartesian> points, double probe);

}  // namespace lamella
