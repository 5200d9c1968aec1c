"""Growth of a coated build from a thousand to a million atoms, and our writers against ASE's on the same stack, in one run.
usage: builder.py LAMELLA SOURCE [writers]   (writers: those alone; needs ase; bench_writers beside LAMELLA; the melt takes minutes and is cached)"""
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

lamella = os.path.abspath(sys.argv[1])
# The paper's stack with 10 A of LiF at both seams. The coating is melted in a cell of 399 A^2 and tiled from there on; the manifest says so.
preset = pathlib.Path(sys.argv[2]) / "structures/presets/coated-10.toml"


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    return f"{model}, {os.cpu_count()} cores, {platform.system()}"


def build(root, name, *settings):
    """Wall and processor seconds, peak MB of a build (audit and export included), and its atoms."""
    words = [lamella, "build", str(preset), "-o", str(root / name), "--force", "-q", "--set", "cell.max_atoms=100000000"]
    for setting in settings:
        words += ["--set", setting]
    start = time.perf_counter()
    process = subprocess.Popen(words)
    _, status, usage = os.wait4(process.pid, 0)
    assert status == 0, status
    seconds = time.perf_counter() - start
    return seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024, int(open(root / name / "stack.extxyz").readline())


def growth(root):
    print("| atoms | wall s, best and worst of 3 | processor s | us/atom | peak MB |\n|---|---|---|---|---|")
    build(root, "warm")  # the melt, then cached
    for repeat in (0, 1, 2, 4, 8, 16, 21):
        settings = [f"cell.repeat=[{repeat},{repeat}]"] if repeat else ["coating.thickness=0"]
        runs = sorted(build(root, f"r{repeat}", *settings) for _ in range(3))
        seconds, cpu, peak, atoms = runs[0]
        print(f"| {atoms}{'' if repeat else ' (bare)'} | {seconds:.2f} to {runs[-1][0]:.2f} | {cpu:.2f} | {1e6 * cpu / atoms:.2f} | {peak:.0f} |", flush=True)


def timed(call, sync=None):
    """Seconds of a call; with `sync`, until that file is on the disk."""
    start = time.perf_counter()
    call()
    if sync:
        file = os.open(sync, os.O_RDONLY)
        os.fsync(file)
        os.close(file)
    return time.perf_counter() - start


def writers(root, repeat):
    import ase.io
    import ase.io.lammpsdata
    stack = root / f"r{repeat}/stack.extxyz"
    program = os.path.join(os.path.dirname(lamella), "bench_writers")
    ours = {line.split(",")[0]: [float(x) for x in line.split(",")[1:]] for line in subprocess.run([program, str(stack), str(root)], check=True, capture_output=True, text=True).stdout.split("\n") if line}
    atoms = ase.io.read(stack)
    print(f"\n{len(atoms)} atoms, seconds: ours best of 5, ASE {ase.__version__} best of 2; synced: by fsync, both\n\n"
          "| format | our text | written | written and synced | ASE, written | ASE, written and synced | ratio, written | ratio, synced |\n|---|---|---|---|---|---|---|---|")
    for name, file, write in (("LAMMPS data", "ase.data", lambda: ase.io.lammpsdata.write_lammps_data(root / "ase.data", atoms, masses=True)),
                              ("POSCAR", "ase.poscar", lambda: ase.io.write(root / "ase.poscar", atoms, format="vasp", direct=True, sort=True)),
                              ("extxyz", "ase.xyz", lambda: ase.io.write(root / "ase.xyz", atoms, format="extxyz")),
                              ("CIF", "ase.cif", lambda: ase.io.write(root / "ase.cif", atoms, format="cif"))):
        theirs, theirs_synced = min(timed(write) for _ in range(2)), min(timed(write, root / file) for _ in range(2))
        text, written, synced = ours[name]
        print(f"| {name} | {text:.3f} | {written:.3f} | {synced:.3f} | {theirs:.2f} | {theirs_synced:.2f} | {theirs / written:.1f} | {theirs_synced / synced:.1f} |", flush=True)


print(machine())
with tempfile.TemporaryDirectory() as folder:
    root = pathlib.Path(folder)
    if sys.argv[3:] == ["writers"]:
        build(root, "r21", "cell.repeat=[21,21]")
    else:
        growth(root)
    writers(root, 21)
