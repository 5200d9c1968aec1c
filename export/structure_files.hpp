#pragma once
#include <string>
#include <vector>

#include "export/type_map.hpp"

namespace lamella {

/// Extended XYZ with `Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1`, molecule = tags =
/// layer number from 1 (contract.md). The whole text; writing it is write_whole_file's work.
std::string extxyz_text(const Structure& structure, const std::string& title = "");
/// P1 CIF with fractional coordinates.
std::string cif_text(const Structure& structure, const std::string& title);
/// LAMMPS data, `atom_style atomic`: masses with the element as a comment, restricted triclinic cell. Throws Error (bad_input)
/// for a cell that LAMMPS refuses: restricted form a = (lx,0,0), b = (xy,ly,0), c = (xz,yz,lz) is the caller's duty.
std::string lammps_data_text(const Structure& structure, const TypeMap& types, const std::string& title);
/// POSCAR (VASP 5), species grouped in the map's order (atoms keep their order within a species), Direct.
std::string poscar_text(const Structure& structure, const TypeMap& types, const std::string& title);

/// The elements a structure holds, in the map's order: the order of POSCAR, POTCAR.spec and the LDAU arrays.
std::vector<Element> present_elements(const Structure& structure, const TypeMap& types);
/// Indices of the atoms in the order POSCAR lists them.
std::vector<std::size_t> poscar_order(const Structure& structure, const TypeMap& types);

}  // namespace lamella
