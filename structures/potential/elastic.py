"""Elastic constants by finite strains with the ions relaxed, for any source of stress: `stress(atoms)` gives (relaxed stress in GPa, 3x3, tension positive)."""

import numpy as np

SHAPES = [(0, 0), (1, 1), (2, 2), (2, 1), (2, 0), (1, 0)]  # Voigt's order; the shears keep a lower triangular cell lower triangular


def stiffness(atoms, stress, strain=0.005):
    """The 6 x 6 matrix C (GPa) of a cell at rest, from strains of plus and minus `strain` in every direction."""
    columns = []
    for a, b in SHAPES:
        ends = []
        for sign in (1, -1):
            deformation = np.eye(3)
            deformation[a, b] += sign * strain  # engineering strain; of a shear, half is a rotation, of no effect where there is no stress
            copy = atoms.copy()
            copy.set_cell(atoms.cell.array @ deformation, scale_atoms=True)
            ends.append(np.asarray(stress(copy)))
        slope = (ends[0] - ends[1]) / (2 * strain)
        columns.append([0.5 * (slope[i, j] + slope[j, i]) for i, j in SHAPES])
    c = np.array(columns).T
    return 0.5 * (c + c.T)


def summary(c):
    """What is compared: Voigt's averages (bulk and shear modulus), the axes' own constants."""
    bulk = (c[0, 0] + c[1, 1] + c[2, 2] + 2 * (c[0, 1] + c[0, 2] + c[1, 2])) / 9
    shear = (c[0, 0] + c[1, 1] + c[2, 2] - c[0, 1] - c[0, 2] - c[1, 2] + 3 * (c[3, 3] + c[4, 4] + c[5, 5])) / 15
    names = {"C11": (c[0, 0] + c[1, 1]) / 2, "C33": c[2, 2], "C12": c[0, 1], "C13": (c[0, 2] + c[1, 2]) / 2, "C44": (c[3, 3] + c[4, 4]) / 2, "C66": c[5, 5]}
    return {**{k: float(v) for k, v in names.items()}, "bulk": float(bulk), "shear": float(shear)}
