"""A coated stack of a million atoms, its glass tiled from a small quench: built, audited and written in under 30 s and 2 GB, and the manifest says what was tiled.
usage: million.py LAMELLA SOURCE"""
import json
import math
import os
import pathlib
import subprocess
import sys
import tempfile
import time

lamella = str(pathlib.Path(sys.argv[1]).resolve())
SPEC = """seed = 1
[cell]
max_area = 120.0
max_strain = 0.05
max_atoms = 100000000
min_length = 5.0
boundary = "double"
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 0, 0]
thickness = 8.0
[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 8.0
quench = { melt = 3000.0, hold = 0.5, rate = 3.0e14, final_hold = 0.1 }
[[layer]]
name = "oxide"
crystal = "LiCoO2"
miller = [1, 0, 4]
thickness = 8.0
vacancies = [ { species = "Li", fraction = 0.1 } ]
"""


def build(spec, folder, *words):
    """Wall seconds and peak MB."""
    start = time.perf_counter()
    process = subprocess.Popen([lamella, "build", str(spec), "-o", str(folder), "-q", *words])
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.perf_counter() - start, usage.ru_maxrss / 1024


with tempfile.TemporaryDirectory() as name:
    tmp = pathlib.Path(name)
    (tmp / "spec.toml").write_text(SPEC)
    build(tmp / "spec.toml", tmp / "small")
    small = json.loads((tmp / "small/manifest.json").read_text())
    side = math.ceil(math.sqrt(1e6 / small["audit"]["atoms"]))
    seconds, peak = build(tmp / "small/spec.toml", tmp / "big", "--set", f"cell.repeat=[{side},{side}]")
    big = json.loads((tmp / "big/manifest.json").read_text())
    print(f"{big['audit']['atoms']} atoms: {seconds:.1f} s, {peak:.0f} MB")
    glass = next(layer for layer in big["layers"] if layer["name"] == "coating")
    made = next(layer for layer in small["layers"] if layer["name"] == "coating")["atoms"]
    wrong = [what for what, holds in (
        ("a million atoms", big["audit"]["atoms"] >= 1_000_000),
        ("under 30 s", seconds < 30.0),
        ("under 2 GB", peak < 2000.0),
        ("the manifest says what was tiled", glass["tiled"] == {"made_atoms": made, "repeat": [side, side]} and glass["atoms"] == made * side * side),
        ("every file is there", all((tmp / "big" / file).stat().st_size > 1e7 for file in ("stack.extxyz", "stack.cif", "lammps/stack.data", "vasp/relax/POSCAR"))),
    ) if not holds]
    for what in wrong:
        print("FAILED", what)
sys.exit(1 if wrong else 0)
