"""What the trajectory and the observables cost while a coated stack runs under the Deep Potential (needs nothing but lamella):

    build/lamella build structures/presets/coated-10.toml -o stack && python tests/bench/on_the_fly.py build/lamella stack

The run itself clocks what it spends on frames (gathering, writing, syncing) and on `--analyze`; printed as shares of the run's
time, and per frame, from which follows the share at the protocols' own 1000 steps between frames. Then the same steps without
trajectory and analysis: processor seconds of the whole program side by side.
"""
import json
import os
import pathlib
import platform
import shutil
import subprocess
import sys
import tempfile

lamella, stack = sys.argv[1], pathlib.Path(sys.argv[2])
steps = int(sys.argv[3]) if len(sys.argv) > 3 else 200


def run(folder, every, *more):
    words = [lamella, "run", folder, "--protocol", "reaction", "--steps", str(steps), "--set", f"dump_every={every}", "--force", "--json", "-q", *more]
    child = subprocess.Popen(words, stdout=subprocess.PIPE, text=True)
    out = child.stdout.read()
    _, status, usage = os.wait4(child.pid, 0)
    if status:
        sys.exit(f"{words} failed")
    return json.loads(out), usage.ru_utime + usage.ru_stime


def main():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), platform.machine())
    print(f"machine: {model}, {os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}, nice {os.nice(0)}")
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch) / "stack"
        shutil.copytree(stack, folder, ignore=shutil.ignore_patterns("run", "analysis"))
        # Relaxed once, so that the runs below begin alike and without a minimisation to speak of.
        subprocess.run([lamella, "run", folder, "--protocol", "relax", "--steps", "20", "-q", "--set", "dump_every=0"], check=True, stdout=subprocess.DEVNULL)
        relaxed = ["--data", folder / "run/relax/relaxed.data"]
        for every in (10, 100):
            told, used = run(folder, every, "--analyze", *relaxed)
            frames = told["frames"]
            print(f"{told['atoms']} atoms, {steps} steps, a frame every {every}: {told['seconds']:.2f} s ({told['us_per_atom_step']:.1f} us/atom/step), "
                  f"trajectory {100 * told['trajectory_seconds'] / told['seconds']:.2f} %, analysis {100 * told['analysis_seconds'] / told['seconds']:.2f} %; "
                  f"per frame {1e3 * told['trajectory_seconds'] / frames:.1f} and {1e3 * told['analysis_seconds'] / frames:.1f} ms")
            step = told["seconds"] - told["trajectory_seconds"] - told["analysis_seconds"]
            print(f"    at a frame every 1000 steps: trajectory {100 * told['trajectory_seconds'] / frames / (1000 * step / steps):.3f} %, analysis {100 * told['analysis_seconds'] / frames / (1000 * step / steps):.3f} %")
        with_all, without = [], []
        for _ in range(2):
            with_all.append(run(folder, 100, "--analyze", *relaxed)[1])
            without.append(run(folder, 0, *relaxed)[1])
        print(f"whole program, processor seconds, frames and analysis every 100 steps: {with_all} against {without} without")


main()
