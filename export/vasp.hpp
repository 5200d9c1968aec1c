#pragma once
#include <string>

#include "export/type_map.hpp"

namespace lamella {

/// What a VASP deck is for: a relaxation, one labelled frame (energy, forces, stress), or ab-initio MD.
enum class VaspTask { relax, static_, aimd };

/// Settings of the paper (Hu et al. 2024, 10.1002/adfm.202402993): 520 eV, EDIFF 1E-5, Gamma only, PBE+U 5.14 eV on Co,
/// no spin polarisation; stress always computed, since the training needs virials.
struct VaspOptions {
  bool vacuum = false;          ///< adds the dipole correction along c
  double temperature = 300.0;   ///< K, aimd
  int steps = 100;              ///< aimd
  double timestep = 1.0;        ///< fs, aimd
  double co_u = 5.14;           ///< eV, Hubbard U on Co d
  double kspacing = 0.0;        ///< 1/A; positive: KSPACING and KGAMMA go into INCAR (DP-GEN wants them there)
};

/// INCAR; the LDAU arrays run in POSCAR's order. Throws Error (bad_input) for an element outside the map.
std::string incar_text(VaspTask task, const Structure& structure, const TypeMap& types, const VaspOptions& options = {});
/// Gamma only.
std::string kpoints_text();
/// One POTCAR name per line, in POSCAR's order (POTCAR itself is licensed: pymatgen or the user puts it together).
std::string potcar_spec_text(const Structure& structure, const TypeMap& types);
/// The PAW data set: Li_sv O Co P S Cl F as in the paper, VASP's recommended one for any other element.
std::string potcar_name(Element element);
/// "relax", "static", "aimd": the folder's name.
std::string vasp_task_name(VaspTask task);

}  // namespace lamella
