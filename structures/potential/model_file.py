"""The trainer's model as deepmd-kit's .dp and .pb. Needs deepmd-kit; usage: model_file.py MODEL OUT.dp [OUT.pb]"""

import os
import subprocess
import sys

import numpy as np

import frames as fr

SEL = [76, 40, 80, 36, 40, 32, 76]  # neighbours within 6 A that the densest frames have, with room


def read(path):
    """Header as lists of numbers, and the averaged parameters."""
    with open(path, "rb") as f:
        head = {}
        while "count" not in head:
            words = f.readline().decode().split()
            head[words[0]] = [float(w) for w in words[1:]]
        n = int(head["count"][0])
        values = np.frombuffer(f.read(8 * n), "<f4")
    return head, values[n:]


def shape(head):
    return [int(n) for n in head["embedding"]], [int(n) for n in head["fitting"]], int(head["axis"][0])


def config(head, sel=SEL):
    """The model's part of a deepmd-kit input."""
    embedding, fitting, axis = shape(head)
    return {
        "type_map": fr.TYPES,
        "descriptor": {"type": "se_e2_a", "sel": sel, "rcut_smth": head["rcut_smth"][0], "rcut": head["rcut"][0], "neuron": embedding,
                       "resnet_dt": False, "axis_neuron": axis, "type_one_side": True, "precision": "float32", "set_davg_zero": True},
        "fitting_net": {"neuron": fitting, "resnet_dt": False, "precision": "float32"},
    }


def fill(layers, values, position):
    for layer in layers:
        w, b = layer["@variables"]["w"], layer["@variables"]["b"]
        layer["@variables"]["w"] = values[position : position + w.size].reshape(w.shape).copy()
        position += w.size
        layer["@variables"]["b"] = values[position : position + b.size].copy()
        position += b.size
    return position


def tree(path, sel=SEL):
    """deepmd-kit's serialised model, filled."""
    from deepmd.dpmodel.model.model import get_model

    head, values = read(path)
    if sum(sel) != int(head["sum_sel"][0]):
        raise ValueError(f"trained for sum of sel {head['sum_sel'][0]:.0f}, not {sum(sel)}")
    embedding, fitting, axis = shape(head)
    if embedding[-1] * axis == fitting[0]:
        raise ValueError("a first fitting layer as wide as the descriptor: deepmd-kit's .dp would skip over it, its .pb and the trainer would not")
    script = config(head, sel)
    model = get_model({**script, "fitting_net": {"type": "ener", **script["fitting_net"]}}).serialize()
    std = model["descriptor"]["@variables"]["dstd"]
    std[:, :, 0] = np.array(head["std_radial"])[:, None]
    std[:, :, 1:] = np.array(head["std_angular"])[:, None, None]
    model["descriptor"]["@variables"]["davg"][:] = 0.0
    position = 0
    for net in model["descriptor"]["embeddings"]["networks"]:
        position = fill(net["layers"], values, position)
    for net in model["fitting"]["nets"]["networks"]:
        position = fill(net["layers"], values, position)
        net["layers"][0]["@variables"]["w"] *= np.float32(head["scale"][0])
    if position != len(values):
        raise ValueError(f"{path}: {len(values)} parameters, {position} used")
    model["fitting"]["@variables"]["bias_atom_e"] = np.array(head["bias"]).reshape(-1, 1)
    return model, script


def convert(path, dp, pb=None):
    from deepmd.dpmodel.utils.serialization import save_dp_model

    model, script = tree(path)
    partial = dp[:-3] + ".part.dp"  # whole or not there: its presence says that the training is done
    save_dp_model(partial, {"model": model, "model_def_script": script, "backend": "DPModel", "@variables": {}})
    os.replace(partial, dp)
    if pb:
        to_pb(dp, pb)


def to_pb(dp, pb):
    """By deepmd-kit's TensorFlow; deepmd-kit's own LAMMPS reads no .dp."""
    program = os.path.join(os.path.dirname(sys.executable), "dp")
    partial = pb[:-3] + ".part.pb"
    subprocess.run([program, "convert-backend", dp, partial], check=True, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    os.replace(partial, pb)


if __name__ == "__main__":
    convert(*sys.argv[1:])
