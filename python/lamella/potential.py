"""The native Deep Potential engine."""
from __future__ import annotations

import os
from typing import TypedDict, Union

import numpy as np
import numpy.typing as npt

from . import _core


class Evaluation(TypedDict):
    """energy: eV; forces: n x 3, eV/A; virial: 3 x 3, eV, deepmd-kit's sign; atom_energy: n, eV."""
    energy: float
    forces: npt.NDArray[np.float64]
    virial: npt.NDArray[np.float64]
    atom_energy: npt.NDArray[np.float64]


class Potential:
    """A Deep Potential (.pb, .dp, .yaml of descriptor se_e2_a). precision: "double" or "mixed"; threads 0: all cores.

    >>> import lamella
    >>> potential = lamella.Potential(lamella.structures_folder() / "potential/first-pass.pb", threads=1)
    >>> "Li" in potential.type_map
    True
    >>> result = potential.compute([3, 9], [[0, 0, 0], [2, 0, 0]], [[4, 0, 0], [0, 4, 0], [0, 0, 4]])
    >>> result["forces"].shape, result["virial"].shape
    ((2, 3), (3, 3))
    """

    def __init__(self, model: Union[str, "os.PathLike[str]"], precision: str = "double", threads: int = 0) -> None:
        self._core = _core.Potential(os.fspath(model), precision, threads)

    @property
    def type_map(self) -> list[str]:
        return self._core.type_map()

    def compute(self, numbers: npt.ArrayLike, positions: npt.ArrayLike, cell: npt.ArrayLike) -> Evaluation:
        """Of atoms (atomic numbers, positions in A) in a periodic cell (rows, A). Bit for bit what `lamella energy --json` prints."""
        result: Evaluation = self._core.compute(np.ascontiguousarray(numbers, dtype=np.int32), np.ascontiguousarray(positions, dtype=np.float64),
                                         np.ascontiguousarray(cell, dtype=np.float64))
        return result
