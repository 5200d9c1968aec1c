"""What deepmd-kit itself gives for a model on one small cell with all elements, for `lamella doctor`: check_file.py MODEL.pb"""

import json
import os
import sys

import numpy as np


def main(model):
    from deepmd.infer import DeepPot

    here = os.path.dirname(os.path.abspath(__file__))
    with open(os.path.join(here, "first-pass.check.json")) as f:
        check = json.load(f)  # the same cell for every model
    potential = DeepPot(model)
    types = [potential.get_type_map().index(s) for s in check["species"]]
    energy, forces, _ = potential.eval(np.array(check["positions"])[None], np.array(check["cell"])[None].reshape(1, 9), types)[:3]
    check["about"] = f"Energy and forces by deepmd-kit 3.2.0 (TensorFlow) under {os.path.basename(model)}; `lamella doctor` compares."
    check["energy"], check["forces"] = float(energy.ravel()[0]), np.asarray(forces).reshape(-1, 3).tolist()
    with open(os.path.splitext(model)[0] + ".check.json", "w") as f:
        json.dump(check, f)


if __name__ == "__main__":
    main(sys.argv[1])
