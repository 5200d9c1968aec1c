#pragma once
#include <array>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// A finite covalent unit (PS4, PO4, P2S7, S2, OH, ...) found from the bonding graph, without oxidation labels. Atoms at
/// position + shift.cell are next to one another.
struct CovalentUnit {
  std::vector<int> atoms;
  std::vector<std::array<int, 3>> shifts;
};

/// A covalent bond; `shift` is of the second atom.
struct CovalentBond {
  int first, second;
  std::array<int, 3> shift;
};

struct CovalentUnits {
  std::vector<CovalentUnit> finite;   ///< of two atoms or more
  std::vector<int> unit_of;           ///< per atom: index into `finite`, -1 where it belongs to none
  std::vector<CovalentBond> network;  ///< each bond once of what runs through the crystal without end (SiO2): cutting it is unavoidable
};

/// Bonds join non-metals and metalloids nearer than 1.2 times the sum of their covalent radii (10.1039/b801115j).
/// P-S 2.03 A in PS4 is one, S-S 3.3 A between its corners is none; metals make none: Co-O is not a unit to keep whole.
CovalentUnits covalent_units(const Structure& crystal);

}  // namespace lamella
