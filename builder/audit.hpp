#pragma once
#include <map>
#include <string>
#include <utility>
#include <vector>

#include "builder/assembly.hpp"

namespace lamella {

/// What the audit of an assembled stack found, under full periodic images.
struct Audit {
  long atoms = 0;
  std::map<std::pair<std::string, std::string>, double> min_distance;  ///< A per pair of elements, alphabetical
  double net_charge = 0.0;   ///< e, by common formal charges
  double volume = 0.0;       ///< A^3
  std::vector<Seam> seams;   ///< gaps measured on the atoms, the wrap-around seam last
  std::string handedness = "right";
};

/// Shortest distance that is no overlap for these two elements: 0.6 of the covalent radii's sum, and 1.2 A at least for
/// anything but hydrogen.
double shortest_allowed(Element a, Element b);

/// Sum of the common formal charges, e.
long formal_charge(const std::vector<Element>& elements);

/// Checks every pair distance within 6 A, every seam, the cell's handedness and form. Throws Error (while_running) naming the atoms,
/// their layers and the distance where two overlap, or the seam that is not as wide as it was built: a failed audit is never a warning.
Audit audit_stack(const Assembled& assembled);

}  // namespace lamella
