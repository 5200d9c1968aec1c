"""lamella: solid-solid interface stacks, from a specification to a running Deep Potential simulation.

A thin skin over the C++ library: whatever it computes is computed there, to the same bits as by the command line.

>>> import lamella
>>> stack = lamella.build({"cell": {"max_area": 200.0, "max_strain": 0.05},
...                        "layer": [{"name": "a", "crystal": "LiF", "miller": [0, 0, 1], "thickness": 6.0},
...                                  {"name": "b", "crystal": "LiCoO2", "miller": [1, 0, 4], "thickness": 6.0}]})
>>> atoms = stack.atoms()
>>> len(atoms) == stack.manifest["audit"]["atoms"]
True
"""
from __future__ import annotations

import json
import os
import pathlib
import sys
from typing import Any, Mapping, Sequence

import numpy as np

_here = pathlib.Path(__file__).parent
if "LAMELLA_STRUCTURES" not in os.environ and (_here / "structures").is_dir():
    os.environ["LAMELLA_STRUCTURES"] = str(_here / "structures")

# The module replaces LAMMPS's fatal errors by exceptions, which takes symbols that LAMMPS itself can see.
_flags = sys.getdlopenflags()
sys.setdlopenflags(_flags | os.RTLD_GLOBAL)
try:
    from . import _core
finally:
    sys.setdlopenflags(_flags)

from ._core import LamellaError  # noqa: E402

__version__: str = _core.version()
__all__ = ["LamellaError", "Stack", "build", "rdf", "Potential", "__version__"]


class Stack:
    """A built stack: its atoms, its layers, its manifest."""

    def __init__(self, core: "_core.BuiltStack") -> None:
        self._core = core

    @property
    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` of a built folder holds, less the files."""
        return json.loads(self._core.manifest())

    @property
    def layer_names(self) -> list[str]:
        """Bottom to top."""
        return list(self._core.layer_names())

    def atoms(self):
        """`ase.Atoms`, tags = layer number from 1."""
        from ase import Atoms
        return Atoms(numbers=self._core.numbers(), positions=self._core.positions(), cell=self._core.cell(), pbc=True, tags=self._core.layers() + 1)

    def structure(self):
        """`pymatgen.core.Structure` with the site property "layer" (layer's name)."""
        from pymatgen.core import Lattice, Structure
        names = self.layer_names
        return Structure(Lattice(self._core.cell()), [int(z) for z in self._core.numbers()], self._core.positions(), coords_are_cartesian=True,
                         site_properties={"layer": [names[i] for i in self._core.layers()]})

    def write(self, folder: str | os.PathLike[str], force: bool = False) -> None:
        """The whole built folder, as `lamella build -o folder` writes it."""
        self._core.write(os.fspath(folder), force)


def build(specification: Mapping[str, Any] | str | os.PathLike[str], overrides: Sequence[str] = (), requench: bool = False) -> Stack:
    """Builds a stack from a specification: a dict with its keys, or the path of a TOML file. `overrides` are `--set` words.

    Raises LamellaError with the command line's message."""
    if isinstance(specification, Mapping):
        import tomli_w
        return Stack(_core.build(tomli_w.dumps(specification), "specification", ".", list(overrides), requench))
    path = pathlib.Path(specification)
    return Stack(_core.build(path.read_text(), str(path), str(path.parent), list(overrides), requench))


class Potential:
    """A Deep Potential on the native engine. `precision`: "double" or "mixed"; threads 0: all cores."""

    def __init__(self, model: str | os.PathLike[str], precision: str = "double", threads: int = 0) -> None:
        self._core = _core.Potential(os.fspath(model), precision, threads)

    @property
    def type_map(self) -> list[str]:
        return list(self._core.type_map())

    def compute(self, numbers, positions, cell) -> dict[str, Any]:
        """energy (eV), forces (n x 3, eV/A), virial (3 x 3, eV, deepmd-kit's sign), atom_energy (n, eV)."""
        return self._core.compute(np.ascontiguousarray(numbers, dtype=np.int32), np.ascontiguousarray(positions, dtype=float), np.ascontiguousarray(cell, dtype=float))


def rdf(frames, a: str, b: str, r_max: float = 8.0, bins: int = 200):
    """g(r) between elements a and b over `frames` (ase.Atoms, one or many, all of the same atoms): (r, g) as arrays.

    N_A N_B normalisation, every frame's own volume, any r_max (images included)."""
    frames = [frames] if hasattr(frames, "get_positions") else list(frames)
    numbers = np.ascontiguousarray(frames[0].numbers, dtype=np.int32)
    return _core.rdf(numbers, [np.ascontiguousarray(f.positions) for f in frames], [np.ascontiguousarray(f.cell.array) for f in frames], a, b, r_max, bins)
