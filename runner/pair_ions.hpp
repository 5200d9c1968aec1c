#pragma once

namespace LAMMPS_NS {
class LAMMPS;
}

namespace lamella::bridge {

/// `pair_style buck/coul/long` and `born/coul/long` with the suffix `lamella`: LAMMPS's own syntax, energies and forces (with its `pair_modify table 0`),
/// faster, on several threads, the same bits at any number of them. An input takes them after the command `suffix lamella`, and runs
/// unchanged without.
void register_pair_ions(LAMMPS_NS::LAMMPS* lammps);

}  // namespace lamella::bridge
