#pragma once
#include "builder/specification.hpp"
#include "base/random.hpp"

namespace lamella {

/// How far a perturbed copy goes.
struct Perturbation {
  double rattle = 0.0;       ///< A, standard deviation of every coordinate
  double cell_change = 0.0;  ///< every component of the symmetric strain lies within +- this
  std::vector<std::pair<int, VacancySpecification>> vacancies;  ///< layer index and what to remove from it
};

struct Perturbed {
  Structure structure;
  Mat3 strain;
  long vacancies = 0;
};

/// A copy with atoms removed, the cell strained (positions with it) and every atom moved. No pair comes closer than
/// `shortest_allowed` (audit.hpp): rattles are drawn again, weaker each time, until that holds.
/// The cell is turned back into LAMMPS's form (a along x, b in the xy plane).
Perturbed perturbed(const Structure& structure, const Perturbation& how, RandomStream& random);

}  // namespace lamella
