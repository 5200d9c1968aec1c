"""g(r) against freud on the same frames, threads and machine, in one command (needs freud-analysis):

    ninja -C build bench_rdf && python tests/bench/rdf.py build

6,000 atoms at the density of the stacks in a tilted box, 8 A, 200 bins, two threads; the two programs take turns. Wall seconds
mean something on an idle machine only; processor seconds are beside them. Memory and speed of the whole `lamella analyze` on a
10,000-frame trajectory: python tests/bench/rdf.py build --stream (writes 0.7 GB into the temporary folder); --all does both in one run.
"""
import json
import os
import pathlib
import platform
import subprocess
import sys
import tempfile
import time

import numpy as np

build = pathlib.Path(sys.argv[1])
atoms, r_max, bins, threads, frames, rounds = 6000, 8.0, 200, 2, 20, 3
cell = np.array([[31.0, 0, 0], [3.0, 31.0, 0], [1.0, 2.0, 68.0]])


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    print(f"machine: {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")


def compare():
    import freud
    freud.set_num_threads(threads)
    rng = np.random.default_rng(1)
    positions = [rng.random((atoms, 3)) for _ in range(frames)]
    box = freud.box.Box.from_matrix(cell.T)
    with tempfile.TemporaryDirectory() as scratch:
        raw = pathlib.Path(scratch) / "frames.raw"
        with open(raw, "wb") as f:
            for s in positions:
                f.write(cell.tobytes() + np.ascontiguousarray(s @ cell).tobytes())
        theirs, ours = [], []
        wrapped = [(s - 0.5) @ cell for s in positions]
        for _ in range(rounds):
            line = json.loads(subprocess.run([build / "bench_rdf", raw, str(atoms), str(r_max), str(bins), str(threads)], capture_output=True, text=True, check=True).stdout)
            ours.append((frames / line["wall"], frames / line["processor"]))
            rdf = freud.density.RDF(bins, r_max)
            wall, used = time.perf_counter(), time.process_time()
            for k, r in enumerate(wrapped):
                rdf.compute((box, r), reset=(k == 0))
            rdf.rdf
            theirs.append((frames / (time.perf_counter() - wall), frames / (time.process_time() - used)))
    print(f"largest difference of g beyond 1 A: {np.abs(np.array(line['g']) - rdf.rdf)[25:].max():.2e}")
    for name, found in (("lamella", ours), ("freud " + freud.__version__, theirs)):
        print(f"{name}: " + ", ".join(f"{wall:.1f}" for wall, _ in found) + " frames/s; per processor second " + ", ".join(f"{used:.1f}" for _, used in found))
    best = max(w for w, _ in ours) / max(w for w, _ in theirs), max(u for _, u in ours) / max(u for _, u in theirs)
    print(f"lamella / freud, best of {rounds}: {best[0]:.1f} by the wall, {best[1]:.1f} by the processor")


def stream():
    """10,000 frames of 6,000 atoms through the whole of lamella analyze: seconds and peak memory."""
    from scipy.io import netcdf_file
    total = 10000
    rng = np.random.default_rng(2)
    symbols = np.repeat([1, 2, 3, 4, 5, 6, 7], [2100, 500, 1000, 900, 200, 1000, 300])
    base = rng.random((atoms, 3)) @ cell
    with tempfile.TemporaryDirectory() as scratch:
        path = pathlib.Path(scratch) / "long.nc"
        with netcdf_file(path, "w", version=2) as nc:
            for name, size in (("frame", None), ("atom", atoms), ("spatial", 3), ("cell_spatial", 3), ("cell_angular", 3)):
                nc.createDimension(name, size)
            nc.Conventions = "AMBER"
            t, lengths, angles = (nc.createVariable(n, "d", d) for n, d in (("time", ("frame",)), ("cell_lengths", ("frame", "cell_spatial")), ("cell_angles", ("frame", "cell_angular"))))
            t.units = "picosecond"
            types = nc.createVariable("type", "i", ("atom",))
            types[:] = symbols
            x = nc.createVariable("unwrapped_coordinates", "f", ("frame", "atom", "spatial"))
            lengths_now = np.linalg.norm(cell, axis=1)
            cosine = [cell[1] @ cell[2] / lengths_now[1] / lengths_now[2], cell[0] @ cell[2] / lengths_now[0] / lengths_now[2], cell[0] @ cell[1] / lengths_now[0] / lengths_now[1]]
            for k in range(total):
                base[:2100] += rng.normal(size=(2100, 3)) * 0.2
                t[k], lengths[k], angles[k], x[k] = 0.1 * k, lengths_now, np.degrees(np.arccos(cosine)), base
                if k % 200 == 0:
                    nc.flush()
        start = time.perf_counter()
        child = subprocess.Popen([build / "lamella", "analyze", path, "--types", "Li,Co,O,F,P,S,Cl", "-o", pathlib.Path(scratch) / "out", "-q", "--temperature", "300"], stderr=subprocess.DEVNULL)
        _, status, usage = os.wait4(child.pid, 0)
        seconds = time.perf_counter() - start
        print(f"lamella analyze, {total} frames of {atoms} atoms: exit {os.waitstatus_to_exitcode(status)}, {seconds:.0f} s ({total / seconds:.1f} frames/s), processor {usage.ru_utime + usage.ru_stime:.0f} s, peak {usage.ru_maxrss / 1e6:.2f} GB")


machine()
if "--stream" not in sys.argv:
    compare()
if "--stream" in sys.argv or "--all" in sys.argv:
    stream()
