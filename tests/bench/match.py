"""The matcher's time and growth, and pymatgen's ZSL on the same surfaces.
usage: match.py LAMELLA [ZSL_AREA]   (needs pymatgen and bench_match for the second part; ZSL_AREA in A^2, default 1000: a minute)"""
import json
import os
import resource
import subprocess
import sys
import time

program, zsl_area = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 1000.0
words = ["LiCoO2:0,0,1", "LiF:1,1,1"]


def run(area, *flags):
    """Best wall and CPU seconds of five whole runs, and what was found."""
    wall, cpu = [], []
    for _ in range(5):
        before, start = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
        text = subprocess.run([program, "match", *words, "--max-area", str(area), "--json", *flags], check=True, capture_output=True, text=True).stdout
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        wall.append(time.perf_counter() - start)
        cpu.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    return min(wall), min(cpu), json.loads(text)


model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
print(f"{model}, {os.cpu_count()} cores; whole program: start, both crystals read, search, output\n")
print("| max area, A^2 | pairs | listed | front: wall s | CPU s | every match written: wall s |\n|---|---|---|---|---|---|")
for area in (10, 200, 400, 1000, 2000):
    wall, cpu, found = run(area)
    print(f"| {area} | {found['found_unmerged']} | {found['found']} | {wall:.3f} | {cpu:.3f} | {run(area, '--all')[0]:.3f} |", flush=True)
try:
    import numpy as np
    from pymatgen.analysis.interfaces.zsl import ZSLGenerator
except ImportError:
    sys.exit("no pymatgen: ZSL not timed")
first, second = (np.hstack([np.array(b), [[0], [0]]]) for b in run(10, "--all", "--max-strain", "0.3")[2]["matches"][0]["bases"])
start, cpu_start = time.perf_counter(), time.process_time()
count = sum(1 for _ in ZSLGenerator(max_area=zsl_area)(second, first))
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
search, listed = subprocess.run([os.path.join(os.path.dirname(os.path.abspath(program)), "bench_match"), str(zsl_area), *words], check=True, capture_output=True, text=True).stdout.split()
front, _, _ = run(zsl_area)
every, _, found = run(zsl_area, "--all")
print(f"\nLCO(001)/LiF(111), {zsl_area:.0f} A^2, in one run: ZSL on given vectors {count} matches in {seconds:.1f} s ({cpu:.1f} s of processor time)")
print(f"lamella, search alone on given vectors: {float(search):.4f} s, {seconds / float(search):.0f} times ({listed} listed for {found['found_unmerged']} pairs)")
print(f"lamella, whole program: {front:.3f} s with the front ({seconds / front:.0f} times), {every:.3f} s with every match written ({seconds / every:.0f} times)")
