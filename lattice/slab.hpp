#pragma once
#include <string>
#include <vector>

#include "lattice/crystal.hpp"

namespace lamella {

struct Miller {
  int h, k, l;
  bool operator==(const Miller&) const = default;
};

/// The surface lattice of (hkl): all bulk translations u (centring included) with h.u = 0.
/// `basis` rows: reduced in-plane vectors in the surface frame (a along +x, right-handed about the outward normal), A.
/// `spacing`: height of one primitive repeat along the normal, A.
struct SurfaceLattice {
  Mat2 basis;
  double spacing;
  int atoms_per_repeat;  ///< atoms in one primitive surface cell times one repeat
};

/// Atoms at one height; a covalent unit (PS4, PO4, ...) that is kept whole counts as a whole at the height of its centre.
struct AtomicPlane {
  double z;         ///< A, above the cut
  Formula formula;  ///< per primitive surface cell
  double charge;    ///< formal, e, per primitive surface cell
};

/// One way to cut (hkl): between two planes of one primitive repeat.
struct Termination {
  int index;
  double cut;  ///< A, height of the cut above the crystal's origin plane
  std::string formula;
  std::vector<AtomicPlane> planes;  ///< of one repeat, bottom to top
  double area;                      ///< A^2, primitive surface cell
  double dipole_per_area;           ///< e/A of one repeat
  int tasker;                       ///< 1, 2 or 3
  int broken_polyanions;            ///< covalent units (PS4, PO4, ...) cut per primitive surface cell; bonds of an endless network
  bool flat;                        ///< cut by a plane, through covalent units; otherwise around them
  bool stoichiometric;              ///< true for whole repeats
  bool symmetric;                   ///< some operation turns the slab over onto itself
  std::vector<double> equivalent_cuts;  ///< A, other cuts of the repeat that an operation with the same outward normal maps onto this one
};

/// All distinct terminations (under the operations that keep the outward normal), best first for `auto`: nothing broken,
/// stoichiometric, least dipole, widest gap. First come cuts around the covalent units, then the plane cuts through them.
/// Throws Error (bad_input) for (0 0 0).
std::vector<Termination> list_terminations(const Crystal& crystal, Miller miller);

SurfaceLattice surface_lattice(const Crystal& crystal, Miller miller);

/// A slab on the primitive surface cell: `repeats` whole primitive repeats cut at `termination`; z = 0 is the middle of the
/// gap that was cut, so that atoms of a unit kept whole may lie a little below it.
Slab cut_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats);

/// A slab of at least `repeats` repeats whose two faces are the same termination, one turned over: not stoichiometric in
/// general. Throws Error (bad_input) where no operation turns (hkl) over.
Slab cut_symmetric_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats);
/// A polar face (Tasker III) without its dipole: half of the bottom plane's ions, covalent units whole, are moved to the top
/// face, where the next plane would stand (Tasker 1979, 10.1088/0022-3719/12/22/036). Stoichiometric; the plane is doubled where
/// the half would not be whole. Throws Error (bad_input), with what is left of the dipole, where half a plane does not cancel it.
Slab cut_compensated_slab(const Crystal& crystal, Miller miller, const Termination& termination, int repeats);

/// Whole repeats needed for at least `thickness` A.
int repeats_for(const Crystal& crystal, Miller miller, double thickness);

}  // namespace lamella
