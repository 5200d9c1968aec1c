#pragma once
#include <cstdint>
#include <string>

#include "lattice/cif.hpp"

namespace lamella {

/// A crystal of whole atoms in `supercell` times the average cell.
struct ResolvedCrystal {
  Structure structure;
  Int3x3 supercell;
  std::vector<std::string> sites;  ///< per atom: the label of the position it sits on
};

/// Whole atoms for every partly occupied site:
///  - a site shared by several elements (Ni/Mn/Co) is given out at random, in whole numbers per orbit;
///  - partly empty sites (Li) start at random and go down in electrostatic energy by exchanges within their orbit, with no
///    two atoms on positions that exclude each other: each half-full doublet of an argyrodite ends with exactly one Li.
/// `exchange` is the fraction of an argyrodite's free S that changes places with its halide (at random, first of all).
/// The cell is repeated (shortest direction first) until all numbers are whole. Everything is decided by `seed` and `name`.
/// Throws Error (bad_input) with the reason when no cell of up to 600 sites gives whole numbers, or positions cannot be kept apart.
ResolvedCrystal resolve_occupancies(const AverageCrystal& average, const std::map<Element, double>& charges, std::uint64_t seed, double exchange, const std::string& name);

}  // namespace lamella
