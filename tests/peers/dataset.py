"""`lamella dataset` on the paper's coated stack: every emitted file by its own program's checker, strictly.

dpgen's argument checks (param.json, machine.json, init_bulk), deepmd-kit's (input.json), pymatgen on every VASP deck, the order of
POTCAR names against each POSCAR, dpdata on the label script's way in and out; same seed, same bytes; under ten seconds.
"""
import filecmp
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import time
import warnings

try:
    import dpdata
    import numpy as np
    from deepmd.utils.argcheck import normalize as deepmd_normalize
    from dpdispatcher import Machine, Resources
    from dpgen.data.arginfo import init_bulk_jdata_arginfo, init_bulk_mdata_arginfo
    from dpgen.generator.arginfo import run_jdata_arginfo, run_mdata_arginfo
    from dpgen.util import normalize
    from pymatgen.io.vasp import Incar, Kpoints, Poscar
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE = sys.argv[1], pathlib.Path(sys.argv[2])
SPEC = SOURCE / "structures/presets/coated-10.toml"


def make(folder, *more):
    start = time.perf_counter()
    run = subprocess.run([LAMELLA, "dataset", str(SPEC), "-o", str(folder), "--no-melts", *more], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    return time.perf_counter() - start, run.stdout


def same_tree(a, b):
    names = sorted(p.relative_to(a) for p in a.rglob("*") if p.is_file())
    assert names == sorted(p.relative_to(b) for p in b.rglob("*") if p.is_file())
    return all(filecmp.cmp(a / n, b / n, shallow=False) for n in names), len(names)


def check_deck(deck):
    structure = Poscar.from_file(deck / "POSCAR", check_for_potcar=False).structure
    order = list(dict.fromkeys(s.symbol for s in structure.species))
    for name in ("INCAR", "INCAR.relax", "INCAR.md"):
        if not (deck / name).exists():
            continue
        incar = Incar.from_file(deck / name)
        with warnings.catch_warnings():
            warnings.simplefilter("error")
            incar.check_params()
        assert incar["ENCUT"] == 520 and incar["ISIF"] in (2, 3) and incar["ISPIN"] == 1 and incar["EDIFF"] == 1e-5
        if "Co" in order:
            assert incar["LDAUU"] == [5.14 if e == "Co" else 0 for e in order], (deck, order)
        else:
            assert "LDAUU" not in incar
    if (deck / "KPOINTS").exists():
        assert Kpoints.from_file(deck / "KPOINTS").kpts == [(1, 1, 1)]
        assert [p.split("_")[0] for p in (deck / "POTCAR.spec").read_text().split()] == order
    distances = structure.distance_matrix[np.triu_indices(len(structure), 1)]
    assert distances.min() > 1.2, (deck, distances.min())
    return len(structure)


def check_dpgen(folder):
    param = json.load(open(folder / "param.json"))
    normalize(run_jdata_arginfo(), param)
    normalize(run_mdata_arginfo(), json.load(open(folder / "machine.json")))
    for stage in ("train", "model_devi", "fp"):
        mine = json.load(open(folder / "machine.json"))[stage]
        Machine.load_from_dict(mine["machine"])
        Resources.load_from_dict(mine["resources"])
    types = param["type_map"]
    assert [f.split(".")[1].split("_")[0] for f in param["fp_pp_files"]] == types
    incar = Incar.from_file(folder / param["fp_incar"])
    assert "KSPACING" in incar and "KGAMMA" in incar
    for patterns in param["sys_configs"]:
        for pattern in patterns:
            assert list(folder.glob(pattern)), pattern
    jobs = param["model_devi_jobs"]
    temps = [t for j in jobs for t in j["temps"]]
    press = [p for j in jobs for p in j["press"]]
    assert (min(temps), max(temps), min(press), max(press)) == (300, 900, 0, 1000) and all(j["ensemble"] == "npt-a" for j in jobs)
    for place in sorted((folder / "init_bulk").iterdir()):
        bulk = json.load(open(place / "param.json"))
        normalize(init_bulk_jdata_arginfo(), bulk)
        normalize(init_bulk_mdata_arginfo(), json.load(open(place / "machine.json")))
        symbols = (place / "POSCAR").read_text().splitlines()[5].split()
        assert symbols == bulk["elements"] and [os.path.basename(p).split(".")[1].split("_")[0] for p in bulk["potcars"]] == symbols
        assert Incar.from_file(place / "INCAR.md")["NSW"] == bulk["md_nstep"] == 100
        check_deck(place)
    return param


def check_labels(folder, types):
    """Fake labels as init_bulk leaves them, twice the same: the script must drop the copies and write what dpdata reads."""
    rng = np.random.default_rng(1)
    decks = sorted((folder / "vasp/static").glob("*/000"))
    for deck in decks:
        poscar = Poscar.from_file(deck / "POSCAR", check_for_potcar=False).structure
        n, order = len(poscar), [types.index(s.symbol) for s in poscar.species]
        for copy in ("deepmd", "again"):
            target = folder / "init_bulk" / deck.parent.name / "02.md" / copy
            (target / "set.000").mkdir(parents=True)
            np.savetxt(target / "type.raw", order, fmt="%d")
            (target / "type_map.raw").write_text("\n".join(types) + "\n")
            np.save(target / "set.000/box.npy", np.tile(poscar.lattice.matrix.ravel(), (3, 1)))
            if copy == "deepmd":
                coords = np.tile(poscar.cart_coords.ravel(), (3, 1)) + rng.normal(0, 0.05, (3, 3 * n))
                energy, force, virial = rng.normal(-4.0 * n, 1, 3), rng.normal(0, 1, (3, 3 * n)), rng.normal(0, 5, (3, 9))
            for name, value in (("coord", coords), ("energy", energy), ("force", force), ("virial", virial)):
                np.save(target / f"set.000/{name}.npy", value)
    run = subprocess.run([sys.executable, "labels_to_npy.py"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"{3 * len(decks)} different frames; duplicates dropped: {3 * len(decks)}" in run.stdout, run.stdout
    frames = 0
    for raw in sorted((folder / "data").rglob("type.raw")):
        system = dpdata.LabeledSystem(str(raw.parent), fmt="deepmd/npy")
        assert system["atom_names"] == types
        frames += len(system)
    assert frames == 3 * len(decks)
    return frames


def train_some_steps(folder, steps):
    """deepmd-kit starts from the emitted input.json on the data the label script made."""
    configuration = json.load(open(folder / "input.json"))
    configuration["training"]["numb_steps"] = steps
    configuration["training"]["disp_freq"] = steps
    configuration["learning_rate"]["decay_steps"] = 5
    json.dump(configuration, open(folder / "short.json", "w"))
    dp = pathlib.Path(sys.executable).with_name("dp")
    run = subprocess.run([str(dp), "train", "short.json", "--skip-neighbor-stat"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0 and (folder / "lcurve.out").exists(), run.stderr[-3000:]
    return (folder / "lcurve.out").read_text().splitlines()[-1]


with tempfile.TemporaryDirectory() as scratch:
    work = pathlib.Path(scratch)
    seconds, table = make(work / "a")
    print(table)
    again, _ = make(work / "b")
    identical, files = same_tree(work / "a", work / "b")
    assert identical, "the same seed gave other bytes"
    make(work / "c", "--seed", "99")
    deck = sorted((work / "a/vasp/static").glob("*/001"))[0].relative_to(work / "a")
    assert (work / "a" / deck / "POSCAR").read_bytes() != (work / "c" / deck / "POSCAR").read_bytes(), "another seed gave the same rattle"
    print(f"{files} files in {seconds:.2f} s and {again:.2f} s, twice the same bytes")
    decks = sorted({p.parent for p in (work / "a/vasp").rglob("POSCAR")})
    sizes = [check_deck(deck) for deck in decks]
    assert max(sizes) <= 200
    print(f"{len(decks)} VASP decks pass pymatgen, {min(sizes)} to {max(sizes)} atoms")
    param = check_dpgen(work / "a")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        configuration = deepmd_normalize(json.load(open(work / "a/input.json")))
        deepmd_normalize({**param["default_training_param"]})
    assert configuration["loss"]["start_pref_v"] > 0
    print("dpgen's and deepmd-kit's argument checks pass, strictly")
    print(f"label script: {check_labels(work / 'a', param['type_map'])} frames in and out through dpdata")
    print("20 training steps from input.json:", train_some_steps(work / "a", 20))
    assert seconds < 10 or "CI" in os.environ, f"{seconds:.1f} s"
