"""VASP as the teacher: decks out with the settings that `lamella dataset` wrote, results back through dpdata."""

import os
import shutil
import subprocess

import ase.io
import numpy as np

import frames as fr


def write_decks(structures, folder, dataset):
    """One folder a structure: POSCAR in the type map's order, INCAR with the U of its elements."""
    for k, atoms in enumerate(structures):
        deck = os.path.join(folder, f"{k:04d}")
        os.makedirs(deck, exist_ok=True)
        if os.path.exists(os.path.join(deck, "POSCAR")):
            continue
        order = sorted(range(len(atoms)), key=lambda i: fr.TYPES.index(atoms.symbols[i]))
        shutil.copy(os.path.join(dataset, "INCAR.fp"), os.path.join(deck, "INCAR"))
        ase.io.write(os.path.join(deck, "POSCAR"), atoms[order], format="vasp", direct=True, vasp5=True, sort=False)
        subprocess.run(["bash", os.path.abspath(os.path.join(dataset, "hubbard_u.sh"))], cwd=deck, check=True)


def read_results(structures, folder):
    """Labels of the decks that have run to the end, and how many have not."""
    import dpdata

    labels, missing = [], 0
    for k, atoms in enumerate(structures):
        outcar = os.path.join(folder, f"{k:04d}", "OUTCAR")
        if not os.path.exists(outcar):
            missing += 1
            continue
        data = dpdata.LabeledSystem(outcar, fmt="vasp/outcar").data
        if not len(data["energies"]):
            missing += 1
            continue
        symbols = [data["atom_names"][t] for t in data["atom_types"]]
        frame = ase.Atoms(symbols, positions=data["coords"][-1], cell=data["cells"][-1], pbc=True)
        frame = fr.labelled(frame, data["energies"][-1], data["forces"][-1], data["virials"][-1] if "virials" in data else np.zeros((3, 3)))
        frame.info["family"] = atoms.info["family"]
        labels.append(frame)
    return labels, missing
