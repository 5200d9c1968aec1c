"""Drift of the total energy in NVE, mixed beside double, per atom and nanosecond: what single precision and the tables cost a long run.

  python3 tests/bench/nve_drift.py LAMELLA SOURCE [--picoseconds 100] [--timestep 1.0] [--cells 3] [--threads N]

8 cells^3 atoms of LiF at about 300 K under the bundled Deep Potential: 2 ps to settle, then NVE with no thermostat. Prints the slope of a straight line
through the total energy (its standard error by blocks), the same in meV/atom over 1 ns, and the standard deviation about the line.
"""
import argparse
import pathlib
import statistics
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("lamella", type=pathlib.Path)
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("--picoseconds", type=float, default=100.0)
parser.add_argument("--timestep", type=float, default=1.0, help="fs")
parser.add_argument("--cells", type=int, default=3, help="along each edge, 8 atoms each")
parser.add_argument("--threads", type=int, default=1)
options = parser.parse_args()
BLOCKS = 10


def deck(constant=4.026):
    edge = options.cells
    steps = round(options.picoseconds * 1e3 / options.timestep)
    model = options.source.resolve() / "structures/potential/first-pass.pb"
    return f"""units metal
atom_style atomic
lattice fcc {constant}
region box block 0 {edge} 0 {edge} 0 {edge}
create_box 2 box
lattice custom {constant} a1 1 0 0 a2 0 1 0 a3 0 0 1 basis 0 0 0 basis 0 0.5 0.5 basis 0.5 0 0.5 basis 0.5 0.5 0 basis 0.5 0 0 basis 0 0.5 0 basis 0 0 0.5 basis 0.5 0.5 0.5
create_atoms 1 box basis 5 2 basis 6 2 basis 7 2 basis 8 2
mass 1 6.94
mass 2 18.998
pair_style deepmd {model}
pair_coeff * * Li F
neighbor 1.0 bin
neigh_modify every 5 delay 0 check yes
velocity all create 600 11 loop geom
timestep {options.timestep * 1e-3}
fix 1 all nve
thermo_modify format float %.12f
run {round(2000 / options.timestep)}
thermo 20
thermo_style custom step etotal temp
thermo_modify format float %.12f
run {steps}
"""


def line(x, y):
    """Slope and the residuals' standard deviation."""
    mx, my = statistics.fmean(x), statistics.fmean(y)
    slope = sum((a - mx) * (b - my) for a, b in zip(x, y)) / sum((a - mx) ** 2 for a in x)
    return slope, statistics.pstdev(b - my - slope * (a - mx) for a, b in zip(x, y))


def drift(precision, folder):
    (folder / "nve.in").write_text(deck())
    start = time.time()
    subprocess.run([options.lamella.resolve(), "lammps", "--precision", precision, "--threads", str(options.threads), "-in", "nve.in", "-log", f"{precision}.log", "-screen", "none"], cwd=folder, check=True)
    log = (folder / f"{precision}.log").read_text()
    atoms = int(log.split("Created ")[-1].split()[0])
    rows = [text.split() for text in log[log.rindex("Step"):].splitlines()[1:]]
    rows = [[float(v) for v in row] for row in rows[: next(k for k, row in enumerate(rows) if row[0] == "Loop")]]
    ps, energy = [row[0] * options.timestep * 1e-3 for row in rows], [row[1] / atoms for row in rows]
    slope, noise = line(ps, energy)
    # Means of blocks are all but independent: the slope through them has an error that the scatter gives honestly.
    size = len(rows) // BLOCKS
    bx, by = ([statistics.fmean(v[k * size:(k + 1) * size]) for k in range(BLOCKS)] for v in (ps, energy))
    block_slope, block_noise = line(bx, by)
    error = block_noise / (statistics.pstdev(bx) * (BLOCKS - 2) ** 0.5)
    temperature = statistics.fmean(row[2] for row in rows)
    print(f"{precision:>9s} {atoms:6d} {ps[-1] - ps[0]:8.1f} {options.timestep:6.2f} {temperature:7.0f} {slope * 1e3:12.2e} {error * 1e3:10.1e} {slope * 1e6:14.4f} {noise * 1e3:12.2e} {time.time() - start:8.0f}", flush=True)


with tempfile.TemporaryDirectory() as name:
    print(f"{'':>9s} {'':6s} {'':>8s} {'step':>6s} {'':>7s} {'slope':>12s} {'+-':>10s} {'over 1 ns':>14s} {'about line':>12s}")
    print(f"{'precision':>9s} {'atoms':>6s} {'ps':>8s} {'fs':>6s} {'mean K':>7s} {'meV/atom/ps':>12s} {'':>10s} {'meV/atom':>14s} {'meV/atom':>12s} {'s':>8s}")
    for kind in ("double", "mixed"):
        drift(kind, pathlib.Path(name))
