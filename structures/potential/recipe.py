"""The bundled potential's recipe: structures, labels, four models, exploration by lamella itself, selection, labels, and again.

    python structures/potential/recipe.py --lamella build/lamella -o work                 the whole (a night on two cores)
    python structures/potential/recipe.py --lamella build/lamella -o work --smoke         all stages in a minute, with a toy teacher
    python structures/potential/recipe.py --lamella build/lamella -o work --teacher vasp  decks out; run VASP; run this again

Killed, it goes on from where it stood. Needs ase and deepmd-kit (the same Python), a C++ compiler and Eigen for the fast trainer, and for
`--teacher sevennet` an environment with `pip install sevenn` (--teacher-python). README.md tells more.
"""

import argparse
import csv
import json
import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import ase.io
import numpy as np

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, HERE)
import explore  # noqa: E402
import frames as fr  # noqa: E402
import initial  # noqa: E402
import model_file  # noqa: E402
import train  # noqa: E402
import vasp  # noqa: E402


def arguments():
    p = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    p.add_argument("--lamella", required=True, help="the program")
    p.add_argument("-o", "--output", required=True, help="folder of the work")
    p.add_argument("--teacher", choices=["sevennet", "vasp", "pair"], default="sevennet")
    p.add_argument("--teacher-python", default=sys.executable, help="Python with the package sevenn")
    p.add_argument("--trainer", choices=["fast", "deepmd"], default="fast")
    p.add_argument("--models", type=int, default=4)
    p.add_argument("--rounds", type=int, default=6, help="at most")
    p.add_argument("--steps", type=int, default=60000, help="of training, first round; later rounds half of it from the last model")
    p.add_argument("--per-round", type=int, default=150, help="frames labelled in a round, at most")
    p.add_argument("--fresh", action="store_true", help="leave the bundled frames out (always so with another teacher than theirs)")
    p.add_argument("--threads", type=int, default=2)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--smoke", action="store_true", help="minutes: tiny network, few frames, a toy teacher")
    a = p.parse_args()
    a.lamella = os.path.abspath(a.lamella)
    if a.smoke:
        a.models, a.rounds, a.steps, a.per_round = 2, 1, 120, 6
        a.teacher = "vasp" if a.teacher == "vasp" else "pair"
    return a


def library():
    return {n: ase.io.read(os.path.join(HERE, "..", n + ".cif")) for n in ("LiCoO2", "Li6PS5Cl", "LiF")}


def superlattices(a):
    """The pair interfaces and the coated stack, small enough to label: `lamella dataset`."""
    folder = os.path.join(a.output, "superlattices")
    if not os.path.exists(os.path.join(folder, "dataset.json")):
        spec = os.path.join(HERE, "..", "presets", "coated-10.toml")
        more = ["--no-melts", "--matches", "1"] if a.smoke else []
        subprocess.run([a.lamella, "dataset", spec, "-o", folder, "--max-atoms", "200", "--perturbations", "4", "--seed", str(a.seed), "-q", "-f", *more], check=True)
    found = {}
    for path in sorted(os.listdir(os.path.join(folder, "systems"))):
        atoms = ase.io.read(os.path.join(folder, "systems", path, "stack.extxyz"))
        atoms = ase.Atoms(atoms.get_chemical_symbols(), positions=atoms.positions, cell=atoms.cell, pbc=True)
        parts = path.split("-")[:-1]
        atoms.info["family"] = "coated" if len(parts) == 3 else "|".join({"LiCoO2": "LCO", "Li6PS5Cl": "LPSCl"}.get(x, x) for x in parts)
        found[path] = atoms
    return folder, found


def first_structures(a, stacks):
    rng, crystals, scale = np.random.default_rng(a.seed), library(), 0.05 if a.smoke else 1.0
    few = lambda n: max(2, round(n * scale))  # noqa: E731
    result = initial.contacts(rng, few(140)) + initial.electrolyte(crystals["Li6PS5Cl"], rng, few(60)) + initial.crystals(crystals, rng, few(8))
    for atoms in stacks.values():
        for k in range(few(6)):
            copy = initial.rattled(initial.strained(atoms, rng, 0.015), rng, [0.03, 0.06, 0.1][k % 3])
            copy.info = dict(atoms.info)
            result.append(copy)
    if not a.smoke:
        result += initial.contacts(rng, 60, list(stacks.values()))
    return result


def label(a, structures, folder, dataset):
    """Labels of `structures`, kept in folder/labels.extxyz; ends the program where VASP must run first."""
    source, target = os.path.join(folder, "structures.traj"), os.path.join(folder, "labels.extxyz")
    if not os.path.exists(source):
        os.makedirs(folder, exist_ok=True)
        ase.io.write(source + ".part", structures, format="traj")
        os.replace(source + ".part", source)
    structures = ase.io.read(source, ":", format="traj")
    if a.teacher == "vasp":
        decks = os.path.join(folder, "vasp")
        vasp.write_decks(structures, decks, dataset)
        labels, missing = vasp.read_results(structures, decks)
        if missing:
            sys.exit(f"{missing} of {len(structures)} decks in {decks} wait for VASP (cat the POTCARs as {dataset}/potcars/README says); then run this again")
        fr.write(target, labels)
    else:
        python = a.teacher_python if a.teacher == "sevennet" else sys.executable
        subprocess.run([python, os.path.join(HERE, "label.py"), a.teacher, source, target], check=True)
    return fr.read(target)


def train_models(a, labelled, number):
    """`models` models that differ by seed alone, each on from its last round's."""
    folders = []
    for k in range(a.models):
        folder = os.path.join(a.output, f"round-{number}", f"model-{k}")
        before = os.path.join(a.output, f"round-{number - 1}", f"model-{k}", "model.mod")
        folders.append(folder)
        if os.path.exists(os.path.join(folder, "model.dp")):
            continue
        os.makedirs(folder, exist_ok=True)
        network = train.SMOKE_NETWORK if a.smoke else train.NETWORK
        seed = 1000 * a.seed + k
        if a.trainer == "deepmd":
            train.deepmd(labelled, folder, a.steps, seed, network)
        else:
            more = os.path.exists(before)
            train.fast(labelled, folder, os.path.join(a.output, "tools"), a.steps // 2 if more else a.steps, seed, network, a.threads, before if more else None)
    return [os.path.join(f, "model.dp") for f in folders]


def conditions(a, number, stacks):
    """(family, start, K, bar, layered) of a round: pairs and bulks first, the coated stack from the second round on."""
    rng, crystals = np.random.default_rng([a.seed, number]), library()
    jobs = []
    for temperature in (300, 600, 900) if not a.smoke else (300,):
        for fraction in (0.0, 0.1) if not a.smoke else (0.1,):
            jobs.append(("LPSCl", initial.without(initial.ordered(crystals["Li6PS5Cl"], rng), rng, "Li", fraction), temperature, float(rng.choice([1, 1000])), False))
    if not a.smoke:
        for temperature in (300, 600, 900):
            jobs.append(("LCO", crystals["LiCoO2"].repeat((3, 3, 1)), temperature, 1.0, False))
            jobs.append(("LiF", crystals["LiF"].repeat((2, 2, 2)), temperature, 1.0, False))
        for temperature in (300, 1000, 2500):
            jobs.append(("a-LiF", initial.rattled(crystals["LiF"].repeat((2, 2, 2)), rng, 0.8), temperature, 1.0, False))
    for name, atoms in stacks.items():
        if atoms.info["family"] == "coated" and number == 0 and not a.smoke:
            continue
        if a.smoke and atoms.info["family"] != "coated":
            continue
        for _ in range(1 if a.smoke else 3):
            jobs.append((atoms.info["family"], atoms, int(rng.choice([300, 500, 700, 900])), float(rng.choice([1, 1000])), True))
    return jobs


def explore_round(a, models, number, stacks):
    """Frames to label, and the share of visited ones whose deviation asked for it."""
    jobs, folder = conditions(a, number, stacks), os.path.join(a.output, f"round-{number}", "explore")
    steps, every = (40, 10) if a.smoke else (2000, 40)

    def one(k):
        family, atoms, temperature, pressure, layered = jobs[k]
        visited = explore.run(a.lamella, models, atoms, os.path.join(folder, f"{k:03d}"), temperature, pressure, steps, every, 1000 * a.seed + 50 * number + k, 5 if a.smoke else 60, layered)
        low = 1e-6 if a.smoke else explore.LOW  # toy models of one start agree too well
        uncertain = [f for f in visited if f.info["deviation"] > low]
        chosen = explore.choose(visited[1:], max(1, a.per_round // len(jobs)), low)
        for frame in chosen:
            frame.info = {"family": family}
        return len(visited), len(uncertain), chosen

    with ThreadPoolExecutor(max(1, a.threads)) as pool:
        found = list(pool.map(one, range(len(jobs))))
    visited, uncertain = sum(f[0] for f in found), sum(f[1] for f in found)
    return [frame for f in found for frame in f[2]], uncertain / max(1, visited), visited


def bundled():
    path = os.path.join(HERE, "frames.npz")
    return fr.load_bundle(path) if os.path.exists(path) else []


def main():
    a = arguments()
    os.makedirs(a.output, exist_ok=True)
    dataset, stacks = superlattices(a)
    labelled = [] if a.fresh or a.teacher != "sevennet" else bundled()
    labelled += label(a, first_structures(a, stacks), os.path.join(a.output, "initial"), dataset)
    rows, share = [], 1.0
    for number in range(a.rounds + 1):
        models = train_models(a, labelled, number)
        if number == a.rounds:
            break
        chosen, now, visited = explore_round(a, models, number, stacks)
        rows.append({"round": number, "frames": len(labelled), "visited": visited, "candidates": round(now, 4), "chosen": len(chosen)})
        print(json.dumps(rows[-1]), flush=True)
        with open(os.path.join(a.output, "rounds.csv"), "w", newline="") as f:
            table = csv.DictWriter(f, rows[0].keys())
            table.writeheader()
            table.writerows(rows)
        if not chosen or (number > 1 and now > 0.95 * share):
            break  # the share of candidates falls no more
        share = now
        labelled += label(a, chosen, os.path.join(a.output, f"round-{number}", "labels"), dataset)
    starter = os.path.join(a.output, "starter.dp")
    with open(models[0], "rb") as f:
        content = f.read()
    if not os.path.exists(starter) or open(starter, "rb").read() != content or not os.path.exists(starter[:-2] + "pb"):
        with open(starter + ".part", "wb") as g:
            g.write(content)
        os.replace(starter + ".part", starter)
        model_file.to_pb(starter, starter[:-2] + "pb")
    everything = os.path.join(a.output, "train.extxyz")
    fr.write(everything, labelled)
    subprocess.run([a.lamella, "validate", "--model", models[0], "--data", everything, "-o", os.path.join(a.output, "validation")], check=True)


if __name__ == "__main__":
    main()
