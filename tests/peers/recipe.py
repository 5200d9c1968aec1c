"""The starter potential's recipe, all its stages in its smoke version: superlattices by `lamella dataset`, labels by a toy teacher, two models, exploration by
`lamella lammps`, selection, labels, training again. A run killed seven times on its way and started again gives the same bytes as one that went through; the trainer's gradient is
checked against differences, its model against deepmd-kit through `lamella validate`; the wall's labels against differences."""

import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import time

try:
    import ase.io
    import deepmd.dpmodel  # noqa: F401
    import numpy as np
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
RECIPE = SOURCE / "structures/potential"
sys.path.insert(0, str(RECIPE))
import _trainer  # noqa: E402
import initial  # noqa: E402
import teachers  # noqa: E402
import train  # noqa: E402


def wall_is_conservative():
    """Forces and virial of frames with a pushed pair against differences of their energy."""
    rng, teacher = np.random.default_rng(5), teachers.Pair()
    atoms = initial.contacts(rng, 1)[0]
    pairs = np.reshape(atoms.info["pushed"], (-1, 2))[:1]
    i, j = (int(k) for k in pairs[0])
    limit = teachers.TRUSTED * teachers.radii_sum(atoms.symbols[i], atoms.symbols[j])
    atoms.set_distance(i, j, 0.8 * limit, mic=True)
    energy, forces, virial = teachers.with_wall(teacher, atoms, pairs)
    # The wall's steepness is fixed at the clamped geometry, so only motions that keep it are exact: the pair along its line, and bystanders.
    line = atoms.get_distance(i, j, mic=True, vector=True)
    line /= np.linalg.norm(line)
    h, ends = 1e-4, []
    for sign in (1, -1):
        moved = atoms.copy()
        moved.positions[i] -= sign * 0.5 * h * line
        moved.positions[j] += sign * 0.5 * h * line
        ends.append(teachers.with_wall(teacher, moved, pairs)[0])
    slope, expected = (ends[0] - ends[1]) / (2 * h), -0.5 * float((forces[j] - forces[i]) @ line)
    assert abs(slope - expected) < 1e-3 * max(1.0, abs(expected)), (slope, expected)
    assert np.abs(forces.sum(axis=0)).max() < 1e-8 and np.allclose(virial, virial.T)
    print(f"wall: dE/dr {slope:.4f} by differences, {expected:.4f} by forces")


def command(folder):
    return [str(c) for c in (sys.executable, RECIPE / "recipe.py", "--lamella", LAMELLA, "-o", folder, "--smoke")]


def smoke(folder):
    start = time.perf_counter()
    run = subprocess.run(command(folder), capture_output=True, text=True)
    assert run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    return time.perf_counter() - start


def killed_when(folder, marker):
    """Starts the recipe and kills it, with all that it started, as soon as `marker` is there."""
    with tempfile.TemporaryFile("w+") as said:
        run = subprocess.Popen(command(folder), stdout=said, stderr=said, start_new_session=True)
        while not (folder / marker).exists():
            if run.poll() is not None:
                said.seek(0)
                raise AssertionError(f"ended with {run.returncode} before {marker}: {said.read()[-3000:]}")
            time.sleep(0.005)
        os.killpg(run.pid, signal.SIGKILL)
        run.wait()


def labels_outlive_their_mark(work, folder):
    """Killed after the labels were written and before they were counted, or with nothing counted: made again, none twice."""
    source, target, mark = work / "initial/structures.traj", folder / "labels.extxyz", folder / "labels.extxyz.done"
    whole, counted = (work / "initial/labels.extxyz").read_bytes(), (work / "initial/labels.extxyz.done").read_text()
    for left in ("5 5\n", None):
        target.write_bytes(whole)
        mark.write_text(left) if left else mark.unlink(missing_ok=True)
        subprocess.run([sys.executable, RECIPE / "label.py", "pair", source, target], check=True)
        assert target.read_bytes() == whole and mark.read_text() == counted, left


def training_goes_on(work, folder):
    """A later round's training, broken off after a save among its steps: the bytes of the unbroken one, and not the end of the round before."""
    last, before, model = work / "round-1/model-0", work / "round-0/model-0/model.mod", folder / "model.mod"
    words = [work / "tools/trainer", last / "frames.bin", model, *train.options(60, 1000, train.SMOKE_NETWORK, 2, before)]
    for more in (["until=20"], []):
        subprocess.run([*words, *more], check=True, stdout=subprocess.DEVNULL)
        assert (model.read_bytes() == (last / "model.mod").read_bytes()) == (not more), more


MARKERS = ["initial/structures.traj", "initial/labels.extxyz", "round-0/model-1/model.mod", "round-0/explore/000/dump.lammpstrj", "round-0/labels/labels.extxyz", "round-1/model-0/frames.bin",
           "round-1/model-0/model.dp"]


with tempfile.TemporaryDirectory() as temporary:
    work = pathlib.Path(temporary) / "work"
    wall_is_conservative()
    _trainer.into(work, SOURCE, BUILD)
    first = smoke(work)
    model = work / "starter.dp"
    mods = sorted(work.glob("round-*/model-*/model.mod"))
    bytes_of_models = [m.read_bytes() for m in mods]
    assert len(mods) == 4 and (work / "starter.pb").exists(), mods
    frames = ase.io.read(work / "train.extxyz", ":")
    assert len({f.info["family"] for f in frames}) >= 5
    for check in (labels_outlive_their_mark, training_goes_on):
        (pathlib.Path(temporary) / check.__name__).mkdir()
        check(work, pathlib.Path(temporary) / check.__name__)
    other = pathlib.Path(temporary) / "other"
    _trainer.into(other, SOURCE, BUILD)
    for marker in MARKERS:
        killed_when(other, marker)
    again = smoke(other)
    assert [(other / m.relative_to(work)).read_bytes() for m in mods] == bytes_of_models
    assert (other / "train.extxyz").read_bytes() == (work / "train.extxyz").read_bytes()
    check = subprocess.run([work / "tools/trainer", work / "round-1/model-0/frames.bin", mods[0], "check=1"], capture_output=True, text=True)
    assert check.returncode == 0, check.stdout + check.stderr
    # What the trainer says of its model is what the program finds: same descriptor, same nets, same virial.
    said = [line for line in (work / "round-1/model-0/errors.txt").read_text().splitlines() if line.startswith("~all")][0].split()
    found = subprocess.run([LAMELLA, "validate", "--model", work / "round-1/model-0/model.dp", "--data", work / "train.extxyz", "--no-files", "--json"], capture_output=True, text=True)
    assert found.returncode == 0, found.stderr
    errors = json.loads(found.stdout)
    pairs = [(float(said[2]), 1e3 * errors["energy_per_atom"]["rmse"]), (float(said[3]), 1e3 * errors["force"]["rmse"]), (float(said[5]), 1e3 * errors["virial_per_atom"]["rmse"])]
    assert all(abs(x - y) < 2e-3 * x for x, y in pairs), pairs
    print("trainer and lamella, meV/atom, meV/A, meV/atom:", pairs)
    print(f"smoke recipe: {first:.1f} s, the last stretch of one killed {len(MARKERS)} times {again:.1f} s, {len(frames)} frames; gradient {check.stdout.splitlines()[-1]}")
