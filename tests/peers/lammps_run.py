"""The embedded engine beside deepmd-kit's own lmp and MDAnalysis, ASE: one emitted input, step 0.

1. protocol inputs of a small tilted stack (seven elements) run with `lamella lammps` and with deepmd-kit's lmp: energy, pressure and
   forces of step 0, and a model deviation of two models. 2. two ranks against one. 3. trajectory.nc read by ASE and MDAnalysis.
"""
import os
import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import ase.io
    import MDAnalysis
    import numpy as np
    from ase import Atoms
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
MODEL = SOURCE / "structures/potential/first-pass.pb"
LMP = pathlib.Path(sys.executable).with_name("lmp")
TYPES = ["Li", "Co", "O", "P", "S", "Cl", "F"]
MASSES = [6.94, 58.933, 15.999, 30.974, 32.06, 35.45, 18.998]
rng = np.random.default_rng(12)


def stack(n=120):
    cell = np.array([[11.0, 0, 0], [2.5, 12.0, 0], [-1.5, 2.0, 14.0]])
    places = []
    while len(places) < n:
        trial = rng.random(3)
        d = (np.array(places).reshape(-1, 3) - trial + 0.5) % 1.0 - 0.5
        if not places or np.linalg.norm(d @ cell, axis=1).min() > 1.75:
            places.append(trial)
    return Atoms([TYPES[k] for k in rng.integers(0, 7, n)], positions=np.array(places) @ cell, cell=cell, pbc=True)


def write_folder(folder, atoms):
    (folder / "lammps").mkdir(parents=True)
    c = atoms.cell
    lines = [f"stack\n\n{len(atoms)} atoms\n7 atom types\n0 {c[0, 0]} xlo xhi\n0 {c[1, 1]} ylo yhi\n0 {c[2, 2]} zlo zhi",
             f"{c[1, 0]} {c[2, 0]} {c[2, 1]} xy xz yz\n\nMasses\n"]
    lines += [f"{k + 1} {m} # {s}" for k, (s, m) in enumerate(zip(TYPES, MASSES))] + ["\nAtoms # atomic\n"]
    lines += [f"{i + 1} {TYPES.index(a.symbol) + 1} {a.x:.10f} {a.y:.10f} {a.z:.10f}" for i, a in enumerate(atoms)]
    (folder / "lammps/stack.data").write_text("\n".join(lines) + "\n")
    ase.io.write(folder / "stack.extxyz", atoms, format="extxyz")
    (folder / "lammps/quick.in").write_text(f"""variable model index {MODEL}
variable data index stack.data
variable steps index 20
variable temperature index 300
variable dump_every index 5
variable thermo_every index 5
# --- system
units metal
atom_style atomic
box tilt large
read_data ${{data}}
pair_style deepmd ${{model}}
pair_coeff * * {' '.join(TYPES)}
timestep 0.0002
thermo ${{thermo_every}}
thermo_style custom step pe press pxx pyy pzz pxy pxz pyz
thermo_modify format float %.12g
# --- start
velocity all create ${{temperature}} 5 loop geom
# --- run
fix 1 all nvt temp ${{temperature}} ${{temperature}} 0.1
dump forces all custom 1000000 forces.dump id fx fy fz
dump_modify forces sort id format float %.12g
run ${{steps}}
""")


def run(program, folder, *flags, ranks=1, environment=None):
    (folder / "forces.dump").unlink(missing_ok=True)
    words = ([] if ranks == 1 else ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks)]) + [str(w) for w in program]
    done = subprocess.run([*words, "-in", "lammps/quick.in", "-var", "data", "lammps/stack.data", "-var", "steps", "0", "-log", "none", *flags],
                          cwd=folder, capture_output=True, text=True, env={**os.environ, **(environment or {})}, timeout=600)
    match = re.search(r"Step.*\n((?:\s+[-\d.e+]+){9})", done.stdout)
    assert match, done.stdout[-2000:] + done.stderr[-2000:]
    rows = (folder / "forces.dump").read_text().split("id fx fy fz")[1].split("\n")[1:-1]
    return np.array(match.group(1).split(), float), np.array([r.split()[1:] for r in rows], float)


def say(what, a, b, atoms, limits):
    energy, pressure, force = abs(a[0][1] - b[0][1]) / atoms, np.abs(a[0][2:] - b[0][2:]).max(), np.abs(a[1] - b[1]).max()
    print(f"{what}: energy {energy:.1e} eV/atom, pressure {pressure:.1e} bar of {abs(b[0][2]):.1e}, force {force:.1e} eV/A")
    assert energy < limits[0] and force < limits[1] and pressure < limits[2] * max(1.0, np.abs(b[0][2:]).max()), what


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    atoms = stack()
    write_folder(folder, atoms)
    oracle = run([LMP], folder)
    double = run([LAMELLA, "lammps", "--precision", "double"], folder)
    # The bundled model is in single precision, and TensorFlow evaluates it so.
    say("double against deepmd-kit's lmp", double, oracle, len(atoms), (1e-5, 1e-3, 1e-4))
    say("mixed against double", run([LAMELLA, "lammps"], folder), double, len(atoms), (1e-6, 1e-3, 1e-5))
    say("two ranks against one", run([LAMELLA, "lammps", "--precision", "double"], folder, ranks=2), double, len(atoms), (1e-11, 1e-8, 1e-9))
    own = run([LAMELLA, "lammps", "--backend", "deepmd"], folder, environment={"LAMELLA_DEEPMD": sys.prefix})
    say("deepmd-kit's library in lamella against its lmp", own, oracle, len(atoms), (1e-9, 1e-6, 1e-7))

    subprocess.run([LAMELLA, "run", str(folder), "--protocol", "quick", "-q", "--checkpoint", "10", "--max-temperature", "1e9"], check=True, stdout=subprocess.DEVNULL)
    trajectory = folder / "run/quick/trajectory.nc"
    frames = ase.io.read(trajectory, index=":", format="netcdftrajectory")
    assert len(frames) == 5 and frames[0].get_chemical_symbols() == atoms.get_chemical_symbols()
    shift = frames[0].positions - atoms.positions
    print("ASE: 5 frames, first off by %.1e A, cell by %.1e A" % (np.abs(shift).max(), np.abs(frames[0].cell - atoms.cell).max()))
    assert np.abs(shift).max() < 1e-5
    universe = MDAnalysis.Universe.empty(len(atoms), trajectory=False)
    universe.load_new(str(trajectory), format="NCDF")
    assert len(universe.trajectory) == 5 and abs(universe.trajectory[4].time - 20 * 0.0002) < 1e-9
    assert np.abs(universe.trajectory[4].positions - frames[4].positions).max() < 1e-4
    print("MDAnalysis: 5 frames, the same positions, times in ps")
