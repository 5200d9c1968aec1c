"""lamella: solid-solid interface stacks, from a specification to a running Deep Potential simulation.

A thin skin over the C++ library: whatever it computes is computed there, to the same bits as by the command line.

>>> import lamella
>>> stack = lamella.build({"cell": {"max_area": 200.0, "max_strain": 0.05},
...                        "layer": [{"name": "salt", "crystal": "LiF", "miller": [0, 0, 1], "thickness": 6.0},
...                                  {"name": "oxide", "crystal": "LiCoO2", "miller": [1, 0, 4], "thickness": 6.0}]})
>>> stack.layer_names
['salt', 'oxide']
>>> atoms = stack.atoms()                      # ase.Atoms, tags = number of the layer
>>> len(atoms) == stack.manifest["audit"]["atoms"]
True
>>> stack.structure().site_properties["layer"][0]    # pymatgen
'salt'
>>> from lamella.calculator import LamellaCalculator
>>> atoms.calc = LamellaCalculator(lamella.structures_folder() / "potential/first-pass.pb")
>>> forces = atoms.get_forces()                # eV/A
>>> r, g = lamella.rdf(atoms, "Li", "F", r_max=6.0)
>>> bool(2.0 > r[g.argmax()] > 1.7 and g[r < 1.5].max() == 0.0)
True
"""
from __future__ import annotations

from . import _core
from ._core import LamellaError
from .observe import Order, Voids, analyze, msd, order, rdf, voids
from .potential import Potential
from .stack import Stack, build, structures_folder

__version__: str = _core.version()
__all__ = ["LamellaError", "Order", "Potential", "Stack", "Voids", "__version__", "analyze", "build", "msd", "order", "rdf", "structures_folder", "voids"]
