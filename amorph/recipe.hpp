#pragma once
#include <string>
#include <vector>

#include "amorph/layer.hpp"

namespace lamella {

/// How LAMMPS is told to compute the forces of one composition, and what is known of its glass before it is made.
struct MeltPotential {
  std::string name;
  std::string before_box;        ///< LAMMPS lines before the box exists
  std::string lines;             ///< ... and after the data are read: charges, pair style, coefficients, k-space
  double timestep = 0.002;       ///< ps
  double glass_density = 0.0;    ///< g/cm3 at 300 K, the guess that sizes the box; 0: unknown
  double melt_density = 0.0;     ///< g/cm3 at which the melt is packed
  bool density_known = false;    ///< else both are guesses from the ions' sizes
  double cutoff = 6.0;           ///< A, no in-plane height of the cell may be below half of it
  std::string sha256;            ///< of a Deep Potential's file, else of the lines: part of the cache's key
  std::vector<std::string> warnings;
};

/// Types are numbered by the formula's order, then `others` (crystals around a confined melt; a Deep Potential or LAMMPS lines only).
/// Throws Error (bad_input): an unknown name, a potential that lacks an element, lines that LAMMPS refuses, a model file that is not there.
MeltPotential melt_potential(const QuenchRecipe& recipe, const Formula& formula, const std::vector<Element>& others = {});

/// Throws Error (bad_input) naming the key: thickness outside 2 to 100 A, a left-handed or flat plane, temperatures that do not
/// fall, a rate or times that are not positive, an impossible density, crystals missing where they confine.
void check_request(const LayerRequest& request);
/// Throws Error (bad_input) where an in-plane height of the cell is below half the potential's cut-off.
void check_width(const Mat2& plane, const MeltPotential& potential);

/// Elements of the crystals around the melt that the formula lacks, in order of appearance.
std::vector<Element> other_elements(const LayerRequest& request);

/// A: below it `auto` makes a film.
inline constexpr double thin_layer = 8.0;
/// bulk | slab | confined: what `auto` means for this thickness (A): slab below 8 A where the glass's density is known, else bulk.
std::string chosen_method(const QuenchRecipe& recipe, double thickness, const MeltPotential& potential);

/// Elements by the sign of their usual charge: centres and ligands of the order metrics. All of them where only one sign occurs.
std::vector<Element> cations_of(const Formula& formula);
std::vector<Element> anions_of(const Formula& formula);

/// g/mol of one formula unit.
double formula_mass(const Formula& formula);
/// g/cm3 of `units` formula units in `volume` A^3.
double density_of(const Formula& formula, long units, double volume);

}  // namespace lamella
