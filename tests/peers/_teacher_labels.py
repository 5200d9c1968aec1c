"""Labels of POSCARs by the recipe's teacher (SevenNet-0) as one line of JSON: energy in eV, forces in eV/A, virial in eV. Run by a Python that
has sevenn; tests/peers/dataset.py calls it."""
import json
import pathlib
import sys

import ase.io
import numpy as np

sys.path.insert(0, str(pathlib.Path(__file__).parents[2] / "structures/potential"))
import teachers

teacher = teachers.SevenNet()
labels = []
for path in sys.argv[1:]:
    energy, forces, virial = teacher.raw(ase.io.read(path, format="vasp"))
    labels.append({"energy": float(energy), "forces": np.asarray(forces).tolist(), "virial": np.ravel(virial).tolist()})
print(json.dumps(labels))
