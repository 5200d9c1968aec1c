#pragma once
#include "runner/evaluator_pool.hpp"

namespace LAMMPS_NS {
class LAMMPS;
}

namespace lamella::bridge {

/// Puts `pair_style deepmd` into the instance's present style table.
void register_pair_deepmd(LAMMPS_NS::LAMMPS* lammps);
/// Of the pair styles that this instance makes from now on. threads 0: OMP_NUM_THREADS, else this rank's share of the cores.
void choose_evaluator(LAMMPS_NS::LAMMPS* lammps, const EvaluatorChoice& choice);
void forget_evaluator_choice(LAMMPS_NS::LAMMPS* lammps);

/// Of the choice made for this instance, else this rank's share of the cores.
int chosen_threads(LAMMPS_NS::LAMMPS* lammps);

/// This rank's share of the cores it may run on, at least 1. Collective.
int threads_of_rank();

}  // namespace lamella::bridge
