#pragma once
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// One position of an average structure and the share of each element there.
struct AverageSite {
  struct Share {
    Element element;
    double occupancy;  ///< 0 to 1
  };
  Fractional position;
  std::vector<Share> shares;  ///< sorted by element
  int orbit;                  ///< sites that symmetry makes equal carry the same number
  std::string label;          ///< of the file ("Li2"; of a shared site the first), or element and number
  bool whole() const { return shares.size() == 1 && shares[0].occupancy == 1.0; }
};

/// A crystal before its partial occupancies are resolved.
struct AverageCrystal {
  Cell cell;
  std::vector<AverageSite> sites;
  std::map<Element, double> charges;  ///< formal charges of the file (_atom_type_oxidation_number), e; may be empty
  std::optional<Eigen::Matrix<double, 6, 6>> stiffness;  ///< _lamella_elastic_*, GPa, Voigt; x along a, z along c*
};

/// The first data block with atoms of a CIF, all symmetry copies made. The list of operations rules where the file has one
/// (it settles the origin), else the Hall symbol, the Hermann-Mauguin symbol, the number; none of them: P1.
/// Throws Error (bad_input) with `name` and the line.
AverageCrystal parse_cif(const std::string& text, const std::string& name);

}  // namespace lamella
