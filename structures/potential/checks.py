"""Checks of a model that need no teacher, one table: checks.py LAMELLA MODEL STACK_FOLDER WORK [--long]

Crystals relaxed with their cells, elastic constants, a quenched glass, every pair of elements pushed to 0.8 A in a stack and let go, PS4 after `relax` and
after a run, g(r) beside the teacher's MD, diffusion of Li. --only=NAME (repeatable): crystals elastic pushed glass runs rdf diffusion.
"""

import json
import os
import subprocess
import sys

import ase
import ase.build
import ase.io
import ase.io.lammpsdata
import numpy as np
from ase.data import atomic_masses, atomic_numbers
from ase.neighborlist import neighbor_list

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import dynamics  # noqa: E402
import elastic  # noqa: E402
import frames as fr  # noqa: E402
import initial  # noqa: E402
import teachers  # noqa: E402

HEAD = """units metal
atom_style atomic
atom_modify map array
boundary p p p
box tilt large
read_data {data}
{masses}
pair_style deepmd {model}
pair_coeff * * {types}
neighbor 1.0 bin
timestep 0.001
thermo 100
thermo_style custom step temp pe press pxx pyy pzz lx ly lz vol pxy pxz pyz
thermo_modify lost error
"""
TAIL = """
write_dump all custom end.dump id type element xu yu zu modify sort id element {types}
"""


def tetrahedra(atoms):
    """Share of P with exactly four S within 2.6 A, and the mean P-S distance."""
    i, j, d = neighbor_list("ijd", atoms, 2.6)
    s = np.array(atoms.get_chemical_symbols())
    bond = (s[i] == "P") & (s[j] == "S")
    counts = np.bincount(i[bond], minlength=len(atoms))[s == "P"]
    return float(np.mean(counts == 4)), float(d[bond].mean()) if bond.any() else float("nan")


class Runner:
    def __init__(self, lamella, model, work):
        self.lamella, self.model, self.work = os.path.abspath(lamella), os.path.abspath(model), work

    def __call__(self, name, atoms, commands):
        """LAMMPS commands on `atoms`; the end's frame and the last line of thermo, or None where it stopped with an error."""
        folder = os.path.join(self.work, name)
        os.makedirs(folder, exist_ok=True)
        with open(os.path.join(folder, "system.data"), "w") as f:
            ase.io.lammpsdata.write_lammps_data(f, atoms, specorder=fr.TYPES, masses=False, units="metal", atom_style="atomic", force_skew=True)
        masses = "\n".join(f"mass {k + 1} {atomic_masses[atomic_numbers[t]]:.4f}" for k, t in enumerate(fr.TYPES))
        types = " ".join(fr.TYPES)
        link = os.path.join(folder, "model.pb")
        if not os.path.lexists(link):
            os.symlink(self.model, link)
        with open(os.path.join(folder, "in.lammps"), "w") as f:
            f.write(HEAD.format(data="system.data", masses=masses, model="model.pb", types=types) + commands + TAIL.format(types=types))
        run = subprocess.run([self.lamella, "lammps", "-in", "in.lammps"], cwd=folder, capture_output=True, text=True)
        if run.returncode:
            return None, run.stderr.strip().splitlines()[-1:] or ["?"]
        rows = [line.split() for line in run.stdout.splitlines()]
        numbers = [r for r in rows if len(r) == 14 and r[0].isdigit()]
        end = ase.io.read(os.path.join(folder, "end.dump"), format="lammps-dump-text")
        end.set_pbc(True)
        end.wrap()
        return end, [float(x) for x in numbers[-1]]


RELAX = "min_style cg\nmin_modify dmax 0.05\nfix box all box/relax {box}\nminimize 0 1e-4 400 800\nunfix box\nminimize 0 1e-4 200 400\nfix box2 all box/relax {box}\nminimize 0 1e-4 400 800\nrun 0"


def crystals(run, rng):
    """Relaxed cells: atoms, per atom energy, lattice lengths of the unit cell, density."""
    lib = {n: ase.io.read(os.path.join(HERE, "..", n + ".cif")) for n in ("LiCoO2", "Li6PS5Cl", "LiF")}
    cases = {
        "LiCoO2": (lib["LiCoO2"].repeat((4, 4, 1)), (4, 4, 1), "x 0 y 0 z 0 couple xy"),
        "Li6PS5Cl": (initial.ordered(lib["Li6PS5Cl"], rng).repeat((2, 2, 2)), (2, 2, 2), "iso 0"),
        "LiF": (lib["LiF"].repeat((3, 3, 3)), (3, 3, 3), "iso 0"),
        "LiF wurtzite": (ase.build.bulk("LiF", "wurtzite", a=3.1, c=4.9).repeat((4, 4, 3)), (4, 4, 3), "x 0 y 0 z 0 couple xy"),
    }
    result = {}
    for name, (atoms, times, box) in cases.items():
        end, row = run("crystal-" + name.replace(" ", "-"), atoms, RELAX.format(box=box))
        if end is None:
            result[name] = row
            continue
        lengths = end.cell.lengths() / times
        result[name] = {"eV/atom": row[2] / len(end), "a": lengths[0], "c": lengths[2], "start a": float(atoms.cell.lengths()[0] / times[0]), "start c": float(atoms.cell.lengths()[2] / times[2])}
        if name == "Li6PS5Cl":
            result[name]["PS4"] = tetrahedra(end)[0]
    return result


def elastic_constants(run, rng):
    """GPa, ions relaxed, about each crystal's own rest; LiF, LiCoO2, and Li6PS5Cl with its Li ordered (averages over the cube's axes are what counts)."""
    result = {}
    for name, (atoms, box) in elastic_cases(rng).items():
        tag = "elastic-" + name
        rest, row = run(tag + "-rest", atoms, RELAX.format(box=box))
        if rest is None:
            result[name] = row
            continue

        def stress(copy, count=[0]):
            count[0] += 1
            _, row = run(f"{tag}-{count[0]}", copy, "min_style cg\nmin_modify dmax 0.05\nminimize 0 1e-4 400 800\nrun 0")
            xx, yy, zz, xy, xz, yz = (-1e-4 * row[k] for k in (4, 5, 6, 11, 12, 13))
            return [[xx, xy, xz], [xy, yy, yz], [xz, yz, zz]]

        result[name] = elastic.summary(elastic.stiffness(rest, stress))
    return result


def elastic_cases(rng):
    lib = {n: ase.io.read(os.path.join(HERE, "..", n + ".cif")) for n in ("LiCoO2", "Li6PS5Cl", "LiF")}
    return {"LiF": (lib["LiF"].repeat((2, 2, 2)), "iso 0"), "LiCoO2": (lib["LiCoO2"].repeat((3, 3, 1)), "x 0 y 0 z 0 couple xy"),
            "Li6PS5Cl": (initial.ordered(lib["Li6PS5Cl"], rng), "tri 0")}


def pushed_pairs(run, stack, distance=0.8):
    """Each of the 28 pairs of elements pushed to `distance` in the stack, then minimised: the pair's and the frame's closest distance over radii."""
    result = {}
    symbols = np.array(stack.get_chemical_symbols())
    for a, b in initial.PAIRS:
        best = None
        for i in np.where(symbols == a)[0]:
            others = [int(k) for k in np.where(symbols == b)[0] if k != i]
            if not others:
                continue
            d = stack.get_distances(int(i), others, mic=True)
            if best is None or d.min() < best[0]:
                best = (float(d.min()), int(i), others[int(np.argmin(d))])
        if best is None:
            continue
        r, i, j = best
        atoms = stack.copy()
        d = atoms.get_distance(i, j, mic=True, vector=True)
        # The lighter one moves: what stood between them may be in the way, as in a bad start.
        atoms.positions[j] -= d * (1 - distance / r)
        end, row = run(f"push-{a}-{b}", atoms, "min_style sd\nmin_modify dmax 0.02\nminimize 0 1.0 200 1000\nmin_style cg\nmin_modify dmax 0.1\nminimize 1e-8 1e-2 100 500\nrun 0")
        if end is None:
            result[f"{a}-{b}"] = {"error": row}
            continue
        result[f"{a}-{b}"] = {"pair": float(end.get_distance(i, j, mic=True)), "closest": float(teachers.closest(end))}
    return result


def glass(run, long):
    """LiF molten and quenched at zero pressure: density (g/cm3) and the first peak of Li-F (A)."""
    lif = ase.io.read(os.path.join(HERE, "..", "LiF.cif")).repeat((3, 3, 3))
    rate = 20000 if long else 6000
    end, row = run("glass", lif, f"""velocity all create 3000 7 mom yes rot no dist gaussian
fix 1 all npt temp 3000 3000 0.1 iso 0 0 1.0
run 3000
unfix 1
fix 1 all npt temp 2500 300 0.1 iso 0 0 1.0
run {rate}
unfix 1
fix 1 all npt temp 300 300 0.1 iso 0 0 1.0
run 1000""")
    if end is None:
        return row
    i, j, d = neighbor_list("ijd", end, 4.0)
    s = np.array(end.get_chemical_symbols())
    near = d[(s[i] == "Li") & (s[j] == "F")]
    histogram, edges = np.histogram(near, bins=60, range=(1.0, 4.0))
    middle = 0.5 * (edges[1:] + edges[:-1])
    neighbours = float(np.sum(near < 2.6)) / np.sum(s == "Li")
    return {"density": float(end.get_masses().sum() / end.get_volume() * 1.66054), "peak Li-F": float(middle[np.argmax(histogram / middle**2)]), "F around Li": neighbours}


def runs(run, stack, long):
    """The small coated stack after minimisation: NPT at 300 K with 1000 bar on z, and at 500 K with 1 bar."""
    steps, result = 50000 if long else 5000, {}
    for temperature, pressure in ((300, 1000), (500, 1)):
        for seed in (1, 2, 3) if long else (1,):
            end, row = run(f"npt-{temperature}-{seed}", stack, f"""min_style sd
min_modify dmax 0.02
minimize 0 1.0 200 1000
min_style cg
min_modify dmax 0.1
minimize 1e-8 1e-2 300 2000
velocity all create {temperature} {seed} mom yes rot no dist gaussian
fix 1 all npt temp {temperature} {temperature} 0.1 x 1 1 1 y 1 1 1 z {pressure} {pressure} 1
run {steps}""")
            result[f"{temperature} K, {pressure} bar, seed {seed}"] = row if end is None else {
                "ps": steps / 1000, "end K": row[1], "volume / start": row[10] / stack.get_volume(), "PS4": tetrahedra(end)[0], "closest": float(teachers.closest(end))}
    return result


def main(lamella, model, folder, work, *flags):
    long, only = "--long" in flags, [f[7:] for f in flags if f.startswith("--only=")]
    run = Runner(lamella, model, work)
    stack = ase.io.read(os.path.join(folder, "stack.extxyz"))
    stack = ase.Atoms(stack.get_chemical_symbols(), positions=stack.positions, cell=stack.cell, pbc=True)
    checks = {"crystals": lambda: crystals(run, np.random.default_rng(1)), "elastic": lambda: elastic_constants(run, np.random.default_rng(1)), "pushed": lambda: pushed_pairs(run, stack), "glass": lambda: glass(run, long), "runs": lambda: runs(run, stack, long),
              "rdf": lambda: dynamics.distributions(run), "diffusion": lambda: dynamics.diffusion(run, np.random.default_rng(1), long)}
    table = {}
    for name, check in checks.items():
        if only and name not in only:
            continue
        table[name] = check()
        for key, value in table[name].items() if isinstance(table[name], dict) else [("", table[name])]:
            text = ", ".join(f"{k} {v:.4g}" if isinstance(v, float) else f"{k} {v}" for k, v in value.items()) if isinstance(value, dict) else value
            print(f"{name:9s} {key:28s} {text}", flush=True)
    with open(os.path.join(work, "checks.json"), "w") as f:
        json.dump(table, f, indent=1)


if __name__ == "__main__":
    main(*sys.argv[1:])
