"""Random se_e2_a models and cells for the tests, written and evaluated by deepmd-kit itself (pip "deepmd-kit[cpu]==3.2.0").

A model starts as deepmd-kit's native tree with random weights; its own code turns that into .pb, its own command compresses it.
"""
import json
import os
import subprocess
import sys
import tempfile

for name in ("OMP_NUM_THREADS", "DP_INTRA_OP_PARALLELISM_THREADS", "DP_INTER_OP_PARALLELISM_THREADS"):
    os.environ.setdefault(name, "1")
os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
os.environ.setdefault("CUDA_VISIBLE_DEVICES", "")

import numpy as np

ACTIVATIONS = ["tanh", "gelu", "gelu_tf", "relu", "relu6", "softplus", "sigmoid", "silu", "silut", "silut:1.5", "linear"]


def random_settings(rng):
    """What deepmd-kit's users may set, drawn at random; small nets."""
    nt = int(rng.integers(1, 4))
    smooth = [a for a in ACTIVATIONS if a not in ("linear",)]
    neuron = [[3, 6, 12], [2, 4, 8], [4, 4, 8], [5, 7], [1, 2, 4], [6, 12]][rng.integers(6)]
    fitting = [[8, 8], [10, 10, 10], [6, 8, 8], [12]][rng.integers(4)]
    one_side = bool(rng.integers(2))
    exclude = [[0, int(rng.integers(nt))]] if rng.integers(3) == 0 and nt > 1 else []
    energies = [None if rng.integers(2) else float(rng.normal()) for _ in range(nt)] if rng.integers(3) == 0 else []
    precision = "float32" if rng.integers(5) == 0 else "float64"
    return {
        "type_map": ["Li", "P", "S"][:nt],
        "descriptor": {
            "type": "se_e2_a", "rcut": float(rng.uniform(3.0, 6.0)), "rcut_smth": float(rng.uniform(0.3, 2.5)),
            "sel": [2 * int(rng.integers(6, 20)) for _ in range(nt)], "neuron": neuron, "axis_neuron": int(rng.integers(1, min(5, neuron[-1] + 1))),
            "resnet_dt": bool(rng.integers(2)), "type_one_side": one_side, "exclude_types": exclude, "set_davg_zero": bool(rng.integers(4) == 0),
            "activation_function": str(rng.choice(smooth)), "precision": precision, "seed": int(rng.integers(1 << 30))},
        "fitting_net": {
            "type": "ener", "neuron": fitting, "resnet_dt": bool(rng.integers(2)), "activation_function": str(rng.choice(smooth)),
            "precision": precision, "seed": int(rng.integers(1 << 30)), "atom_ener": energies,
            "numb_fparam": int(rng.integers(3)) if rng.integers(3) == 0 else 0, "numb_aparam": int(rng.integers(3)) if rng.integers(3) == 0 else 0}}


def random_tree(settings, rng, per_slot=False):
    """deepmd-kit's tree of a model with these settings; statistics, biases and weights at random."""
    from deepmd.dpmodel.model.model import get_model

    model = get_model(json.loads(json.dumps(settings))).serialize()
    nt, nnei = len(settings["type_map"]), sum(settings["descriptor"]["sel"])
    descriptor = model["descriptor"]["@variables"]
    slots = nnei if per_slot else 1
    davg, dstd = np.zeros((nt, slots, 4)), np.ones((nt, slots, 4))
    if not settings["descriptor"].get("set_davg_zero"):
        davg[:, :, 0] = rng.uniform(0.02, 0.12, (nt, slots))
        if per_slot:
            davg[:, :, 1:] = rng.uniform(-0.02, 0.02, (nt, slots, 3))
    dstd[:, :, 0] = rng.uniform(0.1, 0.3, (nt, slots))
    dstd[:, :, 1:] = rng.uniform(0.08, 0.2, (nt, slots, 1))
    for key, value in (("davg", davg), ("dstd", dstd)):
        descriptor[key] = np.broadcast_to(value, (nt, nnei, 4)).astype(descriptor[key].dtype).copy()
    model["@variables"]["out_bias"] = rng.normal(size=(1, nt, 1))
    fitting = model["fitting"]["@variables"]
    fitting["bias_atom_e"] = rng.normal(size=(nt, 1)).astype(fitting["bias_atom_e"].dtype)
    for key in ("fparam_avg", "aparam_avg", "fparam_inv_std", "aparam_inv_std"):
        if fitting.get(key) is not None:
            fitting[key] = rng.uniform(0.5, 2.0, size=fitting[key].shape).astype(fitting[key].dtype)
    return {"model": model, "model_def_script": settings, "@variables": {"min_nbor_dist": np.array(0.8)}, "backend": "dpmodel"}


def write_native(tree, path):
    from deepmd.dpmodel.utils.serialization import save_dp_model

    save_dp_model(path, tree)


def write_graph(tree, path):
    """The same model as TensorFlow's frozen graph, by deepmd-kit's converter, with the training script that `dp compress` asks for."""
    from copy import deepcopy

    from deepmd.tf.utils.serialization import deserialize_to_file

    deserialize_to_file(path, deepcopy(tree))
    complete_script(path)


def complete_script(path):
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef()
    with open(path, "rb") as file:
        graph.ParseFromString(file.read())
    for node in graph.node:
        if node.name == "train_attr/training_script":
            tensor = node.attr["value"].tensor
            script = json.loads(tensor.string_val[0])
            script.update({"learning_rate": {"type": "exp", "start_lr": 1e-3, "stop_lr": 1e-8, "decay_steps": 10}, "loss": {"type": "ener"},
                           "training": {"numb_steps": 100, "training_data": {"systems": ["."]}}})
            tensor.string_val[0] = json.dumps(script).encode()
    with open(path, "wb") as file:
        file.write(graph.SerializeToString())


def rename_nodes(graph, new_name):
    """Every node under the name that new_name(node) gives, where something reads it too."""
    names = {node.name: new_name(node) for node in graph.node}
    for node in graph.node:
        node.name = names[node.name]
        node.attr.pop("_class", None)  # "colocate with", by name
        for k, text in enumerate(node.input):
            mark, name = ("^", text[1:]) if text.startswith("^") else ("", text)
            base, colon, port = name.partition(":")
            node.input[k] = mark + names.get(base, base) + colon + port


def as_older_versions_write(path, output, atom_ener=()):
    """The graph with the names and operations of deepmd-kit 2.0 and 2.1 (read in its source at v2.0.0 to v2.1.5), computing the same net.

    There the last layer's bias holds the type's mean energy and no t_bias_atom_e exists; with atom_ener the graph takes off net(0), bias
    included, and adds atom_ener itself. No original_sel, no out_bias, no out_std; TabulateFusion under its first name; where one-sided nets meet
    excluded pairs, 2.1 enters the scope filter_type_all once per centre, so that tables stand in filter_type_all_1 and so on.
    """
    import tensorflow as tf

    graph = tf.compat.v1.GraphDef()
    with open(path, "rb") as file:
        graph.ParseFromString(file.read())
    nodes = {node.name: node for node in graph.node}

    def get(name):
        return tf.make_ndarray(nodes[name].attr["value"].tensor)

    def put(name, value):
        nodes[name].attr["value"].tensor.CopyFrom(tf.make_tensor_proto(value))

    bias = get("fitting_attr/t_bias_atom_e").copy()
    for t in range(len(bias)):
        name, own = f"final_layer_type_{t}/bias", t < len(atom_ener) and atom_ener[t] is not None
        put(name, get(name) + np.asarray(bias[t], get(name).dtype))
        bias[t] = atom_ener[t] if own else 0.0
    put("fitting_attr/t_bias_atom_e", bias)
    put("model_attr/model_version", "1.0")
    for name in ("t_out_bias", "t_out_std"):
        put("model_attr/model_attr/" + name, np.full_like(get("model_attr/model_attr/" + name), 0.0 if name == "t_out_bias" else 1.0))
    gone = ("fitting_attr/t_bias_atom_e", "model_attr/model_attr/t_out_bias", "model_attr/model_attr/t_out_std", "descrpt_attr/original_sel", "descrpt_attr/sel")

    def new_name(node):
        if node.name in gone:
            return "elsewhere/" + node.name.replace("/", "_")
        if node.op == "TabulateFusionSeA" and node.name.startswith("filter_type_all/") and node.name.endswith("SeA"):
            return node.name.replace("filter_type_all/", "filter_type_all_1/")
        return node.name

    rename_nodes(graph, new_name)
    for node in graph.node:
        if node.op == "TabulateFusionSeA":
            node.op = "TabulateFusion"
    with open(output, "wb") as file:
        file.write(graph.SerializeToString())


def compress(path, output, stride=0.1):
    with tempfile.TemporaryDirectory() as folder:
        command = [os.path.join(os.path.dirname(sys.executable), "dp"), "compress", "-i", os.path.abspath(path), "-o", os.path.abspath(output), "-s", str(stride)]
        done = subprocess.run(command, cwd=folder, capture_output=True, text=True)
    if not os.path.exists(output):
        raise RuntimeError(done.stderr[-2000:])


def compressible(settings):
    """What `dp compress` takes."""
    d = settings["descriptor"]
    return not d["resnet_dt"] and d["activation_function"] in ("tanh", "gelu", "gelu_tf", "relu", "relu6", "softplus", "sigmoid")


def random_cell(rng, volume):
    while True:
        cell = rng.uniform(-1, 1, (3, 3))
        if np.linalg.det(cell) < 0:
            cell[0] *= -1
        if np.linalg.det(cell) > 0.2:
            return cell * (volume / np.linalg.det(cell)) ** (1 / 3)


def random_frame(rng, types, atoms, density, closest=0.85):
    """Atoms at random in a random triclinic cell at `density` (1/A^3), no two (images included) nearer than `closest` A."""
    images = np.array([[i, j, k] for i in range(-3, 4) for j in range(-3, 4) for k in range(-3, 4)])
    while True:
        cell = random_cell(rng, atoms / density)
        lengths = np.linalg.norm(images @ cell, axis=1)
        if lengths[lengths > 0].min() < closest:
            continue
        points = []
        for _ in range(4000):
            point = rng.uniform(-0.5, 1.5, 3)
            if all(np.linalg.norm((q - point - np.round(q - point) + images) @ cell, axis=1).min() >= closest for q in points):
                points.append(point)
            if len(points) == atoms:
                return cell, np.array(points) @ cell, rng.integers(0, types, atoms)


def dropped_at_random(frame, settings):
    """Whether sel drops one of several neighbours at one distance (periodic images): which one is then anybody's choice."""
    cell, positions, types = frame
    rcut, sel = settings["descriptor"]["rcut"], settings["descriptor"]["sel"]
    reach = [int(np.ceil(rcut / h)) + 2 for h in np.linalg.det(cell) / np.linalg.norm(np.cross(cell[[1, 2, 0]], cell[[2, 0, 1]]), axis=1)]
    images = np.array([[i, j, k] for i in range(-reach[0], reach[0] + 1) for j in range(-reach[1], reach[1] + 1) for k in range(-reach[2], reach[2] + 1)]) @ cell
    fractional = positions @ np.linalg.inv(cell)
    wrapped = (fractional - np.floor(fractional)) @ cell
    for r in wrapped:
        for t, slots in enumerate(sel):
            d = np.linalg.norm((wrapped[types == t] - r)[:, None] + images, axis=2).ravel()
            d = np.sort(d[(d > 1e-9) & (d < rcut + 0.01)])
            if len(d) > slots and d[slots] - d[slots - 1] < 1e-4:
                return True
    return False


def random_frames(rng, settings, count):
    """From one atom in a cell far smaller than the cut-off to a dense liquid and a gas."""
    types = len(settings["type_map"])
    kinds = [(1, 0.08), (2, 0.05), (8, 0.1), (24, 0.1), (16, 0.002), (3, 0.12), (20, 0.05), (12, 0.15), (30, 0.02), (6, 0.005)]
    frames = []
    for k in range(count):
        atoms, density = kinds[k % len(kinds)]
        frame, tries = random_frame(rng, types, atoms, density), 0
        while dropped_at_random(frame, settings):
            tries += 1
            density *= 0.97 if tries > 20 else 1.0
            frame = random_frame(rng, types, atoms, density)
        frames.append(frame)
    return frames


def write_extxyz(path, cell, positions, symbols):
    with open(path, "w") as file:
        file.write(f"{len(positions)}\n" + 'Lattice="' + " ".join(repr(float(v)) for v in cell.ravel()) + '" Properties=species:S:1:pos:R:3\n')
        for symbol, r in zip(symbols, positions):
            file.write(symbol + " " + " ".join(repr(float(v)) for v in r) + "\n")
