"""Growth of a coated build from a thousand to a million atoms, and our writers against ASE's on the same stack, in one run.
usage: builder.py LAMELLA   (needs ase; bench_writers beside LAMELLA; the melt takes about a minute and is cached)"""
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

lamella = os.path.abspath(sys.argv[1])
# Both crystals on (110): a cell of 137 A^2, so that the smallest stack has about a thousand atoms. The coating is melted in
# that cell and tiled from there on; the manifest says so.
SPEC = """seed = 3
[cell]
max_area = 200.0
max_atoms = 100000000
boundary = "double"
[[layer]]
name = "cathode"
crystal = "LiCoO2"
miller = [1, 1, 0]
thickness = 20.0
[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 10.0
quench = { potential = "buckingham", melt = 2500.0, hold = 2.0, rate = 1.0e14, final = 300.0 }
[[layer]]
name = "electrolyte"
crystal = "Li6PS5Cl"
miller = [1, 1, 0]
thickness = 20.0
vacancies = [ { species = "Li", fraction = 0.10 } ]
"""


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def build(root, repeat):
    """Wall and processor seconds, peak MB of a build (audit and export included)."""
    words = [lamella, "build", str(root / "spec.toml"), "-o", str(root / f"r{repeat}"), "--force", "-q", "--set", f"cell.repeat=[{repeat},{repeat}]"]
    start = time.perf_counter()
    process = subprocess.Popen(words)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.perf_counter() - start, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024


def growth(root, repeats):
    print("| atoms | wall s, best and worst of 3 | processor s | us/atom | peak MB |\n|---|---|---|---|---|")
    build(root, 1)  # the melt, then cached
    for repeat in repeats:
        runs = sorted(build(root, repeat) for _ in range(3))
        seconds, cpu, peak = runs[0]
        atoms = int(open(root / f"r{repeat}/stack.extxyz").readline())
        print(f"| {atoms} | {seconds:.2f} to {runs[-1][0]:.2f} | {cpu:.2f} | {1e6 * cpu / atoms:.2f} | {peak:.0f} |", flush=True)


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


def writers(root, repeat):
    import ase.io
    import ase.io.lammpsdata
    stack = root / f"r{repeat}/stack.extxyz"
    program = os.path.join(os.path.dirname(lamella), "bench_writers")
    ours = {line.split(",")[0]: [float(x) for x in line.split(",")[1:]] for line in subprocess.run([program, str(stack), str(root)], check=True, capture_output=True, text=True).stdout.split("\n") if line}
    atoms = ase.io.read(stack)
    print(f"\n{len(atoms)} atoms, seconds: ours best of 5, ASE {ase.__version__} best of 2\n\n| format | our text | written | written and synced | ASE, written | ratio | ratio, ours synced |\n|---|---|---|---|---|---|---|")
    for name, write in (("LAMMPS data", lambda: ase.io.lammpsdata.write_lammps_data(root / "ase.data", atoms, masses=True)),
                        ("POSCAR", lambda: ase.io.write(root / "ase.poscar", atoms, format="vasp", direct=True, sort=True)),
                        ("extxyz", lambda: ase.io.write(root / "ase.xyz", atoms, format="extxyz")),
                        ("CIF", lambda: ase.io.write(root / "ase.cif", atoms, format="cif"))):
        theirs = min(timed(write) for _ in range(2))
        text, written, synced = ours[name]
        print(f"| {name} | {text:.3f} | {written:.3f} | {synced:.3f} | {theirs:.2f} | {theirs / written:.1f} | {theirs / synced:.1f} |", flush=True)


print(machine())
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    (root / "spec.toml").write_text(SPEC)
    growth(root, (1, 3, 10, 32, 33))
    writers(root, 33)
