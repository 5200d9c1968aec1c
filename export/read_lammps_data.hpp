#pragma once
#include <string>

#include "lattice/structure.hpp"

namespace lamella {

/// A LAMMPS data file: header, `Masses` (the element from the comment, else from the mass) and `Atoms` of style atomic, charge,
/// molecular or full (from the section's comment; atomic without one). Atoms in the order of their ids; image flags are left out.
/// Throws Error (bad_input) naming `name` and the line.
Structure parse_lammps_data(const std::string& text, const std::string& name);

}  // namespace lamella
