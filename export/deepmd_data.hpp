#pragma once
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "export/type_map.hpp"

namespace lamella {

/// A structure with what a calculation said about it. Absent labels stay empty.
struct LabelledFrame {
  Structure structure;
  std::optional<double> energy;       ///< eV
  std::vector<Cartesian> forces;      ///< eV/A, one per atom or none
  std::optional<Mat3> virial;         ///< eV, sum over atoms of r (row) f (column): -volume times the stress of ASE
  std::string family;                 ///< the system it belongs to, e.g. the folder's name
  std::string origin;                 ///< for messages and tables: file and frame
};

/// Writes frames of one system (same elements in the same order) as a DeePMD-kit set: type.raw, type_map.raw and
/// set.000/{box,coord,energy,force,virial}.npy; labels that any frame lacks are left out. `frames` must not be empty.
/// Throws Error (bad_input) where the frames differ in their atoms.
void write_deepmd_system(const std::filesystem::path& folder, const std::vector<LabelledFrame>& frames, const TypeMap& types);

/// Every set of every system at or below `folder`, in the order of their paths, mixed-type sets (real_atom_types.npy) included.
/// Throws Error (bad_input) naming the file: no system there, types without type_map.raw, `nopbc`, sizes that differ.
std::vector<LabelledFrame> read_deepmd_data(const std::filesystem::path& folder);

/// All frames of an extended XYZ file with their labels: energy (`energy`, `free_energy`), forces (`forces`, `force`), and `virial`
/// (eV) or `stress` (eV/A^3, ASE's sign), nine or six (Voigt) numbers. `config_type` is the family where present.
std::vector<LabelledFrame> read_labelled_extxyz(const std::filesystem::path& file);
/// One frame as ASE reads it back: energy, forces and stress in the comment line and columns.
std::string labelled_extxyz_text(const LabelledFrame& frame);

}  // namespace lamella
