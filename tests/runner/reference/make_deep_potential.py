"""Makes the reference sets of test_deep_potential.cpp: small random models and what deepmd-kit 3.2.0 computes with them.

  python make_deep_potential.py [NAME...]        (in an environment with pip "deepmd-kit[cpu]==3.2.0")

Writes models/*.gz and deep_potential.json.gz beside itself; with names, only those models are made anew.
"""
import gzip
import json
import os
import sys
import tempfile

import numpy as np

import random_models as rm

HERE = os.path.dirname(os.path.abspath(__file__))


def settings(types, descriptor=None, fitting=None):
    made = {
        "type_map": ["Li", "P", "S"][:types],
        "descriptor": {"type": "se_e2_a", "rcut": 4.3, "rcut_smth": 0.7, "sel": [14, 18, 11][:types], "neuron": [3, 6], "axis_neuron": 3, "resnet_dt": False,
                       "type_one_side": True, "precision": "float64", "activation_function": "tanh", "seed": 11},
        "fitting_net": {"type": "ener", "neuron": [6, 6], "resnet_dt": True, "precision": "float64", "activation_function": "tanh", "seed": 12}}
    made["descriptor"].update(descriptor or {})
    made["fitting_net"].update(fitting or {})
    return made


MODELS = {
    "one_sided": settings(2, {"resnet_dt": True, "rcut": 4.25, "rcut_smth": 0.75}),
    "two_sided": settings(3, {"type_one_side": False, "activation_function": "gelu", "rcut": 4.25, "rcut_smth": 0.75}, {"activation_function": "silu"}),
    "excluded_one_sided": settings(3, {"exclude_types": [[0, 1], [2, 2]], "activation_function": "softplus"}, {"activation_function": "gelu_tf"}),
    "excluded_two_sided": settings(2, {"exclude_types": [[0, 1]], "type_one_side": False, "activation_function": "sigmoid", "neuron": [2, 4, 8]}),
    "davg_zero": settings(2, {"set_davg_zero": True, "activation_function": "softplus", "neuron": [1, 2, 4]}, {"neuron": [7, 5, 5], "activation_function": "sigmoid"}),
    "relus": settings(2, {"activation_function": "relu6"}, {"activation_function": "relu"}),
    "parameters": settings(2, {"activation_function": "silut", "rcut": 4.25, "rcut_smth": 0.75}, {"numb_fparam": 2, "numb_aparam": 1, "atom_ener": [None, -2.5], "activation_function": "silut:0.5"}),
    "vacuum": settings(2, {"activation_function": "linear", "type_one_side": False}, {"atom_ener": [-1.5, -3.0], "resnet_dt": False, "activation_function": "softplus"}),
    "float32": settings(2, {"precision": "float32"}, {"precision": "float32"}),
    "per_slot": settings(2, {"activation_function": "tanh", "neuron": [5]}),
    "native_excluded": settings(2, {"exclude_types": [[0, 1]], "sel": [60, 60]}),  # enough: the native evaluator drops in another order
}
# Graphs with the names and operations of deepmd-kit 2.0 and 2.1, plain and compressed.
OLDER = {
    "older_two_sided": settings(2, {"type_one_side": False}, {"atom_ener": [None, -3.0]}),
    "older_one_sided": settings(3, {"exclude_types": [[0, 0]]}),
}
# Also as .dp and .yaml; their cut-offs are exact in float32, so that graph and native file are one model to the last digit.
NATIVE_TOO = ("one_sided", "two_sided", "parameters")
COMPRESSED = ("excluded_two_sided", "excluded_one_sided", "float32")  # deepmd-kit compresses neither resnet_dt nor every activation


def store(path, name):
    with open(path, "rb") as file:
        packed = gzip.compress(file.read(), 9, mtime=0)
    with open(os.path.join(HERE, "models", name + ".gz"), "wb") as file:
        file.write(packed)


def evaluate(path, frames, tree, rng):
    from deepmd.infer import DeepPot

    potential = DeepPot(path)
    fitting = tree["model"]["fitting"]
    results = []
    for cell, positions, types in frames:
        fparam = rng.normal(size=fitting["numb_fparam"])
        aparam = rng.normal(size=(len(types), fitting["numb_aparam"]))
        energy, force, virial, atom_energy, atom_virial = potential.eval(
            positions.reshape(1, -1), cell.reshape(1, -1), types, atomic=True, fparam=fparam if fparam.size else None, aparam=aparam if aparam.size else None)
        result = {"cell": cell.ravel().tolist(), "positions": positions.ravel().tolist(), "types": types.tolist(), "fparam": fparam.tolist(), "aparam": aparam.ravel().tolist(),
                  "energy": float(energy[0, 0]), "atom_energy": atom_energy.ravel().tolist()}
        if path.endswith(".pb"):  # the native evaluator gives no forces
            result.update({"forces": force.ravel().tolist(), "virial": virial.ravel().tolist(), "atom_virial": atom_virial.ravel().tolist()})
        results.append(result)
    return results


def write_models(folder, name, number):
    """Files of one model, each list's files with the same numbers to compare with, and the tree and frames."""
    chosen = {**MODELS, **OLDER}[name]
    rng = np.random.default_rng(100 + number)
    tree = rm.random_tree(chosen, rng, per_slot=name == "per_slot")
    # Where statistics differ from slot to slot, images at one distance make the energy a matter of their order: large cells only.
    frames = rm.random_frames(rng, chosen, 5) if name != "per_slot" else [rm.random_frame(rng, 2, n, 0.004) for n in (24, 32)]

    def path(file):
        return os.path.join(folder, file)

    files = []
    if name in NATIVE_TOO or name == "native_excluded":
        for suffix in ("dp", "yaml"):
            rm.write_native(tree, path(f"{name}.{suffix}"))
            files.append(f"{name}.{suffix}")
    if name != "native_excluded":
        rm.write_graph(tree, path(f"{name}.pb"))
        files.append(f"{name}.pb")
    groups = [files]
    if name in COMPRESSED or name in OLDER:
        rm.compress(path(f"{name}.pb"), path(f"{name}_compressed.pb"))
        groups.append([f"{name}_compressed.pb"])
    if name in OLDER:
        for file in (f"{name}.pb", f"{name}_compressed.pb"):
            rm.as_older_versions_write(path(file), path(file), chosen["fitting_net"].get("atom_ener", ()))
    return groups, tree, frames


def main():
    os.makedirs(os.path.join(HERE, "models"), exist_ok=True)
    target, wanted, sets = os.path.join(HERE, "deep_potential.json.gz"), sys.argv[1:], []
    if wanted:
        with gzip.open(target) as file:
            sets = [s for s in json.load(file)["sets"] if not any(s["files"][0].startswith(name) for name in wanted)]
    with tempfile.TemporaryDirectory() as folder:
        for number, name in enumerate([*MODELS, *OLDER]):
            if wanted and name not in wanted:
                continue
            groups, tree, frames = write_models(folder, name, number)
            for files in groups:
                reference = evaluate(os.path.join(folder, files[-1]), frames, tree, np.random.default_rng(7))
                sets.append({"files": files, "settings": {**MODELS, **OLDER}[name], "frames": reference})
                for file in files:
                    store(os.path.join(folder, file), file)
    with open(target, "wb") as file:
        file.write(gzip.compress(json.dumps({"deepmd-kit": "3.2.0", "sets": sets}).encode(), 9, mtime=0))


if __name__ == "__main__":
    main()
