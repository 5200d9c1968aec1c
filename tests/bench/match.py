"""The matcher's time and growth, and pymatgen's ZSL on the same surfaces.
usage: match.py LAMELLA [ZSL_AREA]   (needs pymatgen for the second part; ZSL_AREA in A^2, default 400: half a minute)"""
import json
import os
import resource
import subprocess
import sys
import time

program, zsl_area = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 400.0
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
start = time.perf_counter()
count = sum(1 for _ in ZSLGenerator(max_area=zsl_area)(second, first))
seconds = time.perf_counter() - start
print(f"\nZSL, {zsl_area:.0f} A^2: {count} matches in {seconds:.1f} s; lamella {run(zsl_area)[0]:.3f} s (front), {seconds / run(zsl_area)[0]:.0f} times")
