"""What a quench costs beside a bare `lmp` of the same inputs, and how the cost grows with the atoms.

  python3 tests/bench/amorphous_speed.py build/lamella ratio [--lmp lmp] [--repeats 3]
  python3 tests/bench/amorphous_speed.py build/lamella growth [--atoms 500,5000,50000]

ratio: one whole quench (LiF, Buckingham, 16 x 16 A, 10 A, 1e14 K/s) with `--inputs`, then `lmp -in` on every input it kept; processor seconds of both,
taken in turn. growth: a short quench of each size (1 ps of melt, 0.22 ps down, 0.1 ps held: 330 steps), all of it measured; then some steps of its melt
stage alone, here on one thread and under a bare `lmp`. The default recipe has 57,000 steps (5 ps of melt, 220 ps down, 2 ps held, 4 fs each).
"""
import argparse, glob, os, re, statistics, subprocess, sys, tempfile, time


def cpu(command, cwd=None):
    process = subprocess.Popen(command, cwd=cwd, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    text = process.stdout.read()
    _, status, used = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        sys.exit(f"{' '.join(command)}: {text}")
    return used.ru_utime + used.ru_stime, text


def quench(o, folder, cell, thickness, *more):
    command = [o.lamella, "quench", "LiF", "--cell", cell, "--thickness", str(thickness), "-o", os.path.join(folder, "layer.extxyz"), "--inputs", os.path.join(folder, "inputs"), "-q", *more]
    return cpu(command)[0]


def lmp(o, name, folder):
    return cpu([o.lmp, "-in", os.path.basename(name), "-log", "none", "-echo", "none"], folder)


def ratio(o):
    ratios = []
    for k in range(o.repeats):
        with tempfile.TemporaryDirectory() as folder:
            ours = quench(o, folder, "16,0,0,16", 10, "--rate", "1e14", "--rewinds", "0", "--seed", str(k + 1))
            inputs = sorted(glob.glob(os.path.join(folder, "inputs", "*.in")))
            bare = sum(lmp(o, i, os.path.join(folder, "inputs"))[0] for i in inputs)
        ratios.append(ours / bare)
        print(f"quench {ours:.2f} s, lmp on its {len(inputs)} inputs {bare:.2f} s, ratio {ratios[-1]:.3f}", flush=True)
    print(f"median {statistics.median(ratios):.3f}, from {min(ratios):.3f} to {max(ratios):.3f} (processor time; packing, order and proof included)")
    return statistics.median(ratios) <= 1.05


def per_step(o, folder, name, program, steps):
    """ms per step of the kept melt input, cut to so many steps; its minimisation is not in LAMMPS's loop time."""
    text = open(os.path.join(folder, name)).read()
    with open(os.path.join(folder, "short.in"), "w") as f:
        f.write(re.sub(r"(?m)^run \d+", f"run {steps}", text))
    out = cpu(program + ["-in", "short.in", "-log", "none", "-echo", "none"], folder)[1]
    loop = re.findall(r"Loop time of ([\d.]+) on \d+ procs for (\d+) steps with (\d+) atoms", out)[-1]
    return 1e3 * float(loop[0]) / int(loop[1]), int(loop[2])


def growth(o):
    print("| melted atoms | quench of 330 steps, s processor (s by the clock) | of it not steps, s | ms per step here | us per atom and step | ms per step of bare lmp |\n|---|---|---|---|---|---|")
    for atoms in map(int, o.atoms.split(",")):
        thickness = min(60.0, max(10.0, (atoms / 0.0929) ** (1 / 3)))
        side = (atoms / 0.0929 / (1.03 * (thickness + 2))) ** 0.5
        with tempfile.TemporaryDirectory() as folder:
            begun = time.monotonic()
            total = quench(o, folder, f"{side:.4f},0,0,{side:.4f}", f"{thickness:.2f}", "--rate", "1e16", "--hold", "1", "--final-hold", "0.1", "--rewinds", "0")
            clock = time.monotonic() - begun
            inputs = os.path.join(folder, "inputs")
            melt = os.path.basename(sorted(glob.glob(os.path.join(inputs, "*.in")))[0])
            steps = max(10, min(250, 200000 // atoms))
            ours, melted = per_step(o, inputs, melt, [o.lamella, "lammps", "-suffix", "lamella", "--threads", "1"], steps)
            bare = per_step(o, inputs, melt, [o.lmp], steps)[0]
        print(f"| {melted} | {total:.1f} ({clock:.1f}) | {max(0.0, total - 0.33 * ours):.1f} | {ours:.2f} | {1e3 * ours / melted:.2f} | {bare:.2f} |", flush=True)
    return True


a = argparse.ArgumentParser()
a.add_argument("lamella")
a.add_argument("what", choices=("ratio", "growth"))
a.add_argument("--lmp", default="lmp")
a.add_argument("--repeats", type=int, default=3)
a.add_argument("--atoms", default="500,5000,50000")
o = a.parse_args()
o.lamella = os.path.abspath(o.lamella)
os.environ["LAMELLA_CACHE"] = "off"
sys.exit(0 if (ratio if o.what == "ratio" else growth)(o) else 1)
