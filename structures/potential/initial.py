"""Structures to label first: seeded, without dynamics. Crystals strained, rattled, with vacancies and disorder; pushed pairs; mixtures."""

import ase.build
import ase.io
import numpy as np
from ase import Atoms

import frames as fr
import teachers

PAIRS = [(a, b) for k, a in enumerate(fr.TYPES) for b in fr.TYPES[k:]]


def strained(atoms, rng, size):
    strain = rng.normal(0, size, (3, 3))
    result = atoms.copy()
    result.set_cell(atoms.cell.array @ (np.eye(3) + 0.5 * (strain + strain.T) + np.eye(3) * rng.normal(0, size)), scale_atoms=True)
    return result


def rattled(atoms, rng, sigma):
    result = atoms.copy()
    result.positions += rng.normal(0, sigma, (len(atoms), 3))
    return result


def without(atoms, rng, symbol, fraction):
    sites = [k for k, s in enumerate(atoms.get_chemical_symbols()) if s == symbol]
    gone = rng.permutation(sites)[: round(fraction * len(sites))]
    result = atoms.copy()
    del result[[int(k) for k in gone]]
    return result


def swapped(atoms, rng, a, b, count):
    """Site disorder: `count` exchanges of a and b."""
    result = atoms.copy()
    for _ in range(count):
        s = np.array(result.get_chemical_symbols())
        i, j = rng.choice(np.where(s == a)[0]), rng.choice(np.where(s == b)[0])
        result.symbols[int(i)], result.symbols[int(j)] = b, a
    return result


def ordered(crystal, rng):
    """Half-occupied Li sites in pairs too close to be both filled: one of each pair, at random."""
    sites = [k for k, s in enumerate(crystal.get_chemical_symbols()) if s == "Li"]
    gone = []
    for k in sites:
        d = crystal.get_distances(k, sites, mic=True)
        d[sites.index(k)] = np.inf
        partner = sites[int(np.argmin(d))]
        if k < partner and d.min() < 2.1:
            gone.append(int(rng.choice([k, partner])))
    result = crystal.copy()
    del result[gone]
    return result


def free_sulphur(atoms):
    """S that belongs to no PS4: where Cl and S exchange."""
    d = atoms.get_all_distances(mic=True)
    s = np.array(atoms.get_chemical_symbols())
    return [int(k) for k in np.where(s == "S")[0] if d[k][s == "P"].min() > 2.6]


def electrolyte(crystal, rng, count):
    result = []
    for k in range(count):
        atoms = without(ordered(crystal, rng), rng, "Li", [0.0, 0.1, 0.25][k % 3])
        if k % 4 == 3:  # Cl/S disorder on the free sulphur alone
            free = free_sulphur(atoms)
            i = rng.choice(free)
            j = rng.choice(np.where(np.array(atoms.get_chemical_symbols()) == "Cl")[0])
            atoms.symbols[int(i)], atoms.symbols[int(j)] = "Cl", "S"
        atoms = rattled(strained(atoms, rng, 0.02), rng, rng.choice([0.04, 0.08, 0.12, 0.16]))
        atoms.info = {"family": "LPSCl-rattled"}
        result.append(atoms)
    return result


def crystals(library, rng, count):
    """Strained and rattled cells of about 100 atoms of the cathode and of LiF in two structures (rock salt, wurtzite)."""
    wurtzite = ase.build.bulk("LiF", "wurtzite", a=3.1, c=4.9)
    cells = {
        "LCO-rattled": ase.build.make_supercell(library["LiCoO2"], np.diag([3, 3, 1])),
        "LiF-rattled": ase.build.make_supercell(library["LiF"], np.diag([2, 2, 2])),
        "LiF-wurtzite": ase.build.make_supercell(wurtzite, np.diag([3, 3, 2])),
    }
    result = []
    for family, cell in cells.items():
        for k in range(count):
            atoms = rattled(strained(cell, rng, 0.02), rng, rng.choice([0.02, 0.06, 0.12]))
            if family == "LCO-rattled" and k % 3 == 2:
                atoms = without(atoms, rng, "Li", 0.2)
            atoms.info = {"family": family}
            result.append(atoms)
    return result


def mixture(rng, atoms_count=30, density=0.078, closest=0.72):
    """Random atoms of all elements, no pair below `closest` of its covalent radii."""
    edge = (atoms_count / density) ** (1 / 3)
    while True:
        symbols = list(fr.TYPES) * 2 + list(rng.choice(fr.TYPES, atoms_count - 14, p=[0.3, 0.08, 0.2, 0.08, 0.14, 0.06, 0.14]))
        atoms = Atoms(cell=[edge] * 3, pbc=True)
        for symbol in symbols:
            for _ in range(400):
                trial = atoms + Atoms(symbol, positions=[rng.uniform(0, edge, 3)])
                d = trial.get_distances(-1, range(len(trial) - 1), mic=True) if len(trial) > 1 else []
                if all(x > closest * teachers.radii_sum(symbol, s) for x, s in zip(d, trial.get_chemical_symbols())):
                    atoms = trial
                    break
        if len(atoms) == len(symbols):
            return atoms


def pushed(base, rng, wanted, lowest=0.25):
    """`base` with one close pair of each of the `wanted` (a, b) that it can have, disjoint and apart; down to `lowest` of the radii."""
    atoms = base.copy()
    symbols, used, pairs = np.array(atoms.get_chemical_symbols()), [], []
    for a, b in wanted:
        ia, ib = np.where(symbols == a)[0], np.where(symbols == b)[0]
        if not len(ia) or not len(ib):
            continue
        i = int(rng.choice(ia))
        others = [int(k) for k in ib if k != i]
        if not others:
            continue
        j = others[int(np.argmin(atoms.get_distances(i, others, mic=True)))]
        if used and min(atoms.get_distances(k, used, mic=True).min() for k in (i, j)) < 3.0:
            continue
        d = atoms.get_distance(i, j, mic=True, vector=True)
        r = np.linalg.norm(d)
        target = rng.uniform(lowest, 0.8) * teachers.radii_sum(a, b)
        if r < target or r > 6.0:
            continue
        atoms.positions[i] += 0.5 * (r - target) * d / r
        atoms.positions[j] -= 0.5 * (r - target) * d / r
        used += [i, j]
        pairs += [i, j]
    if not pairs:
        return None
    # Bystanders in the way leave the frame to the teacher's judgement only where it has one.
    apart = atoms.copy()
    for i, j in np.reshape(pairs, (-1, 2)):
        apart.set_distance(int(i), int(j), max(atoms.get_distance(int(i), int(j), mic=True), teachers.TRUSTED * teachers.radii_sum(symbols[i], symbols[j])), mic=True)
    if teachers.closest(apart) < 0.98 * teachers.TRUSTED:
        return None
    atoms.info = {"family": "pushed", "pushed": pairs}
    return atoms


def contacts(rng, count, bases=()):
    """Pushed pairs, every pair of elements in turn, in mixtures or in `bases`."""
    result, turn = [], 0
    while len(result) < count:
        base = bases[int(rng.integers(len(bases)))] if len(bases) else mixture(rng)
        wanted = [PAIRS[(turn + k) % len(PAIRS)] for k in range(3 if not len(bases) else 8)]
        atoms = pushed(base, rng, wanted)
        turn += len(wanted)
        if atoms is not None:
            result.append(atoms)
    return result
