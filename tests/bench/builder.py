"""Growth of a build from a thousand to a million atoms, and our writers against ASE's on the same stack.
usage: builder.py LAMELLA SOURCE [--coated]   (needs ase; --coated melts the coating once, then tiles it)"""
import argparse
import os
import pathlib
import platform
import resource
import subprocess
import tempfile
import time

parser = argparse.ArgumentParser()
parser.add_argument("lamella")
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("--coated", action="store_true")
options = parser.parse_args()
preset = options.source / "structures/presets" / ("coated-10.toml" if options.coated else "bare-vacancies.toml")


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def build(folder, repeat):
    """Wall seconds, peak MB of the build process."""
    words = [options.lamella, "build", str(preset), "-o", str(folder), "--force", "-q", "--set", f"cell.repeat=[{repeat},{repeat}]", "--set", "cell.max_atoms=100000000"]
    start = time.perf_counter()
    process = subprocess.Popen(words)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def growth(root):
    print("| atoms | build, audit, export, s | us/atom | peak, MB |\n|---|---|---|---|")
    if options.coated:
        build(root / "warm", 1)  # the melt, then cached
    for repeat in (1, 2, 4, 8, 16, 23):
        seconds, peak = build(root / f"r{repeat}", repeat)
        atoms = int(open(root / f"r{repeat}/stack.extxyz").readline())
        print(f"| {atoms} | {seconds:.2f} | {1e6 * seconds / atoms:.1f} | {peak:.0f} |", flush=True)


def writers(root):
    import ase.io
    import ase.io.lammpsdata
    atoms = ase.io.read(root / "r8/stack.extxyz")
    print(f"\nASE's writers on {len(atoms)} atoms (ours write the whole folder, thrice POSCAR, data, extxyz, CIF, picture, in the time above)")
    for name, write in (("LAMMPS data", lambda: ase.io.lammpsdata.write_lammps_data(root / "ase.data", atoms, masses=True)),
                        ("POSCAR", lambda: ase.io.write(root / "ase.poscar", atoms, format="vasp", direct=True, sort=True))):
        best = min(timed(write) for _ in range(3))
        print(f"{name}: {best:.2f} s, {1e6 * best / len(atoms):.2f} us/atom")
    print(subprocess.run([options.lamella.replace("lamella", "bench_writers"), str(root / "r8/stack.extxyz")], capture_output=True, text=True).stdout)


def timed(call):
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


print(machine())
with tempfile.TemporaryDirectory() as folder:
    growth(pathlib.Path(folder))
    writers(pathlib.Path(folder))
