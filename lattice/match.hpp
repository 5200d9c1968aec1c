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

/// One common cell for all layers. `multiplicity` counts the sets of superlattices that this one stands for: rotations of
/// each layer's own lattice carry one into the other (with sharing by stiffness, only rotations that keep its stiffness).
/// `cell` rows: in-plane vectors (a along +x, right-handed, reduced), A.
struct Match {
  double area;        ///< A^2 of `cell`
  double max_strain;
  long atoms;
  Mat2 cell;
  std::vector<LayerMatch> layers;
  long multiplicity = 1;
};

/// Every coincidence within the limits, as contract.md defines it, sorted by (area, max_strain, matrices).
/// Any rotation, never a mirror image. Complete; each pair of superlattices once, up to rotations of each lattice
/// (`Match::multiplicity`). Sharing by stiffness needs every layer's stiffness and is `equal` otherwise: `sharing_warning`.
/// Von Mises strain: sqrt(2/3 dev:dev) of the 3x3 tensor with no strain along the normal (thickness is kept).
/// Throws Error (bad_input): no layers, a left-handed basis, limits out of range, more matches than memory holds.
std::vector<Match> find_matches(std::span<const MatchLayer> layers, const MatchLimits& limits, const StrainSharing& sharing);
/// Why `find_matches` shares strain otherwise than asked: the layers that lack a stiffness; empty when it does as asked.
std::string sharing_warning(std::span<const MatchLayer> layers, const StrainSharing& sharing);
/// The front over (area, max_strain) of such a list; of equals, the one with the fewest atoms.
std::vector<Match> pareto_front(std::vector<Match> matches);

/// `slab` (on its primitive cell, in its surface frame) repeated by `match.matrix`, rotated and strained onto `cell`,
/// exactly periodic in it; thickness kept (no Poisson contraction). Copies are moved whole, so no polyanion is torn.
/// Throws Error (while_running) when the strain from this slab's cell is not `match.strain`: matched and built cells differ.
Slab onto_common_cell(const Slab& slab, const LayerMatch& match, const Mat2& cell);

}  // namespace lamella
