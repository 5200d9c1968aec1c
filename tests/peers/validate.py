"""`lamella validate` against deepmd-kit's own `dp test` on the same model and data, from npy and from extxyz.

Labels are the bundled model's own predictions (by deepmd-kit) with seeded noise, on small tilted boxes, so that both programs
must find the noise again. Prints both programs' figures.
"""
import json
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import ase.io
    import numpy as np
    from ase import Atoms
    from ase.calculators.singlepoint import SinglePointCalculator
    from deepmd.infer import DeepPot
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
MODEL = SOURCE / "structures/potential/first-pass.pb"
rng = np.random.default_rng(5)


def box(n):
    """A tilted box of n atoms, none closer than 1.7 A."""
    cell = np.array([[9.0, 0, 0], [2.0, 9.5, 0], [-1.0, 1.5, 10.0]])
    positions = []
    while len(positions) < n:
        trial = rng.random(3)
        d = (np.array(positions).reshape(-1, 3) - trial + 0.5) % 1.0 - 0.5
        if not len(positions) or np.linalg.norm(d @ cell, axis=1).min() > 1.7:
            positions.append(trial)
    return cell, np.array(positions) @ cell


def make(folder, types, frames, potential):
    cells, coords = zip(*(box(len(types)) for _ in range(frames)))
    cells, coords = np.array(cells), np.array(coords)
    e, f, v = potential.eval(coords.reshape(frames, -1), cells.reshape(frames, -1), types)[:3]
    e = e.ravel() + rng.normal(0, 0.3, frames)
    f = f + rng.normal(0, 0.2, f.shape)
    v = v.reshape(frames, 9) + rng.normal(0, 1.0, (frames, 9))
    (folder / "set.000").mkdir(parents=True)
    np.savetxt(folder / "type.raw", types, fmt="%d")
    (folder / "type_map.raw").write_text("\n".join(potential.get_type_map()) + "\n")
    for name, array in [("box", cells), ("coord", coords), ("energy", e), ("force", f), ("virial", v)]:
        np.save(folder / f"set.000/{name}.npy", array.reshape(frames, -1) if name != "energy" else array)
    return cells, coords, e, f, v


def dp_test(system):
    run = subprocess.run([str(pathlib.Path(sys.executable).with_name("dp")), "test", "-m", str(MODEL), "-s", str(system), "-n", "100"], capture_output=True, text=True)
    text = run.stdout + run.stderr
    return {key: float(re.search(pattern + r"\s*:\s*(\S+)", text).group(1))
            for key, pattern in [("energy", r"Energy RMSE/Natoms"), ("force", r"Force  RMSE"), ("virial", r"Virial RMSE/Natoms")]}


with tempfile.TemporaryDirectory() as scratch:
    work = pathlib.Path(scratch)
    potential = DeepPot(str(MODEL))
    names = potential.get_type_map()
    frames_of = {}
    for name, types in [("one", [0, 1, 2, 2] * 6), ("two", [0, 3, 4, 4, 5, 6] * 5)]:
        frames_of[name] = (types, make(work / "data" / name, types, 4, potential))
    run = subprocess.run([LAMELLA, "validate", "--model", str(MODEL), "--data", str(work / "data"), "--json", "-o", str(work / "out")], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    ours = {f["family"]: f for f in json.loads(run.stdout)["families"]}
    for name in frames_of:
        theirs = dp_test(work / "data" / name)
        for key, value in theirs.items():
            mine = ours[name]["force" if key == "force" else key + "_per_atom"]["rmse"]
            print(f"{name} {key}: lamella {mine:.9g}, dp test {value:.9g}")
            assert abs(mine - value) <= 2e-5 * value + 1e-7, (name, key)  # deepmd-kit reads labels in single precision
    for name in ("energies.csv", "forces.csv", "virials.csv", "parity.png", "validation.json"):
        assert (work / "out" / name).stat().st_size > 100, name

    atoms_list = []
    for name, (types, (cells, coords, e, f, v)) in frames_of.items():
        for k in range(len(e)):
            atoms = Atoms([names[t] for t in types], positions=coords[k], cell=cells[k], pbc=True, info={"config_type": name})
            stress = -v[k].reshape(3, 3) / atoms.get_volume()
            stress = 0.5 * (stress + stress.T)  # ASE keeps six numbers
            atoms.calc = SinglePointCalculator(atoms, energy=e[k], forces=f[k], stress=stress[[0, 1, 2, 1, 0, 0], [0, 1, 2, 2, 2, 1]])
            atoms_list.append(atoms)
    ase.io.write(work / "all.extxyz", atoms_list)
    run = subprocess.run([LAMELLA, "validate", "--model", str(MODEL), "--data", str(work / "all.extxyz"), "--json", "--no-files"], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    from_xyz = {f["family"]: f for f in json.loads(run.stdout)["families"]}
    for name in frames_of:
        for key in ("energy_per_atom", "force"):
            assert abs(from_xyz[name][key]["rmse"] - ours[name][key]["rmse"]) < 1e-6, (name, key)
        assert abs(from_xyz[name]["virial_per_atom"]["rmse"] - ours[name]["virial_per_atom"]["rmse"]) < 0.5 * ours[name]["virial_per_atom"]["rmse"]
    print("extxyz written by ASE gives the same energy and force errors")
