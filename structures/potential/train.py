"""Training of one model: by the small trainer beside this file (trainer/, about seven times faster a step on one core than deepmd-kit's TensorFlow) or by
`dp train`. Both give deepmd-kit's .dp."""

import json
import os
import subprocess
import sys

import numpy as np

import frames as fr
import model_file

HERE = os.path.dirname(os.path.abspath(__file__))
# Violent families count for less in the draws; what users look at first counts for more.
WEIGHTS = {"close": 0.4, "pushed": 0.5, "coated": 2.0, "LPSCl": 1.5}
NETWORK = {"embedding": "10,20,40", "axis": 8, "fitting": "100,100,100"}
SMOKE_NETWORK = {"embedding": "4,8", "axis": 2, "fitting": "12,12"}


def build_trainer(folder):
    """The compiled trainer; made once. Eigen is the only need."""
    program = os.path.join(folder, "trainer")
    if os.path.exists(program):
        return program
    os.makedirs(folder, exist_ok=True)
    compiler, include = os.environ.get("CXX", "c++"), os.environ.get("EIGEN3_INCLUDE_DIR", "/usr/include/eigen3")
    names = ("model", "main", "network", "data")
    flags = ["-std=c++20", "-O3", "-march=native", "-ffast-math", "-I" + include]
    objects = [os.path.join(folder, n + ".o") for n in names]
    compilers = [subprocess.Popen([compiler, *flags, "-c", os.path.join(HERE, "trainer", n + ".cpp"), "-o", o]) for n, o in zip(names, objects)]
    if any([c.wait() for c in compilers]):
        raise RuntimeError("the trainer does not compile; --trainer deepmd needs none")
    subprocess.run([compiler, "-pthread", *objects, "-o", program + ".part"], check=True)
    os.replace(program + ".part", program)
    return program


def options(steps, seed, network, threads, start=None):
    """The trainer's words: to `steps`, from the model `start` where one is given."""
    words = [f"{k}={v}" for k, v in network.items()]
    words += [f"steps={steps}", f"seed={seed}", f"threads={threads}", f"sum_sel={sum(model_file.SEL)}", "batch_atoms=160", "average=0.9995", "stop_lr=1e-5"]
    return words + ([f"start={start}", "start_lr=8e-4"] if start else ["start_lr=4e-3"])


def fast(labelled, folder, tools, steps, seed, network, threads, start=None):
    """Trains folder/model.mod to `steps`, on from where it stands (or, new, from `start`); writes model.dp and errors.txt."""
    os.makedirs(folder, exist_ok=True)
    program, data, model = build_trainer(tools), os.path.join(folder, "frames.bin"), os.path.join(folder, "model.mod")
    fr.to_trainer(labelled, data, lambda a: WEIGHTS.get(a.info["family"], 1.0))
    with open(os.path.join(folder, "errors.txt"), "w") as log:
        subprocess.run([program, data, model, *options(steps, seed, network, threads, start)], check=True, stdout=log)
    model_file.convert(model, os.path.join(folder, "model.dp"))


def write_npy(labelled, folder):
    """deepmd-kit's npy systems, one for each list of types."""
    groups = {}
    for frame in labelled:
        groups.setdefault(tuple(frame.get_chemical_symbols()), []).append(frame)
    for k, (symbols, members) in enumerate(sorted(groups.items())):
        system = os.path.join(folder, f"{k:04d}")
        os.makedirs(os.path.join(system, "set.000"), exist_ok=True)
        np.savetxt(os.path.join(system, "type.raw"), [fr.TYPES.index(s) for s in symbols], fmt="%d")
        np.savetxt(os.path.join(system, "type_map.raw"), fr.TYPES, fmt="%s")
        arrays = {
            "coord": [f.positions.ravel() for f in members],
            "box": [f.cell.array.ravel() for f in members],
            "energy": [f.get_potential_energy() for f in members],
            "force": [f.get_forces().ravel() for f in members],
            "virial": [np.asarray(f.info["virial"]).ravel() for f in members],
        }
        for name, rows in arrays.items():
            np.save(os.path.join(system, "set.000", name + ".npy"), np.array(rows))
    return len(groups)


def deepmd(labelled, folder, steps, seed, network):
    """The same by deepmd-kit; goes on from its own checkpoint."""
    systems = write_npy(labelled, os.path.join(folder, "npy"))
    head = {k: [float(v) for v in str(network[k]).split(",")] for k in ("embedding", "fitting", "axis")}
    config = {
        "model": model_file.config({**head, "rcut": [6.0], "rcut_smth": [0.5]}),
        "learning_rate": {"type": "exp", "decay_steps": max(1, steps // 60), "start_lr": 2e-3, "stop_lr": 3e-6},
        # relative_f: an error of force counts by 1/(|F| + 4 eV/A), so that close contacts do not outvote the rest.
        "loss": {"type": "ener", "start_pref_e": 0.02, "limit_pref_e": 2, "start_pref_f": 16000, "limit_pref_f": 80, "start_pref_v": 0.02, "limit_pref_v": 1, "relative_f": 4.0},
        "training": {"training_data": {"systems": "npy", "batch_size": 1, "auto_prob": f"prob_sys_size; 0:{systems}:1"}, "numb_steps": steps, "seed": seed,
                     "disp_file": "lcurve.out", "disp_freq": max(1, steps // 100), "save_freq": max(1, steps // 20)},
    }
    config["model"]["descriptor"]["seed"] = config["model"]["fitting_net"]["seed"] = seed
    with open(os.path.join(folder, "input.json"), "w") as f:
        json.dump(config, f, indent=1)
    dp = os.path.join(os.path.dirname(sys.executable), "dp")
    resume = ["--restart", "model.ckpt"] if os.path.exists(os.path.join(folder, "checkpoint")) else []
    with open(os.path.join(folder, "train.log"), "a") as log:
        for command in (["train", *resume, "input.json"], ["freeze", "-o", "model.pb"], ["convert-backend", "model.pb", "model.dp"]):
            subprocess.run([dp, *command], cwd=folder, check=True, stdout=log, stderr=log)
