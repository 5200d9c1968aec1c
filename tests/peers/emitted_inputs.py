"""The inputs of a built folder, run whole by deepmd-kit's lmp and by Debian's: step 0 equals the embedded run's.

Each of relax.in, reaction.in, diffusion.in is taken as it was written; before its first minimisation a `run 0` prints twelve digits
and the forces, and a time limit ends the rest early, so that every line of the input is executed. Debian's lmp has no Deep
Potential: there pair_style alone is replaced (by zbl, with the types' atomic numbers), for the embedded engine too.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

try:
    import numpy as np
    from ase.data import atomic_numbers
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
MODEL = SOURCE / "structures/potential/first-pass.pb"
DEEPMD, DEBIAN = pathlib.Path(sys.executable).with_name("lmp"), shutil.which("lmp", path="/usr/bin")
STEP0 = """thermo_modify format float %.12g
dump forces all custom 1 forces.dump id fx fy fz
dump_modify forces sort id format float %.12g
run 0
undump forces
thermo_modify format none
timer timeout 0:00:02 every 1
# --- start"""


def run(program, folder, protocol, zbl):
    text = (folder / f"lammps/{protocol}.in").read_text()
    assert text.count("# --- start") == 1
    text = text.replace("# --- start", STEP0)
    if zbl:
        types = re.search(r"^pair_coeff \* \* (.*)$", text, re.M).group(1).split()
        z = [atomic_numbers[t] for t in types]
        text = text.replace("pair_style deepmd ${model}", "pair_style zbl 3.0 4.0")
        text = re.sub(r"^pair_coeff .*$", "\n".join(f"pair_coeff {i + 1} {j + 1} {z[i]} {z[j]}" for i in range(len(z)) for j in range(i, len(z))), text, count=1, flags=re.M)
    (folder / "lammps/tried.in").write_text(text)
    (folder / "lammps/forces.dump").unlink(missing_ok=True)
    done = subprocess.run([*map(str, program), "-in", "tried.in", "-var", "model", str(MODEL), "-var", "steps", "5", "-log", "none"], cwd=folder / "lammps", capture_output=True, text=True,
                          timeout=600, env={**os.environ, "OMP_NUM_THREADS": "2"})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    header, values = re.search(r"^\s*(Step .*)\n\s*(0 .*)$", done.stdout, re.M).groups()
    thermo = dict(zip(header.split(), map(float, values.split())))
    forces = np.array([line.split()[1:] for line in (folder / "lammps/forces.dump").read_text().split("id fx fy fz")[1].split("\n")[1:-1]], float)
    assert (folder / "lammps" / ("relaxed.data" if protocol == "relax" else f"{protocol}.final.data")).exists(), "the input did not reach its end"
    return thermo, forces


def compare(what, ours, theirs, limits):
    energy = abs(ours[0]["PotEng"] - theirs[0]["PotEng"]) / len(ours[1])
    pressures = [abs(ours[0][k] - theirs[0][k]) for k in ("Press", "Pxx", "Pyy", "Pzz", "Pxy")]
    size = max(abs(theirs[0][k]) for k in ("Press", "Pxx", "Pyy", "Pzz"))
    force = np.abs(ours[1] - theirs[1]).max()
    print(f"{what}: energy {energy:.1e} eV/atom, pressure {max(pressures):.1e} of {size:.1e} bar, force {force:.1e} of {np.abs(theirs[1]).max():.1e} eV/A")
    assert energy < limits[0] and force < limits[1] and max(pressures) < limits[2] * size, what


with tempfile.TemporaryDirectory() as scratch:
    folder = pathlib.Path(scratch) / "stack"
    subprocess.run([LAMELLA, "build", str(SOURCE / "structures/presets/bare-vacancies.toml"), "-o", str(folder), "-q", "--set", "cathode.thickness=8", "--set", "electrolyte.thickness=8"], check=True)
    for protocol in ("relax", "reaction", "diffusion"):
        embedded = run([LAMELLA, "lammps", "--precision", "double"], folder, protocol, zbl=False)
        if DEEPMD.exists():
            # The bundled model is in single precision, and TensorFlow evaluates it so.
            compare(f"{protocol}.in, deepmd-kit's lmp", embedded, run([DEEPMD], folder, protocol, zbl=False), (1e-5, 1e-3, 1e-4))
        if DEBIAN:
            compare(f"{protocol}.in under zbl, Debian's lmp", run([LAMELLA, "lammps"], folder, protocol, zbl=True), run([DEBIAN], folder, protocol, zbl=True), (1e-12, 1e-9, 1e-11))
