"""Stacks from specifications."""
from __future__ import annotations

import json
import os
import pathlib
from typing import TYPE_CHECKING, Any, Mapping, Sequence, Union

from . import _core

if TYPE_CHECKING:
    import ase
    from pymatgen.core.structure import Structure

PathLike = Union[str, "os.PathLike[str]"]


class Stack:
    """A built stack: its atoms, its layers, its manifest."""

    def __init__(self, core: _core.BuiltStack) -> None:
        self._core = core

    @property
    def manifest(self) -> dict[str, Any]:
        """What `manifest.json` of a built folder holds, less the hashes of the files."""
        manifest: dict[str, Any] = json.loads(self._core.manifest())
        return manifest

    @property
    def layer_names(self) -> list[str]:
        """Bottom to top."""
        return self._core.layer_names()

    def atoms(self) -> ase.Atoms:
        """`ase.Atoms`: positions in A, tags = number of the layer from 1."""
        from ase import Atoms
        return Atoms(numbers=self._core.numbers(), positions=self._core.positions(), cell=self._core.cell(), pbc=True, tags=self._core.layers() + 1)

    def structure(self) -> Structure:
        """`pymatgen.core.Structure` with the site property "layer", its name."""
        from pymatgen.core.lattice import Lattice
        from pymatgen.core.periodic_table import Element
        from pymatgen.core.structure import Structure
        names = self.layer_names
        return Structure(Lattice(self._core.cell()), [Element.from_Z(int(z)) for z in self._core.numbers()], self._core.positions(),
                         coords_are_cartesian=True, site_properties={"layer": [names[i] for i in self._core.layers()]})

    def write(self, folder: PathLike, force: bool = False) -> None:
        """The whole built folder, as `lamella build -o folder` writes it, byte for byte."""
        self._core.write(os.fspath(folder), force)


def build(specification: Mapping[str, Any] | PathLike, overrides: Sequence[str] = (), requench: bool = False) -> Stack:
    """A stack from a specification: a mapping with the keys of the TOML file, or the file's path.

    `overrides` are the words of `--set`; `requench` melts anew whatever layer files are named. Paths in a mapping count from the
    working folder, in a file from the file's. Raises LamellaError with the command line's message.

    >>> import lamella
    >>> lamella.build({"cell": {"max_area": -1}, "layer": []})
    Traceback (most recent call last):
    lamella._core.LamellaError: cell.max_area: ...
    """
    if isinstance(specification, Mapping):
        import tomli_w
        return Stack(_core.build(tomli_w.dumps(specification), "specification", ".", list(overrides), requench))
    path = pathlib.Path(specification)
    return Stack(_core.build(path.read_text(), str(path), str(path.parent), list(overrides), requench))


def structures_folder() -> pathlib.Path:
    """The bundled crystals, presets and potentials."""
    return pathlib.Path(_core.structures_folder())
