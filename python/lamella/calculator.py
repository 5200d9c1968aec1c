"""An ASE calculator on the native engine."""
from __future__ import annotations

import os
from typing import Any, Sequence, Union

import numpy as np
import numpy.typing as npt
from ase import Atoms
from ase.calculators.calculator import Calculator, all_changes
from ase.stress import full_3x3_to_voigt_6_stress

from .potential import Potential

Array = npt.NDArray[np.float64]


class LamellaCalculator(Calculator):
    """Energy, forces, stress and energies per atom of a Deep Potential.

    >>> import lamella
    >>> from ase.build import bulk
    >>> atoms = bulk("LiF", "rocksalt", a=4.03, cubic=True)
    >>> atoms.calc = LamellaCalculator(lamella.structures_folder() / "potential/starter.pb")
    >>> atoms.get_stress().shape
    (6,)
    """

    implemented_properties = ["energy", "free_energy", "forces", "stress", "energies"]

    def __init__(self, model: Union[str, "os.PathLike[str]"], precision: str = "double", threads: int = 0, **kwargs: Any) -> None:
        super().__init__(**kwargs)  # type: ignore[no-untyped-call]
        self.potential = Potential(model, precision, threads)

    def calculate(self, atoms: Atoms | None = None, properties: Sequence[str] = ("energy",), system_changes: Sequence[str] = all_changes) -> None:
        super().calculate(atoms, properties, system_changes)  # type: ignore[no-untyped-call]
        current = self.atoms  # super's copy
        assert current is not None
        result = self.potential.compute(current.numbers, current.positions, _periodic_cell(current))
        self.results = {"energy": result["energy"], "free_energy": result["energy"], "forces": result["forces"], "energies": result["atom_energy"]}
        if current.pbc.all():
            # deepmd-kit's virial is minus the derivative by strain; ASE's stress is plus it, by volume.
            virial = 0.5 * (result["virial"] + result["virial"].T)
            self.results["stress"] = full_3x3_to_voigt_6_stress(-virial / current.cell.volume)  # type: ignore[no-untyped-call]


def _periodic_cell(atoms: Atoms) -> Array:
    """The engine is periodic and right-handed: directions without images get a box so wide that none is seen, and a left-handed
    basis becomes a right-handed one of the same lattice."""
    cell: Array = np.array(atoms.cell.array, dtype=float)
    for axis in np.flatnonzero(~atoms.pbc):
        cell[axis] = 0.0
    for axis in np.flatnonzero(~atoms.pbc):
        # Normal to what is there already: singular vectors of the smallest singular value.
        direction = np.linalg.svd(cell)[2][-1]
        along = atoms.positions @ direction
        cell[axis] = direction * (along.max() - along.min() + 30.0)
    if np.linalg.det(cell) < 0.0:
        cell[2] = -cell[2]
    return cell
