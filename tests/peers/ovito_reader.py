"""OVITO's own reader on stack.extxyz (elements, named layers, cell) and on the NetCDF trajectory of an embedded run.

scripts/peers installs its wheels (500 MB unpacked) without what its viewer needs; without them this says that it was skipped.
"""
import json
import pathlib
import subprocess
import sys
import tempfile

try:
    import ase.io
    import numpy as np
    from ovito.io import import_file
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), sys.argv[3]
COUNT = 100


def names(data, key):
    of = {t.id: t.name for t in data.particles[key].types}
    return [of[t] for t in data.particles[key][...]]


def in_order(data, key):
    return np.argsort(data.particles[key][...])


def check_stacks(work):
    subprocess.run([f"{BUILD}/peer_write_stacks", str(COUNT), str(work)], check=True)
    worst = 0.0
    for k in range(1, COUNT + 1):
        truth = json.load(open(work / f"{k}/truth.json"))
        data = import_file(str(work / f"{k}/stack.extxyz")).compute()
        cell = np.array(data.cell[...])[:, :3].T
        assert np.abs(cell - np.array(truth["cell"])).max() < 1e-12 and tuple(data.cell.pbc) == (True, True, True)
        assert names(data, "Particle Type") == truth["species"]
        assert names(data, "Molecule Type") == truth["layer_name"] and list(data.particles["Molecule Identifier"][...]) == truth["layer"]
        frac = data.particles.positions[...] @ np.linalg.inv(cell) - np.array(truth["fractional"])
        worst = max(worst, np.abs(frac - np.round(frac)).max())
    assert worst < 1e-12
    print(f"{COUNT} tilted stacks: cells, elements, named layers; fractional coordinates off by {worst:.1e}")


def check_trajectory(work):
    specification = work / "small.toml"
    specification.write_text("[cell]\nmax_area = 200\nmax_strain = 0.05\n[[layer]]\nname = 'salt'\ncrystal = 'LiF'\nmiller = [0, 0, 1]\nthickness = 6\n"
                             "[[layer]]\nname = 'oxide'\ncrystal = 'LiCoO2'\nmiller = [1, 0, 4]\nthickness = 6\n")
    folder = work / "stack"
    subprocess.run([LAMELLA, "build", str(specification), "-o", str(folder), "-q"], check=True)
    protocol = folder / "lammps/quick.in"
    text = (folder / "lammps/reaction.in").read_text()
    protocol.write_text("\n".join(line for line in text.splitlines() if not line.startswith("minimize")))
    subprocess.run(["timeout", "300", LAMELLA, "run", str(folder), "--protocol", "quick", "--model", str(SOURCE / "structures/potential/first-pass.pb"), "--steps", "20", "-q", "--max-temperature", "1e9",
                    "--set", "dump_every=5"], check=True, stdout=subprocess.DEVNULL)
    trajectory = next((folder / "run").rglob("trajectory.nc"))
    frames = ase.io.read(trajectory, index=":", format="netcdftrajectory")
    pipeline = import_file(str(trajectory))
    assert pipeline.source.num_frames == len(frames) >= 3
    worst = 0.0
    for k, frame in enumerate(frames):
        data = pipeline.compute(k)
        order = in_order(data, "atom_id") if "atom_id" in data.particles else np.arange(len(frame))
        assert list(data.particles["Z"][...][order]) == list(frame.numbers)
        cell = np.array(data.cell[...])[:, :3].T
        assert np.abs(cell - frame.cell.array).max() < 1e-4
        off = (data.particles.positions[...][order] - frame.positions) @ np.linalg.inv(cell)
        worst = max(worst, np.abs(off - np.round(off)).max())
    assert worst < 1e-6
    print(f"{len(frames)} frames of trajectory.nc as ASE reads them: elements, cells, positions to {worst:.1e} of the cell")


with tempfile.TemporaryDirectory() as scratch:
    check_stacks(pathlib.Path(scratch))
    check_trajectory(pathlib.Path(scratch))
