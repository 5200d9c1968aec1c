#pragma once
#include <array>
#include <string>
#include <vector>

#include "lattice/structure.hpp"
#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

/// Energy and its derivatives of one periodic structure.
struct StructureEnergy {
  double energy = 0.0;                 ///< eV
  std::vector<Cartesian> forces;       ///< eV/A, one per atom
  std::array<double, 9> virial{};      ///< eV, row-major, deepmd-kit's sign: -dE/d(strain), positive where the cell wants to grow
  std::vector<double> atom_energy;     ///< eV
  long overflow = 0;                   ///< neighbours beyond sel that were dropped
  long too_close = 0;                  ///< pairs below the range the model knows
};

/// Parameters that some models ask for.
struct ModelParameters {
  std::vector<double> fparam;  ///< numb_fparam numbers, or empty
  std::vector<double> aparam;  ///< numb_aparam per atom, or empty
};

/// Any triclinic cell, also one smaller than the cut-off: images are made as ghosts and their forces folded back.
/// Throws Error (bad_input) when the structure holds an element that the model lacks, naming it.
StructureEnergy structure_energy(const Structure& structure, Evaluator& evaluator, const ModelParameters& parameters = {});

/// The same with types given by hand (model types, -1 for atoms the model does not see).
StructureEnergy structure_energy(const Cell& cell, const std::vector<Cartesian>& positions, const std::vector<int>& types, Evaluator& evaluator,
                                 const ModelParameters& parameters = {});

}  // namespace lamella
