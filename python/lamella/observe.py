"""Observables as numpy arrays."""
from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING, Any, Iterable, NamedTuple, Sequence, Union, cast

import numpy as np
import numpy.typing as npt

from . import _core

if TYPE_CHECKING:
    import ase

Array = npt.NDArray[np.float64]


def _frames(frames: ase.Atoms | Iterable[ase.Atoms]) -> list[ase.Atoms]:
    return [cast("ase.Atoms", frames)] if hasattr(frames, "get_positions") else list(cast("Iterable[ase.Atoms]", frames))


def _numbers(atoms: ase.Atoms) -> npt.NDArray[np.int32]:
    return np.ascontiguousarray(atoms.numbers, dtype=np.int32)


def _rows(array: Any) -> Array:
    return np.ascontiguousarray(array, dtype=np.float64)


def _periodic(atoms: ase.Atoms) -> list[bool]:
    return [bool(p) for p in atoms.pbc]


def rdf(frames: ase.Atoms | Iterable[ase.Atoms], a: str, b: str, r_max: float = 8.0, bins: int = 200) -> tuple[Array, Array]:
    """(r, g): g(r) between the elements a and b over frames of the same atoms; r in A, the middles of the shells.

    Mean over frames of V n_AB / (N_A N_B shell volume), every frame's own volume, images included, any r_max."""
    frames = _frames(frames)
    return _core.rdf(_numbers(frames[0]), [_rows(f.positions) for f in frames], [_rows(f.cell.array) for f in frames], _periodic(frames[0]), a, b, r_max, bins)


def msd(frames: Iterable[ase.Atoms], element: str) -> tuple[Array, Array]:
    """(in_plane, normal): mean square displacement in A^2 by lag in frames, x and y together and along z; all time origins, drift
    of the whole system removed, atoms followed across the boundaries (none may move half a cell between frames)."""
    frames = _frames(frames)
    return _core.msd(_numbers(frames[0]), [_rows(f.positions) for f in frames], [_rows(f.cell.array) for f in frames], _periodic(frames[0]), element)


class Order(NamedTuple):
    """One entry per centre: index of the atom, ligands within `bond`, tetrahedral order q (1 regular), tetrahedricity T (0 regular),
    whether it is a regular tetrahedron, whether its sublattice is in register around it."""
    atom: npt.NDArray[np.int32]
    cn: npt.NDArray[np.int32]
    q: Array
    t: Array
    regular: npt.NDArray[np.bool_]
    crystal_like: npt.NDArray[np.bool_]


def order(atoms: ase.Atoms, centre: str = "Li", ligand: str = "F", bond: float = 2.5) -> Order:
    """Local order of all atoms of element `centre` by `ligand` within `bond` (A).

    >>> import lamella
    >>> from ase.build import bulk
    >>> set(lamella.order(bulk("LiF", "rocksalt", a=4.03, cubic=True).repeat(2)).cn.tolist())
    {6}
    """
    return Order(*_core.order(_numbers(atoms), _rows(atoms.positions), _rows(atoms.cell.array), _periodic(atoms), centre, ligand, bond))


class Voids(NamedTuple):
    """Voronoi volumes (A^3, one per atom), centres (A) and radii (A) of the voids, largest first, and their share of the volume."""
    volumes: Array
    centres: Array
    radii: Array
    share: float


def voids(atoms: ase.Atoms, probe: float = 1.5) -> Voids:
    """Voronoi volumes and empty spheres larger than `probe` (A) of a periodic structure."""
    return Voids(*_core.voids(_numbers(atoms), _rows(atoms.positions), _rows(atoms.cell.array), probe))


def _arrays(value: Any) -> Any:
    """Lists of numbers become arrays; the rest stays as it is."""
    if isinstance(value, dict):
        return {key: _arrays(item) for key, item in value.items()}
    if isinstance(value, list):
        if value and all(isinstance(item, (int, float)) and not isinstance(item, bool) for item in value):
            return np.array(value)
        return [_arrays(item) for item in value]
    return value


def analyze(path: Union[str, "os.PathLike[str]"], *, protocol: str = "", pairs: Sequence[str] = (), windows: int = 4, r_max: float = 8.0, bins: int = 200,
            lifetime: int = 3, mobile: str = "Li", coating: str = "", temperature: float = 0.0, types: Sequence[str] = (), layers: Union[str, "os.PathLike[str]"] = "",
            timestep: float = 0.001, interval: float = 0.0, start: int = 0, stop: int = -1, every: int = 1, threads: int = 0) -> dict[str, Any]:
    """What `lamella analyze` writes to analysis.json, its series as arrays: of a built folder's run (the latest, or `protocol`'s)
    or of a trajectory (LAMMPS dump, AMBER NetCDF, extended XYZ). Nothing is written. Keys carry their units.

    >>> result = analyze("stack", protocol="reaction")          # doctest: +SKIP
    >>> result["rdf"]["pairs"][0]["whole"]["g"]                 # doctest: +SKIP
    array([...])
    """
    options = {"pairs": list(pairs), "windows": windows, "r_max": r_max, "bins": bins, "lifetime": lifetime, "mobile": mobile, "coating": coating, "temperature": temperature,
               "interval": interval, "start": start, "stop": stop, "every": every, "threads": threads, "types": list(types), "layers": os.fspath(layers), "timestep": timestep}
    result: dict[str, Any] = _arrays(json.loads(_core.analyze(os.fspath(path), protocol, json.dumps(options))))
    return result
