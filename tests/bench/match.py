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
    start = time.perf_counter()
    import numpy as np
    from pymatgen.analysis.interfaces.zsl import ZSLGenerator
    importing = time.perf_counter() - start
except ImportError:
    sys.exit("no pymatgen: ZSL not timed")
# Both sides search from two pairs of vectors in memory, every coincidence up to the area, none written anywhere.
first, second = (np.hstack([np.array(b), [[0], [0]]]) for b in run(10, "--all", "--max-strain", "0.3")[2]["matches"][0]["bases"])
start, cpu_start = time.perf_counter(), time.process_time()
count = sum(1 for _ in ZSLGenerator(max_area=zsl_area)(second, first))
seconds, cpu = time.perf_counter() - start, time.process_time() - cpu_start
program_folder = os.path.dirname(os.path.abspath(program))
best, worst, search_cpu, listed = (float(x) for x in subprocess.run([os.path.join(program_folder, "bench_match"), str(zsl_area), *words], check=True, capture_output=True, text=True).stdout.split())
front, front_cpu, _ = run(zsl_area)
every, every_cpu, found = run(zsl_area, "--all")
print(f"\nLCO(001)/LiF(111) to {zsl_area:.0f} A^2, in one run\n\n| | wall s | processor s | ZSL's wall over it | ZSL's processor over it |\n|---|---|---|---|---|")
print(f"| ZSL, search from given vectors, {count} matches, once | {seconds:.1f} | {cpu:.1f} | | |")
print(f"| lamella, search from given vectors, {listed:.0f} listed for {found['found_unmerged']} pairs, best (worst) of ten | {best:.4f} ({worst:.4f}) | {search_cpu:.4f} | {seconds / best:.0f} ({seconds / worst:.0f}) | {cpu / search_cpu:.0f} |")
print(f"| lamella, whole program, the front written, best of five | {front:.3f} | {front_cpu:.3f} | {seconds / front:.0f} | {cpu / front_cpu:.0f} |")
print(f"| lamella, whole program, every match written, best of five | {every:.3f} | {every_cpu:.3f} | {seconds / every:.0f} | {cpu / every_cpu:.0f} |")
print(f"\nZSL's own whole program would add {importing:.1f} s for importing it.")
