"""Checks of a model that are averages over time: g(r) beside the teacher's own MD frames (the bundle's *-mdT families), and diffusion of Li in Li6PS5Cl."""

import json
import os
import subprocess

import ase.io
import numpy as np
from ase.neighborlist import neighbor_list

import frames as fr
import initial

HERE = os.path.dirname(os.path.abspath(__file__))
PAIRS = {"lps-md300": ["P-S", "Li-S", "Li-Cl"], "lps-md600": ["P-S", "Li-S", "Li-Cl"], "lif-md600": ["Li-F", "F-F"], "lco-md300": ["Co-O", "Li-O"], "lco-md600": ["Co-O", "Li-O"],
         "alif-md900": ["Li-F", "F-F"], "lco_lps-md300": ["P-S", "Co-O", "Li-O", "Li-S"], "lco_lif-md300": ["Co-O", "Li-O", "Li-F"], "lps_lif-md300": ["P-S", "Li-F", "Li-S"]}
DUMP = "dump 1 all custom {every} md.dump id type element xu yu zu\ndump_modify 1 sort id element {types}\n"


def distribution(frames, pair, r_max=6.0, width=0.05):
    """g(r) of one pair of elements, over shells of `width` A, smoothed by a Gaussian of one shell."""
    a, b = pair.split("-")
    edges = np.arange(0.0, r_max + 0.5 * width, width)
    total = np.zeros(len(edges) - 1)
    for frame in frames:
        s = np.array(frame.get_chemical_symbols())
        i, j, d = neighbor_list("ijd", frame, r_max)
        count, density = np.sum(s == a), np.sum(s == b) / frame.get_volume()
        total += np.histogram(d[(s[i] == a) & (s[j] == b)], edges)[0] / (count * density * 4 / 3 * np.pi * np.diff(edges**3))
    kernel = np.exp(-0.5 * np.arange(-3, 4) ** 2)
    return 0.5 * (edges[1:] + edges[:-1]), np.convolve(total / len(frames), kernel / kernel.sum(), "same")


def compare(first, second):
    """Position and height of the first peak of both, and the share of area in which they differ."""
    (r, g), (_, h) = first, second
    k, m = int(np.argmax(g[: np.searchsorted(r, 3.5)])), int(np.argmax(h[: np.searchsorted(r, 3.5)]))
    return {"peak": [float(r[k]), float(r[m])], "height": [float(g[k]), float(h[m])], "differ": float(np.sum(np.abs(g - h)) / np.sum(g + h))}


def read_dump(path):
    frames = ase.io.read(path, ":", format="lammps-dump-text")
    for frame in frames:
        frame.set_pbc(True)
        frame.wrap()
    return frames


def distributions(run, steps=3000):
    """Each family of teacher MD at its temperature: the model's own MD from the family's first frame in the same cell."""
    result = {}
    bundle = fr.load_bundle(os.path.join(HERE, "frames.npz"))
    for family, pairs in PAIRS.items():
        taught = [f for f in bundle if f.info["family"] == family]
        taught = [f for f in taught if f.get_chemical_symbols() == taught[0].get_chemical_symbols() and np.allclose(f.cell.array, taught[0].cell.array, rtol=0.2)]
        temperature = int(family.rsplit("md", 1)[1])
        end, row = run("rdf-" + family, taught[0], f"""velocity all create {temperature} 5 mom yes rot no dist gaussian
fix 1 all nvt temp {temperature} {temperature} 0.1
run 500
{DUMP.format(every=25, types=' '.join(fr.TYPES))}run {steps}""")
        if end is None:
            result[family] = row
            continue
        frames = read_dump(os.path.join(run.work, "rdf-" + family, "md.dump"))
        for pair in pairs:
            result[f"{family} {pair}"] = {"teacher frames": len(taught), **compare(distribution(taught, pair), distribution(frames, pair))}
    return result


def diffusion(run, rng, long, temperatures=(600, 700, 800, 900)):
    """D of Li (cm2/s) with one standard error, by `lamella analyze`: Li6PS5Cl without Cl/S disorder, at no pressure; 2 x 2 x 2 cells with --long."""
    times = (2, 2, 2) if long else (2, 1, 1)
    crystal = ase.io.read(os.path.join(HERE, "..", "Li6PS5Cl.cif"))
    atoms, steps, result = initial.ordered(crystal, rng).repeat(times), 60000 if long else 15000, {}
    for temperature in temperatures:
        name = f"diffusion-{temperature}"
        end, row = run(name, atoms, f"""min_style cg
min_modify dmax 0.05
minimize 0 1e-2 200 1000
velocity all create {temperature} 3 mom yes rot no dist gaussian
fix 1 all npt temp {temperature} {temperature} 0.1 iso 0 0 1.0
run 4000
unfix 1
fix 1 all nvt temp {temperature} {temperature} 0.5
{DUMP.format(every=50, types=' '.join(fr.TYPES))}run {steps}""")
        if end is None:
            result[f"{temperature} K"] = row
            continue
        folder = os.path.join(run.work, name)
        subprocess.run([run.lamella, "analyze", "md.dump", "--types", ",".join(fr.TYPES), "--temperature", str(temperature), "-o", "analysis", "--force", "-q"], cwd=folder, check=True)
        with open(os.path.join(folder, "analysis", "analysis.json")) as f:
            found = json.load(f)["diffusion"][0]
        result[f"{temperature} K"] = {"ps": steps / 1000, "atoms": len(atoms), "D": found["D"]["cm2_s"], "error": found["D"]["error_cm2_s"], "diffusive": found["diffusive"]}
    return result
