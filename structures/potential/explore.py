"""Exploration by the embedded runner: short MD of small systems with the models at hand, and frames chosen from it for the teacher."""

import os
import subprocess

import ase.io
import ase.io.lammpsdata
import numpy as np
from ase.data import atomic_masses, atomic_numbers

import frames as fr
import teachers

LOW, HIGH = 0.15, 1.5  # eV/A: a frame whose largest deviation of force lies between is a candidate

INPUT = """units metal
atom_style atomic
boundary p p p
box tilt large
read_data system.data
{masses}
pair_style deepmd {models} out_freq {every} out_file model_devi.out
pair_coeff * * {types}
neighbor 1.0 bin
timestep 0.001
thermo {every}
thermo_style custom step temp pe press vol
min_style sd
min_modify dmax 0.02
minimize 0.0 1.0 {minimise} 1000
min_style cg
min_modify dmax 0.05
minimize 1.0e-7 1.0e-2 {minimise} 1000
reset_timestep 0
velocity all create {temperature} {seed} mom yes rot no dist gaussian
fix 1 all npt temp {temperature} {temperature} 0.1 {barostat}
fix 2 all momentum 200 linear 1 1 1
dump 1 all custom {every} dump.lammpstrj id type element xu yu zu
dump_modify 1 sort id element {types}
run {steps}
"""


def run(lamella, models, atoms, folder, temperature, pressure, steps, every, seed, minimise=60, layered=False):
    """MD of `atoms` under the first model; frames every `every` steps with info["deviation"] (eV/A, 0 of one model). A run that blew up gives what it had."""
    os.makedirs(folder, exist_ok=True)
    done = os.path.join(folder, "done")
    if not os.path.exists(done):
        with open(os.path.join(folder, "system.data"), "w") as f:
            ase.io.lammpsdata.write_lammps_data(f, atoms, specorder=fr.TYPES, masses=False, units="metal", atom_style="atomic", force_skew=True)
        masses = "\n".join(f"mass {k + 1} {atomic_masses[atomic_numbers[t]]:.4f}" for k, t in enumerate(fr.TYPES))
        barostat = f"x 1.0 1.0 1.0 y 1.0 1.0 1.0 z {pressure} {pressure} 1.0" if layered else f"aniso {pressure} {pressure} 1.0"
        links = []
        for k, model in enumerate(models):
            link = f"model{k}{os.path.splitext(model)[1]}"
            if os.path.lexists(os.path.join(folder, link)):
                os.remove(os.path.join(folder, link))
            os.symlink(os.path.abspath(model), os.path.join(folder, link))
            links.append(link)
        with open(os.path.join(folder, "in.lammps"), "w") as f:
            f.write(INPUT.format(masses=masses, models=" ".join(links), types=" ".join(fr.TYPES), every=every, steps=steps, temperature=temperature, barostat=barostat, seed=seed, minimise=minimise))
        with open(os.path.join(folder, "log"), "w") as log:
            code = subprocess.run([lamella, "lammps", "-in", "in.lammps"], cwd=folder, stdout=log, stderr=subprocess.STDOUT).returncode
        with open(done, "w") as f:
            f.write(f"{code}\n")
    return trajectory(folder)


def deviations(folder):
    """Step -> largest deviation of force, from model_devi.out."""
    path = os.path.join(folder, "model_devi.out")
    if not os.path.exists(path):
        return {}
    rows = [line.split() for line in open(path) if line.strip() and not line.startswith("#")]
    return {int(r[0]): float(r[4]) for r in rows if len(r) >= 7}


def trajectory(folder):
    path = os.path.join(folder, "dump.lammpstrj")
    if not os.path.exists(path):
        return []
    try:
        frames = ase.io.read(path, ":", format="lammps-dump-text")
    except Exception:  # cut off in the middle of a frame
        return []
    devi = deviations(folder)
    every = sorted(devi)
    for k, frame in enumerate(frames):
        frame.set_pbc(True)
        frame.wrap()
        frame.info = {"deviation": devi.get(every[k], 0.0) if k < len(every) else 0.0}
    return frames


def choose(frames, count, low=LOW, high=HIGH):
    """At most `count` frames: the most uncertain between `low` and `high` (eV/A) where there are deviations, else evenly spaced. Never such as the
    teacher is no judge of."""
    sane = [f for f in frames if np.all(np.isfinite(f.positions)) and teachers.closest(f) > teachers.TRUSTED]
    if any(f.info["deviation"] > 0 for f in sane):
        sane = [f for f in sane if low < f.info["deviation"] < high]
        sane.sort(key=lambda f: -f.info["deviation"])
        return sane[:count]
    if len(sane) <= count:
        return sane
    return [sane[round(k)] for k in np.linspace(0, len(sane) - 1, count)]
