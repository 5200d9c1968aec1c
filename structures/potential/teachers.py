"""Teachers: what gives a frame its energy, forces and virial. `--teacher sevennet` (a pretrained potential), `vasp` (decks out, results in),
`pair` (a cheap deterministic stand-in for tests of the recipe, good for nothing else)."""

import numpy as np
from ase.data import atomic_numbers, covalent_radii
from ase.geometry import find_mic
from ase.neighborlist import neighbor_list

import frames as fr

TRUSTED = 0.60  # of the sum of covalent radii: below, SevenNet-0's forces change sign at random (see the model's card)
SOFTNESS = 0.4  # A: the wall's force doubles over this length


def radii_sum(a, b):
    return covalent_radii[atomic_numbers[a]] + covalent_radii[atomic_numbers[b]]


def closest(atoms):
    """Smallest distance of any pair over the sum of its covalent radii."""
    i, j, d = neighbor_list("ijd", atoms, 2.6)
    s = atoms.get_chemical_symbols()
    return min((d[k] / radii_sum(s[i[k]], s[j[k]]) for k in range(len(d))), default=np.inf)


class SevenNet:
    """SevenNet-0 (PBE, the Materials Project's +U); its weights are in the wheel `sevenn`."""

    def __init__(self, threads=1):
        import warnings

        warnings.filterwarnings("ignore")
        import torch

        torch.set_num_threads(threads)
        from sevenn.calculator import SevenNetCalculator

        self.calculator = SevenNetCalculator("7net-0", device="cpu")

    def raw(self, atoms):
        copy = atoms.copy()
        copy.calc = self.calculator
        energy, forces = copy.get_potential_energy(), copy.get_forces()
        return energy, forces, -copy.get_stress(voigt=False) * copy.get_volume()


class Pair:
    """Exponential repulsion and a weak attraction by radii."""

    def raw(self, atoms):
        i, j, d, v = neighbor_list("ijdD", atoms, 6.0)
        s = atoms.get_chemical_symbols()
        sigma = np.array([radii_sum(s[a], s[b]) for a, b in zip(i, j)])
        switch, dswitch = (1 - (d / 6.0) ** 2) ** 2, -4 * (1 - (d / 6.0) ** 2) * d / 36.0
        bare, dbare = 20.0 * np.exp(-4.0 * d / sigma) - 0.6 * (sigma / d) ** 2, -80.0 / sigma * np.exp(-4.0 * d / sigma) + 1.2 * sigma**2 / d**3
        slope = bare * dswitch + dbare * switch
        pull = 0.5 * (slope / d)[:, None] * v
        forces = np.zeros((len(atoms), 3))
        np.add.at(forces, i, pull)
        np.add.at(forces, j, -pull)
        return 0.5 * float(np.sum(bare * switch)), forces, -pull.T @ v


def with_wall(teacher, atoms, pairs):
    """Labels of a frame in which the disjoint `pairs` (i, j) are closer than the teacher can be trusted: the teacher sees them drawn apart to
    that distance along their line, and a wall of linearly growing force continues from there. Exact derivative of that energy."""
    apart, walls = atoms.copy(), []
    symbols = atoms.get_chemical_symbols()
    for i, j in pairs:
        d = find_mic((atoms.positions[j] - atoms.positions[i])[None], atoms.cell, pbc=True)[0][0]
        r, limit = np.linalg.norm(d), TRUSTED * radii_sum(symbols[i], symbols[j])
        if r >= limit:
            continue
        n = d / r
        apart.positions[j] += 0.5 * (limit - r) * n
        apart.positions[i] -= 0.5 * (limit - r) * n
        walls.append((i, j, d, r, n, limit))
    energy, forces, virial = teacher.raw(apart)
    moved = forces.copy()
    for i, j, d, r, n, limit in walls:
        relative = 0.5 * (forces[j] - forces[i])  # the force on half the distance vector
        along = max(float(relative @ n), 8.0)
        wall = along * (1 + (limit - r) / SOFTNESS)
        energy += along * ((limit - r) + (limit - r) ** 2 / (2 * SOFTNESS))
        across = (limit / r) * (relative - (relative @ n) * n)
        new, middle = wall * n + across, 0.5 * (forces[i] + forces[j])
        moved[j], moved[i] = middle + new, middle - new
        virial = virial - np.outer(relative, limit * n) + np.outer(new, d)
    return energy, moved, 0.5 * (virial + virial.T)


def label(teacher, atoms):
    """A labelled copy, or None where the teacher cannot be trusted. info["pushed"]: flat list of pairs for the wall."""
    pairs = np.asarray(atoms.info.get("pushed", []), int).reshape(-1, 2)
    energy, forces, virial = with_wall(teacher, atoms, pairs) if len(pairs) else teacher.raw(atoms)
    if not np.isfinite(energy) or not np.all(np.isfinite(forces)) or np.abs(forces).max() > 400.0:
        return None
    result = fr.labelled(atoms, energy, forces, virial)
    result.info = {"family": atoms.info["family"], "virial": result.info["virial"]}
    return result
