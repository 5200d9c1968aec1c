"""model_devi.out beside deepmd-kit's own lmp: three random models on one short run, every column, every option, metal and real units.

  python tests/peers/model_deviation.py LAMELLA [SOURCE BUILD]

The first model moves the atoms in both programs; forces agree to 1e-9 eV/A, so do twelve steps of the trajectory, and each line must be equal.
"""
import os
import pathlib
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "runner", "reference"))
try:
    import deepmd.infer  # noqa: F401
    import numpy as np
    import random_models as rm
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, LMP = os.path.abspath(sys.argv[1]), pathlib.Path(sys.executable).with_name("lmp")
NAMES = ["Li", "P", "S"]
SETTINGS = {"type_map": NAMES,
            "descriptor": {"type": "se_e2_a", "rcut": 5.0, "rcut_smth": 1.0, "sel": [30, 30, 40], "neuron": [4, 8, 16], "axis_neuron": 4, "resnet_dt": False, "type_one_side": True,
                           "activation_function": "tanh", "precision": "float64", "seed": 1},
            "fitting_net": {"type": "ener", "neuron": [12, 12], "resnet_dt": True, "activation_function": "tanh", "precision": "float64", "seed": 2}}
OPTIONS = ["", "atomic", "relative 0.5", "relative_v 0.2", "relative 0.3 relative_v 0.4 atomic"]


def write_models(folder):
    for k in range(3):
        settings = {**SETTINGS, "descriptor": {**SETTINGS["descriptor"], "seed": 10 + k}, "fitting_net": {**SETTINGS["fitting_net"], "seed": 20 + k}}
        rm.write_graph(rm.random_tree(settings, np.random.default_rng(1)), str(folder / f"m{k}.pb"))


def write_data(folder):
    rng = np.random.default_rng(4)
    edge, types, positions = np.array([9.5, 9.0, 10.0]), rng.integers(0, 3, 24), []
    while len(positions) < 24:
        trial = rng.random(3) * edge
        if all(np.linalg.norm((trial - q + edge / 2) % edge - edge / 2) > 1.7 for q in positions):
            positions.append(trial)
    lines = ["box", "", "24 atoms", "3 atom types", ""] + [f"0 {e} {a}lo {a}hi" for e, a in zip(edge, "xyz")] + ["1.0 -0.7 0.4 xy xz yz", "", "Masses", "", "1 7", "2 31", "3 32", "", "Atoms # atomic", ""]
    lines += [f"{24 - i} {t + 1} {r[0]:.12f} {r[1]:.12f} {r[2]:.12f}" for i, (t, r) in enumerate(zip(types, positions))]  # ids not in order
    (folder / "box.data").write_text("\n".join(lines) + "\n")


def deviations(words, folder, options, units, frequency=3, ranks=1):
    (folder / "devi.out").unlink(missing_ok=True)
    (folder / "in.lmp").write_text(f"""units {units}
atom_style atomic
box tilt large
read_data box.data
pair_style deepmd m0.pb m1.pb m2.pb out_freq {frequency} out_file devi.out {options}
pair_coeff * * {' '.join(NAMES)}
timestep {0.0005 if units == "metal" else 0.5}
fix 1 all nve
run 12
""")
    launch = [] if ranks == 1 else ["mpirun", "--allow-run-as-root", "--oversubscribe", "-n", str(ranks)]
    done = subprocess.run([*launch, *map(str, words), "-in", "in.lmp", "-log", "none"], cwd=folder, capture_output=True, text=True,
                          env={**os.environ, "OMP_NUM_THREADS": "1", "TF_CPP_MIN_LOG_LEVEL": "3", "CUDA_VISIBLE_DEVICES": ""})
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    header, *lines = (folder / "devi.out").read_text().splitlines()
    return header.split(), np.array([line.split() for line in lines], float)


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    write_models(folder)
    write_data(folder)
    for units in ("metal", "real"):
        for options in OPTIONS if units == "metal" else OPTIONS[-1:]:
            theirs_header, theirs = deviations([LMP], folder, options, units)
            for ranks in (1, 2) if options == OPTIONS[-1] else (1,):
                header, ours = deviations([LAMELLA, "lammps", "--precision", "double"], folder, options, units, ranks=ranks)
                assert header == theirs_header, f"{header} {theirs_header}"
                assert ours.shape == theirs.shape and ours.shape[0] == 5, f"{ours.shape} {theirs.shape}"
                worst = (np.abs(ours - theirs) / (np.abs(theirs) + 1e-6 * np.abs(theirs[:, 1:]).max())).max()
                print(f"{units}, options '{options}', {ranks} rank(s): {ours.shape[0]} lines of {ours.shape[1]} columns, max_devi_f {theirs[:, 4].max():.3g}, largest relative difference {worst:.1e}", flush=True)
                assert worst < 3e-6, "columns differ"  # six digits after the point are written
