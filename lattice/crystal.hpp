#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "lattice/structure.hpp"
#include "lattice/symmetry.hpp"

namespace lamella {

/// A crystal as read: the conventional cell of its file, every site whole (partial occupancies resolved).
struct Crystal {
  std::string name;                    ///< "LiCoO2", or the file's stem
  Structure cell;                      ///< the conventional cell of the file, or `supercell` times it
  std::vector<std::string> sites;      ///< per atom of `cell`: label of its site in the file ("Li2"), element and number where it has none
  /// cell = supercell * the file's conventional cell (rows), to which Miller indices refer. Not the identity only where
  /// whole atoms ask for more room: NMC811's tenths of an atom need ten cells.
  Int3x3 supercell = Int3x3::Identity();
  std::filesystem::path file;          ///< where it came from
  std::string sha256;                  ///< of that file
  int space_group = 0;                 ///< of the average structure as the file gives it (spglib), 0 when none was found
  /// All translations of the average structure, in the file's conventional cell, where sites had to be resolved: whole atoms at random
  /// keep only some of them (Li6PS5Cl: not the centring). Nothing where the file has whole atoms.
  std::optional<PrimitiveLattice> average_lattice;
  Symmetry symmetry;                   ///< of `cell` as it is, sites resolved; found at need where a caller leaves it empty
  std::map<Element, double> charges;   ///< formal charges, e, per element; common ones where the file gives none
  std::optional<Eigen::Matrix<double, 6, 6>> stiffness;  ///< elastic constants, GPa, Voigt, in the file's Cartesian frame
};

struct CrystalOptions {
  std::uint64_t seed = 1;          ///< for sites that are resolved at random
  double anion_disorder = 0.0;     ///< argyrodites: fraction of the free-S site that exchanges with Cl, 0 to 1
};

/// A bundled name ("LiCoO2") or a path to CIF, POSCAR or extxyz. Li6PS5Cl's half-full 48h doublets give exactly one Li each.
/// Throws Error (bad_input): unknown name (with the nearest known one), broken file (with the line), occupancies that
/// cannot be resolved.
Crystal load_crystal(const std::string& name_or_path, const CrystalOptions& options = {});

/// The names that load_crystal knows without a path, sorted.
std::vector<std::string> bundled_crystals();

/// The folder that holds the bundled crystals, presets and potential: $LAMELLA_STRUCTURES, beside the program
/// (build tree or installed share/lamella), or the source tree it was built from. Throws Error (bad_input) where there is none.
std::filesystem::path structures_folder();

}  // namespace lamella
