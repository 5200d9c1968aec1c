#pragma once
#include <string>

#include "lattice/structure.hpp"

namespace lamella {

/// One frame of extended XYZ: Lattice="..." , species, pos; layer numbers (`molecule` or `tags`, `molecule_type` as the
/// name) where present. `name` appears in errors. Throws Error (bad_input) with the line.
Structure parse_extxyz(const std::string& text, const std::string& name);
/// POSCAR / CONTCAR, VASP 5 (element line required), Direct or Cartesian, scale factor, selective dynamics skipped.
Structure parse_poscar(const std::string& text, const std::string& name);

}  // namespace lamella
