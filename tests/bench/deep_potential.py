"""Our Deep Potential against deepmd-kit's, the same random-weight model on the same coated stack, alternating, in LAMMPS.

  bash tests/bench/deep_potential [--quick] [--growth | --growth-only | --bundled-only] [--steps N] [--rounds N] [--threads N] [--realtime] [--models FOLDER]

makes the environment (pip "deepmd-kit[cpu,lmp]==3.2.0", ase), builds lamella and calls this. Prints a table: microseconds per atom and step
by the clock (least, median, largest round), the ratio of the medians to deepmd-kit's compressed double model, processor time of all cores
together (what a busy machine leaves comparable: a run of N steps less one of none), memory per atom, force error against deepmd-kit's
uncompressed double model, the share of the FMA peak, the machine. --growth adds 1,000 to 200,000 atoms, one and two threads, one and two
ranks. --realtime (or --nice -20; as root) puts the timed programs before everything else on a shared machine.
"""
import argparse
import os
import pathlib
import platform
import re
import statistics
import subprocess
import sys
import tempfile

import numpy as np

parser = argparse.ArgumentParser()
parser.add_argument("lamella", type=pathlib.Path)
parser.add_argument("source", type=pathlib.Path)
parser.add_argument("--bench", type=pathlib.Path, help="bench_evaluator, for the FMA peak and the time per kernel")
parser.add_argument("--quick", action="store_true", help="a small stack, one round")
parser.add_argument("--growth", action="store_true", help="1,000 to 200,000 atoms as well")
parser.add_argument("--growth-only", action="store_true")
parser.add_argument("--bundled-only", action="store_true", help="the bundled model's two rows alone")
parser.add_argument("--models", type=pathlib.Path, help="a folder that keeps the models between runs: making them takes minutes")
parser.add_argument("--steps", type=int, default=20)
parser.add_argument("--nice", type=int, default=0, help="priority of the timed programs")
parser.add_argument("--realtime", action="store_true", help="the timed programs before all others (chrt --fifo 1, as root): a shared machine is then as good as idle")
parser.add_argument("--rounds", type=int, default=3)
parser.add_argument("--threads", type=int, default=len(os.sched_getaffinity(0)))
options = parser.parse_args()
sys.path.insert(0, str(options.source / "tests/runner/reference"))
import random_models  # noqa: E402

ELEMENTS = ["Li", "Co", "O", "P", "S", "Cl", "F"]
BUNDLED = (options.source / "structures/potential/starter.pb").resolve()
MASSES = [6.94, 58.93, 16.0, 30.97, 32.06, 35.45, 19.0]


def settings(precision):
    return {"type_map": ELEMENTS,
            "descriptor": {"type": "se_e2_a", "rcut": 6.0, "rcut_smth": 0.5, "sel": [80, 40, 80, 24, 60, 32, 80], "neuron": [25, 50, 100], "axis_neuron": 16, "resnet_dt": False,
                           "type_one_side": True, "activation_function": "tanh", "precision": precision, "seed": 1},
            "fitting_net": {"type": "ener", "neuron": [240, 240, 240], "resnet_dt": True, "activation_function": "tanh", "precision": precision, "seed": 2}}


def make_models(folder):
    for precision in ("float64", "float32"):
        path = folder / f"{precision}.pb"
        if (folder / f"{precision}_compressed.pb").exists():
            continue
        tree = random_models.random_tree(settings(precision), np.random.default_rng(3))
        for net in tree["model"]["fitting"]["nets"]["networks"]:  # forces near 1 eV/A, so that errors mean something
            net["layers"][-1]["@variables"]["w"] = 500.0 * net["layers"][-1]["@variables"]["w"]
        random_models.write_graph(tree, str(path))
        random_models.compress(str(path), str(folder / f"{precision}_compressed.pb"), 0.01)


def coated_stack(tiles):
    """LCO | LiF, shaken to an amorphous-like disorder | LPSCl, on `tiles` x `tiles` cells of LPSCl. For timing, not for physics."""
    from ase import Atoms
    from ase.spacegroup import crystal

    random = np.random.default_rng(5)
    lco = crystal(["Li", "Co", "O"], [(0, 0, 0), (0, 0, 0.5), (0, 0, 0.2396)], spacegroup=166, cellpar=[2.8156, 2.8156, 14.0542, 90, 90, 120])
    lco = Atoms(np.tile(lco.get_chemical_symbols(), 2), np.concatenate([lco.positions, lco.positions + lco.cell[0] * 0.5 + [0, 2.8156 * np.sqrt(3) / 2, 0]]),
                cell=[2.8156, 2.8156 * np.sqrt(3), 14.0542], pbc=True)
    lco.wrap()
    lpscl = crystal(["P", "S", "S", "Cl", "Li"], [(0.5, 0.5, 0.5), (0.1188, -0.1188, 0.6188), (0.75, 0.75, 0.75), (0, 0, 0), (0.3173, 0.3173, -0.0201)], spacegroup=216, cellpar=[9.8598] * 3 + [90] * 3)
    lithium = [i for i, s in enumerate(lpscl.get_chemical_symbols()) if s == "Li"]
    gone = set()  # one of each doublet, 1.877 A apart
    for i in lithium:
        if i not in gone:
            gone.update(j for j in lithium if j != i and j not in gone and lpscl.get_distance(i, j, mic=True) < 2.0)
    del lpscl[sorted(gone)]
    lif = crystal(["Li", "F"], [(0, 0, 0), (0.5, 0.5, 0.5)], spacegroup=225, cellpar=[4.026] * 3 + [90] * 3)
    edge = 9.8598 * tiles
    symbols, positions, height = [], [], 0.0
    for crystal_, repeats, shake in ((lco, (round(edge / 2.8156), round(edge / 4.8768), 1), 0.05), (lif, (round(edge / 4.026), round(edge / 4.026), 3), 0.25), (lpscl, (tiles, tiles, 2), 0.05)):
        layer = crystal_.repeat(repeats)
        layer.set_cell([edge, edge, layer.cell[2, 2]], scale_atoms=True)
        symbols += layer.get_chemical_symbols()
        positions.append(layer.positions + [0, 0, height] + random.uniform(-shake, shake, layer.positions.shape))
        height += layer.cell[2, 2] + 1.0
    return symbols, np.concatenate(positions), [edge, edge, height]


def write_data(path, symbols, positions, box):
    lines = ["coated stack", "", f"{len(symbols)} atoms", f"{len(ELEMENTS)} atom types", ""]
    lines += [f"0 {edge:.8f} {axis}lo {axis}hi" for edge, axis in zip(box, "xyz")] + ["", "Masses", ""]
    lines += [f"{k + 1} {mass}" for k, mass in enumerate(MASSES)] + ["", "Atoms # atomic", ""]
    lines += [f"{k + 1} {ELEMENTS.index(s) + 1} {r[0]:.10f} {r[1]:.10f} {r[2]:.10f}" for k, (s, r) in enumerate(zip(symbols, positions % box))]
    path.write_text("\n".join(lines) + "\n")


def deck(model, data, steps, replicate=(1, 1), forces=None, warm=3):
    lines = ["units metal", "atom_style atomic", "boundary p p p", f"read_data {data}", f"replicate {replicate[0]} {replicate[1]} 1", "pair_style deepmd " + str(model),
             "pair_coeff * * " + " ".join(ELEMENTS), "neighbor 2.0 bin", "neigh_modify every 10 delay 0 check no", "velocity all create 300 7", "timestep 0.0005", "fix 1 all nve", "thermo 1000000"]
    if forces:
        lines += [f"dump 1 all custom 1 {forces} id fx fy fz", 'dump_modify 1 sort id format line "%d %.17g %.17g %.17g"', "run 0"]
    else:
        lines += [f"run {warm}", f"run {steps}"]
    return "\n".join(lines) + "\n"


def environment(threads):
    return dict(os.environ, OMP_NUM_THREADS=str(threads), DP_INTRA_OP_PARALLELISM_THREADS=str(threads), DP_INTER_OP_PARALLELISM_THREADS="1", TF_CPP_MIN_LOG_LEVEL="3", CUDA_VISIBLE_DEVICES="")


def priority():
    return ["chrt", "--fifo", "1"] if options.realtime else ["nice", "-n", str(options.nice)] if options.nice else []


# Runs a program and writes its peak memory (kB) and processor time (s): from a process of its own, because Linux counts the memory of whoever
# forked as the child's, and this Python has numpy in it.
LAUNCHER = """import os, sys
pid = os.posix_spawnp(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(pid, 0)
open(sys.argv[1], "w").write(f"{usage.ru_maxrss} {usage.ru_utime + usage.ru_stime}")
sys.exit(os.waitstatus_to_exitcode(status) != 0)
"""


def run(folder, name, words, text, threads):
    """Microseconds per atom and step of the second run by the clock, the process's peak in MB, atoms, its processor time in seconds."""
    (folder / f"{name}.in").write_text(text)
    launched = [*priority(), sys.executable, "-I", "-S", "-c", LAUNCHER, f"{name}.usage", *words, "-in", f"{name}.in", "-log", f"{name}.log"]
    with open(folder / f"{name}.out", "w") as out:
        status = subprocess.run([str(w) for w in launched], cwd=folder, stdout=out, stderr=out, env=environment(threads)).returncode
    log = (folder / f"{name}.log").read_text() if (folder / f"{name}.log").exists() else ""
    loops = re.findall(r"Loop time of (\S+) on \d+ procs for (\d+) steps with (\d+) atoms", log)
    if status or not loops:
        sys.exit(f"{name} failed:\n" + (folder / f"{name}.out").read_text()[-2000:])
    seconds, steps, atoms = loops[-1]
    kilobytes, used = (folder / f"{name}.usage").read_text().split()
    return float(seconds) * 1e6 / max(1, int(steps)) / int(atoms), int(kilobytes) / 1024, int(atoms), float(used)


def forces(folder, name, words, model, data, threads):
    run(folder, name, words, deck(model, data, 0, forces=f"{name}.dump"), threads)
    return np.loadtxt(folder / f"{name}.dump", skiprows=9)[:, 1:]


def machine():
    model = next((line.split(":")[1].strip() for line in open("/proc/cpuinfo") if line.startswith("model name")), "?")
    memory = next((int(line.split()[1]) / (1 << 20) for line in open("/proc/meminfo") if line.startswith("MemTotal")), 0)
    how = ", timed programs by " + " ".join(priority()) if priority() else ""
    return f"{model}, {len(os.sched_getaffinity(0))} cores, {memory:.0f} GB, {platform.system()}, load {os.getloadavg()[0]:.1f}{how}"


def peak(threads):
    """Measured FMA peaks of one thread, GFLOP/s: {"single": .., "double": ..}."""
    if not options.bench:
        return {}
    out = subprocess.run([*priority(), options.bench, "--peak"], capture_output=True, text=True, check=True).stdout
    return {kind: float(value) * threads for kind, value in re.findall(r"(single|double) (\S+) GFLOP/s", out)}


def flop(neighbours):
    """Of our algorithm, per atom and step, a multiplication and an addition each one; nets 25-50-100, 16, 240-240-240."""
    fitting = 2 * 2 * (1480 * 240 + 2 * 240 * 240)
    tables = {"double": 2 * 100 * ((6 + 4) + (12 + 9)), "mixed": 2 * 100 * ((5 + 4) + (9 + 9))}
    return {k: fitting + neighbours * v + 2 * 3 * 4 * 1480 for k, v in tables.items()}


def mean_neighbours(positions, box):
    from ase.neighborlist import neighbor_list
    from ase import Atoms

    return len(neighbor_list("i", Atoms(positions=positions, cell=box, pbc=True), 6.0)) / len(positions)


def memory_per_atom(folder, words, model, threads):
    """kB per atom of the whole process: its peak with 6,752 atoms less that with 1,688 (of fewer, loading a model may take the most)."""
    write_data(folder / "memory.data", *coated_stack(2))
    (at, few), (to, many) = (run(folder, "memory", words, deck(model, folder / "memory.data", 0, (n, n)), threads)[1:3] for n in (1, 2))
    return (to - at) * 1024 / (many - few)


def compare(folder, models, tiles):
    data = folder / "stack.data"
    symbols, positions, box = coated_stack(tiles)
    write_data(data, symbols, positions, box)
    neighbours = mean_neighbours(positions, box)
    lmp, t = pathlib.Path(sys.executable).parent / "lmp", options.threads
    programs = [("deepmd-kit, compressed fp64", [lmp], "float64_compressed.pb"), ("deepmd-kit, compressed fp32", [lmp], "float32_compressed.pb"),
                ("lamella, double", [options.lamella, "lammps", "--threads", t, "--precision", "double"], "float64.pb"),
                ("lamella, mixed", [options.lamella, "lammps", "--threads", t, "--precision", "mixed"], "float64.pb"),
                ("deepmd-kit, bundled starter", [lmp], BUNDLED), ("lamella, bundled starter", [options.lamella, "lammps", "--threads", t, "--precision", "mixed"], BUNDLED)]
    if options.bundled_only:
        programs = programs[4:]
    times, used, memory = {name: [] for name, _, _ in programs}, {name: [] for name, _, _ in programs}, {}
    references = {bundled: forces(folder, f"reference{bundled}", [lmp], BUNDLED if bundled else models / "float64.pb", data, t) for bundled in {model == BUNDLED for _, _, model in programs}}
    print(f"\n{len(symbols)} atoms, {neighbours:.1f} neighbours on average, {t} threads, {options.rounds} rounds; {machine()}", flush=True)
    for _ in range(options.rounds):
        for k, (name, words, model) in enumerate(programs):
            steps = max(4, options.steps // 4) if "deepmd-kit" in name else options.steps
            before = run(folder, f"run{k}", words, deck(models / model, data, 0), t)[3]
            clock, memory[name], atoms, after = run(folder, f"run{k}", words, deck(models / model, data, steps), t)
            times[name].append(clock)
            used[name].append((after - before) * 1e6 / steps / atoms)
    print("RMS force " + ", ".join(f"{np.sqrt((f**2).mean()):.3f} eV/A ({'bundled' if b else '25-50-100'})" for b, f in references.items()) +
          "; errors and ratios of 25-50-100 against deepmd-kit's fp64 model, uncompressed and compressed, of the bundled one (10-20-40, 100-100-100, float32) against deepmd-kit's")
    print(f"{'':28s} {'us/atom/step (clock)':>22s} {'ratio':>6s} {'core us':>8s} {'peak MB':>8s} {'kB/atom':>8s} {'max error':>10s} {'RMS error':>10s}  share of")
    print(f"{'program':28s} {'least':>7s} {'median':>7s} {'most':>7s} {'':>6s} {'':>8s} {'':>8s} {'':>8s} {'eV/A':>10s} {'eV/A':>10s}  FMA peak")
    peaks = peak(t)
    for k, (name, words, model) in enumerate(programs):
        median = statistics.median(times[name])
        bundled = model == BUNDLED
        base = statistics.median(times["deepmd-kit, bundled starter" if bundled else "deepmd-kit, compressed fp64"])
        error = forces(folder, f"force{k}", words, models / model, data, t) - references[bundled]
        kind = name.split(", ")[1]
        share = f"{flop(neighbours)[kind] / median / 1e3 / peaks['double' if kind == 'double' else 'single']:.0%}" if kind in ("double", "mixed") and peaks else ""
        grown = memory_per_atom(folder, words, models / model, t)
        print(f"{name:28s} {min(times[name]):7.2f} {median:7.2f} {max(times[name]):7.2f} {base / median:6.2f} {statistics.median(used[name]):8.1f} {memory[name]:8.0f} {grown:8.2f}"
              f" {abs(error).max():10.1e} {np.sqrt((error**2).mean()):10.1e}  {share}", flush=True)


def growth(folder, models):
    data, model = folder / "small.data", models / "float64.pb"
    write_data(data, *coated_stack(1))
    for precision in ("mixed", "double"):
        print(f"\ngrowth, {precision} precision: us/atom/step by the clock; peak MB of one process")
        print(f"{'atoms':>8s} {'1 thread':>10s} {'2 threads':>10s} {'2 ranks':>10s} {'MB (1 thread)':>15s}")
        sizes = []
        for n in ((2, 1), (4, 4), (8, 8), (16, 12), (22, 22)) if precision == "mixed" else ((2, 1), (8, 8)):
            row = []
            steps = max(2, options.steps // max(1, n[0] * n[1] // 16))
            for ranks, threads in ((1, 1), (1, 2), (2, 1)):
                words = (["mpirun", "-n", ranks, "--allow-run-as-root", "--bind-to", "none"] if ranks > 1 else []) + [options.lamella, "lammps", "--threads", threads, "--precision", precision]
                clock, mb, atoms, _ = run(folder, "growth", words, deck(model, data, steps, n, warm=1), threads)
                row.append(clock)
                if (ranks, threads) == (1, 1):
                    sizes.append((atoms, mb))
            print(f"{atoms:8d} " + " ".join(f"{v:10.2f}" for v in row) + f" {sizes[-1][1]:15.0f}", flush=True)
        (a, x), (b, y) = sizes[-2:]
        print(f"memory of the whole process between the last two sizes: {(y - x) * 1024 / (b - a):.2f} kB per atom")


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        options.lamella = options.lamella.resolve()
        if options.quick:
            options.rounds = 1
        if options.models:
            options.models.mkdir(parents=True, exist_ok=True)
        models = (options.models or folder).resolve()
        if not options.bundled_only:
            make_models(models)
        if not options.growth_only:
            compare(folder, models, 2 if options.quick else 3)
        if options.growth or options.growth_only:
            growth(folder, models)
        if options.bench and not options.growth_only and not options.bundled_only:
            print("\nwhere the time goes, one thread:")
            print(subprocess.run([*priority(), options.bench, "--threads", "1", "--repeat", "20"], capture_output=True, text=True).stdout)


main()
