"""An ASE calculator on the native engine."""
from __future__ import annotations

import os

import numpy as np
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from . import Potential


class LamellaCalculator(Calculator):
    """Energy, forces, stress and energies of a Deep Potential.

    >>> from ase.build import bulk                                              # doctest: +SKIP
    >>> atoms = bulk("LiF", "rocksalt", a=4.03, cubic=True)                     # doctest: +SKIP
    >>> atoms.calc = LamellaCalculator("structures/potential/first-pass.pb")    # doctest: +SKIP
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "energies"]

    def __init__(self, model: str | os.PathLike[str], precision: str = "double", threads: int = 0, **kwargs) -> None:
        super().__init__(**kwargs)
        self.potential = Potential(model, precision, threads)

    def calculate(self, atoms=None, properties=("energy",), system_changes=all_changes) -> None:
        super().calculate(atoms, properties, system_changes)
        cell, positions = self.atoms.cell.array, self.atoms.positions
        if not self.atoms.pbc.all():
            cell, positions = self._boxed(cell, positions)
        result = self.potential.compute(self.atoms.numbers, positions, cell)
        self.results = {"energy": result["energy"], "free_energy": result["energy"], "forces": result["forces"], "energies": result["atom_energy"]}
        if self.atoms.pbc.all():
            # deepmd-kit's virial is minus the derivative by strain; ASE's stress is plus it, by volume.
            stress = -0.5 * (result["virial"] + result["virial"].T) / self.atoms.get_volume()
            self.results["stress"] = full_3x3_to_voigt_6_stress(stress)

    def _boxed(self, cell, positions):
        """The engine is periodic: directions without images get a box wide enough that none is seen."""
        cell, wide = np.array(cell), 20.0
        for axis in range(3):
            if not self.atoms.pbc[axis]:
                other = [cell[i] for i in range(3) if i != axis and self.atoms.pbc[i]]
                direction = np.cross(other[0], other[1]) if len(other) == 2 else np.eye(3)[axis] if not other else _perpendicular(other[0], axis)
                direction = direction / np.linalg.norm(direction)
                spread = positions @ direction
                cell[axis] = direction * (spread.max() - spread.min() + wide)
        if np.linalg.det(cell) < 0:
            flip = next(i for i in range(3) if not self.atoms.pbc[i])
            cell[flip] = -cell[flip]
        return cell, positions


def _perpendicular(vector, axis):
    unit = np.eye(3)[axis]
    across = unit - vector * (unit @ vector) / (vector @ vector)
    return across if np.linalg.norm(across) > 1e-6 else np.cross(vector, np.eye(3)[(axis + 1) % 3])
