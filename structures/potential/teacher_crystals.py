"""The teacher's own crystals, to stand beside those of checks.py: cells relaxed with SevenNet-0, and their elastic constants. Runs in the teacher's
environment; words on the command line choose crystals."""

import os
import sys

import ase.build
import ase.io
import numpy as np
from ase.filters import FrechetCellFilter
from ase.optimize import LBFGS

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import elastic  # noqa: E402
import initial  # noqa: E402
import teachers  # noqa: E402


def main():
    library = {n: ase.io.read(os.path.join(HERE, "..", n + ".cif")) for n in ("LiCoO2", "Li6PS5Cl", "LiF")}
    cases = {"LiF": library["LiF"], "LiF wurtzite": ase.build.bulk("LiF", "wurtzite", a=3.1, c=4.9), "LiCoO2": library["LiCoO2"],
             "Li6PS5Cl": initial.ordered(library["Li6PS5Cl"], np.random.default_rng(1))}
    teacher = teachers.SevenNet()
    for name, atoms in cases.items():
        if sys.argv[1:] and name not in sys.argv[1:]:
            continue
        atoms.calc = teacher.calculator
        relax = LBFGS(FrechetCellFilter(atoms), logfile=None)
        done = relax.run(fmax=0.01, steps=120)
        lengths = atoms.cell.lengths()
        print(f"{name:14s} eV/atom {atoms.get_potential_energy() / len(atoms):.4f}, a {lengths[0]:.3f}, c {lengths[2]:.3f}, volume {atoms.get_volume():.2f}, converged {bool(done)}", flush=True)
        if name == "LiF wurtzite":
            continue

        def stress(copy):
            copy.calc = teacher.calculator
            LBFGS(copy, logfile=None).run(fmax=0.005, steps=60)
            return copy.get_stress(voigt=False) * 160.21766

        found = elastic.summary(elastic.stiffness(atoms, stress))
        print(f"{name:14s} GPa: " + ", ".join(f"{k} {v:.1f}" for k, v in found.items()), flush=True)


if __name__ == "__main__":
    main()
