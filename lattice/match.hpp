#pragma once
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// One crystalline layer as the matcher sees it.
struct MatchLayer {
  std::string name;
  Mat2 basis;               ///< rows: primitive surface vectors, A
  long atoms_per_cell;      ///< atoms of the whole slab per primitive surface cell
  double thickness = 0.0;   ///< A, for energies per area
  std::optional<Mat3> plane_stiffness;  ///< plane-stress stiffness (xx, yy, xy engineering shear), GPa
};

struct MatchLimits {
  double max_area = 400.0;    ///< A^2, of every layer's superlattice
  double max_strain = 0.05;   ///< largest |principal strain| of any layer
  long max_atoms = 0;         ///< 0: no limit
  double min_length = 0.0;    ///< A, each common in-plane vector at least this long (after reduction)
};

/// How strain is shared: every layer strained equally, by stiffness, or onto one layer that stays unstrained.
struct StrainSharing {
  enum class Kind { stiffness, equal, onto } kind = Kind::onto;
  std::size_t reference = 0;  ///< for `onto`: index of the unstrained layer
};

struct LayerMatch {
  std::string name;
  Int2x2 matrix;      ///< superlattice = matrix * basis (rows), det > 0
  Mat2 strain;        ///< symmetric (polar-decomposed) strain in the common cell's frame, fraction
  double rotation;    ///< degrees, of the layer's surface frame into the common frame
  double von_mises;   ///< fraction
  double energy_per_area = 0.0;  ///< eV/A^2, where stiffness is known
};

/// One common cell for all layers. `cell` rows: in-plane vectors (a along +x, right-handed, reduced), A.
struct Match {
  double area;        ///< A^2 of `cell`
  double max_strain;
  long atoms;
  Mat2 cell;
  std::vector<LayerMatch> layers;
};

/// Every coincidence within the limits, as contract.md defines it, sorted by (area, max_strain, matrices).
/// Any rotation, never a mirror image. Complete; each pair of superlattices once.
std::vector<Match> find_matches(std::span<const MatchLayer> layers, const MatchLimits& limits, const StrainSharing& sharing);
/// The front over (area, max_strain) of such a list.
std::vector<Match> pareto_front(std::vector<Match> matches);

/// `slab` (on its primitive cell, in its surface frame) repeated by `match.matrix`, rotated and strained onto `cell`,
/// exactly periodic in it; thickness kept (no Poisson contraction).
Slab onto_common_cell(const Slab& slab, const LayerMatch& match, const Mat2& cell);

}  // namespace lamella
