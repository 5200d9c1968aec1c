"""Live differential test of the Deep Potential readers and evaluators against deepmd-kit itself: random models, random cells.

  python tests/peers/deep_potential.py LAMELLA [SOURCE BUILD] [--models 8] [--first 0] [--cells 10] [--seed 1] [--flags=--plain --flags="--precision double"]

Settings are drawn at random (sides, activations, resnet_dt, excluded types, atom_ener, fparam, aparam, precision, cut-offs, sel),
half of the graphs that can be are compressed as well, and all without excluded pairs are also asked as .dp or .yaml. Each frame goes through
every list of flags: by default the plain evaluator and the fast one in double precision. Prints the largest differences.
"""
import argparse
import json
import os
import subprocess
import sys
import tempfile

HERE = os.path.dirname(os.path.abspath(__file__))
sys.path.insert(0, os.path.join(HERE, "..", "runner", "reference"))
import random_models as rm

import numpy as np


def ask(lamella, model, frame_file, fparam, aparam, flags):
    command = [lamella, "energy", frame_file, "--model", model, "--json", *flags]
    for name, values in (("fparam", fparam), ("aparam", aparam)):
        if values.size:
            command.append(f"--{name}=" + ",".join(repr(float(v)) for v in values.ravel()))
    done = subprocess.run(command, capture_output=True, text=True)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)}\n{done.stderr}")
    return json.loads(done.stdout)


def errors(ours, theirs, atoms):
    energy, force, virial, atom_energy = theirs[:4]
    return {"energy/atom": abs(ours["energy"] - float(energy[0, 0])) / atoms,
            "atom energy": float(np.abs(np.array(ours["atom_energy"]) - atom_energy.ravel()).max()),
            "force": float(np.abs(np.array(ours["forces"]) - force[0]).max()),
            "virial/atom": float(np.abs(np.array(ours["virial"]) - virial.ravel()).max()) / atoms}


def compare(lamella, model, frames, folder, seed, all_flags, worst):
    from deepmd.infer import DeepPot

    potential = DeepPot(model)
    names = potential.get_type_map()
    rng = np.random.default_rng(seed)
    for cell, positions, types in frames:
        fparam = rng.normal(size=potential.get_dim_fparam())
        aparam = rng.normal(size=(len(types), potential.get_dim_aparam()))
        theirs = potential.eval(positions.reshape(1, -1), cell.reshape(1, -1), types, atomic=True, fparam=fparam if fparam.size else None, aparam=aparam if aparam.size else None)
        file = os.path.join(folder, "frame.extxyz")
        rm.write_extxyz(file, cell, positions, [names[t] for t in types])
        for flags in all_flags:
            ours = ask(lamella, model, file, fparam, aparam, flags.split())
            found = errors(ours, theirs, len(types))
            found["largest force"] = float(np.abs(theirs[1]).max())
            for suffix in (".dp", ".yaml"):
                native = model[: -len(".pb")] + suffix
                if os.path.exists(native):
                    other = ask(lamella, native, file, fparam, aparam, flags.split())
                    found["native - graph"] = abs(other["energy"] - ours["energy"]) / len(types)
            bucket = worst.setdefault(flags, {})
            for key, value in found.items():
                bucket[key] = max(bucket.get(key, 0.0), value)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("lamella")
    parser.add_argument("folders", nargs="*", help="source and build folder: not needed here")
    parser.add_argument("--models", type=int, default=8)
    parser.add_argument("--first", type=int, default=0, help="number of the first model, to run them in parts")
    parser.add_argument("--cells", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--flags", action="append")
    given = parser.parse_args()
    all_flags = given.flags or ["--plain", "--precision double"]
    worst = {"float64": {}, "float32": {}}
    count = compressed = 0
    with tempfile.TemporaryDirectory() as folder:
        for number in range(given.first, given.first + given.models):
            rng = np.random.default_rng([given.seed, number])
            settings = rm.random_settings(rng)
            tree = rm.random_tree(settings, rng)
            frames = rm.random_frames(rng, settings, given.cells)
            graph = os.path.join(folder, f"model{number}.pb")
            rm.write_graph(tree, graph)
            if not settings["descriptor"]["exclude_types"]:  # empty slots of excluded pairs differ between deepmd-kit's own backends
                rm.write_native(tree, graph[:-3] + (".dp" if number % 2 else ".yaml"))
            bucket = worst[settings["descriptor"]["precision"]]
            compare(given.lamella, graph, frames, folder, number, all_flags, bucket)
            count += 1
            if rm.compressible(settings) and number % 2 == 0:
                table = os.path.join(folder, f"table{number}.pb")
                rm.compress(graph, table)
                compare(given.lamella, table, frames, folder, number, all_flags, bucket)
                compressed += 1
            now = {flags: "%.1e eV/atom, %.1e eV/A" % (found["energy/atom"], found["force"]) for flags, found in bucket.items()}
            print(f"model {number}: {now} " + json.dumps({k: settings["descriptor"][k] for k in ("type_one_side", "activation_function", "precision", "exclude_types")}), flush=True)
    failed = False
    for precision in worst:
        for flags, found in worst[precision].items():
            # deepmd-kit computes float32 models in float32: its own rounding is what remains.
            limit_energy, limit_force = (2e-5, 5e-4) if precision == "float32" else (1e-12, 1e-11) if "--plain" in flags else (1e-9, 1e-8)
            print(f"{precision}, {flags}: " + ", ".join(f"{key} {value:.2e}" for key, value in found.items()))
            failed = failed or found["energy/atom"] > limit_energy or found["force"] > limit_force
    print(f"{count} models and {compressed} of them compressed, {given.cells} cells each: {'FAILED' if failed else 'equal'}")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
