"""`lamella dataset` on the paper's coated stack: every emitted file by its own program's checker, strictly.

dpgen's argument checks (param.json, machine.json, init_bulk), deepmd-kit's (input.json), pymatgen on every VASP deck, the order of
POTCAR names against each POSCAR, dpdata on the label script's way in and out, real VASP outputs; same seed, same bytes; under ten
seconds. The labels are the bundled potential's, or SevenNet's where $LAMELLA_TEACHER_PYTHON is a Python that has it.
"""
import csv
import filecmp
import json
import os
import pathlib
import re
import resource
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
MODEL = SOURCE / "structures/potential/first-pass.pb"
TEACHER = os.environ.get("LAMELLA_TEACHER_PYTHON")


def make(folder, *more):
    start, spent = time.perf_counter(), resource.getrusage(resource.RUSAGE_CHILDREN)
    run = subprocess.run([LAMELLA, "dataset", str(SPEC), "-o", str(folder), "--no-melts", *more], capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.perf_counter() - start, now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime, run.stdout


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


def labelled_by_teacher(decks):
    """energy, forces, virial of each deck's POSCAR, in deepmd-kit's order and sign."""
    poscars = [str(deck / "POSCAR") for deck in decks]
    if TEACHER:
        script = pathlib.Path(__file__).with_name("_teacher_labels.py")
        return json.loads(subprocess.run([TEACHER, str(script), *poscars], capture_output=True, text=True, check=True).stdout.splitlines()[-1])
    return [json.loads(subprocess.run([LAMELLA, "energy", p, "--model", str(MODEL), "--json"], capture_output=True, text=True, check=True).stdout) for p in poscars]


def check_labels(folder, types):
    """Labelled sets where init_bulk leaves them, twice the same: the script must drop the copies and write what dpdata and
    `lamella validate` read; the bundled potential's own error on its own labels is nothing."""
    frames = trajectories = 0
    for system in sorted((folder / "vasp/static").iterdir()):
        decks = [d for d in sorted(system.iterdir())]
        poscars = [Poscar.from_file(d / "POSCAR", check_for_potcar=False).structure for d in decks]
        decks = [d for d, p in zip(decks, poscars) if len(p) == len(poscars[0])]  # those without vacancies make one set
        poscars = [p for p in poscars if len(p) == len(poscars[0])]
        labels = labelled_by_teacher(decks)
        for copy in ("deepmd", "again"):
            target = folder / "init_bulk" / system.name / "02.md" / copy
            (target / "set.000").mkdir(parents=True)
            np.savetxt(target / "type.raw", [types.index(s.symbol) for s in poscars[0].species], fmt="%d")
            (target / "type_map.raw").write_text("\n".join(types) + "\n")
            arrays = {"box": [p.lattice.matrix.ravel() for p in poscars], "coord": [p.cart_coords.ravel() for p in poscars], "energy": [l["energy"] for l in labels],
                      "force": [np.ravel(l["forces"]) for l in labels], "virial": [l["virial"] for l in labels]}
            for name, value in arrays.items():
                np.save(target / f"set.000/{name}.npy", np.array(value))
        frames += len(decks)
        trajectories += 1
    run = subprocess.run([sys.executable, "labels_to_npy.py"], cwd=folder, capture_output=True, text=True)
    assert run.returncode == 0, run.stderr
    assert f"{frames} different frames; duplicates dropped: {frames}" in run.stdout, run.stdout
    print(run.stdout)
    rows = list(csv.DictReader(open(folder / "data/contents.csv")))
    assert len(rows) == 2 * trajectories and sum(int(r["kept"]) for r in rows) == frames and {r["virial"] for r in rows if r["kept"] != "0"} == {"yes"}
    read = {"train": 0, "validation": 0}
    for part in read:
        for raw in sorted((folder / "data" / part).rglob("type.raw")):
            system = dpdata.LabeledSystem(str(raw.parent), fmt="deepmd/npy")
            assert system["atom_names"] == types
            read[part] += len(system)
    assert sum(read.values()) == frames and min(read.values()) > 0, read
    run = subprocess.run([LAMELLA, "validate", "--model", str(MODEL), "--data", str(folder / "data"), "--json", "--no-files"], capture_output=True, text=True, check=True)
    families = json.loads(run.stdout)["families"]
    worst = {what: max(f[what]["rmse"] for f in families) for what in ("energy_per_atom", "force", "virial_per_atom")}
    if not TEACHER:  # the labels are its own
        assert worst["energy_per_atom"] < 1e-6 and worst["force"] < 1e-5 and worst["virial_per_atom"] < 1e-5, worst
    return f"{frames} frames by {'SevenNet' if TEACHER else MODEL.name}, {read['train']} to train, {read['validation']} to validate; rmse of {MODEL.name} there {worst}"


def three_steps(outcar):
    """The same run with two further ionic steps in VASP's layout: a moved atom, and one whose electrons did not converge."""
    lines = outcar.splitlines(keepends=True)
    first = next(i for i, line in enumerate(lines) if "Iteration" in line)
    last = next(i for i, line in enumerate(lines) if "General timing" in line)
    limit = int(re.search(r"NELM\s*=\s*(\d+)", outcar).group(1))
    step = lines[first:last]
    moved = "".join(step).replace("Iteration    1(", "Iteration    2(").replace("0.00000      0.00000      0.00000         0.030415", "0.00100      0.00000      0.00000         0.130415")
    failed = moved.replace("0.00100      0.00000", "0.00200      0.00000").replace("Iteration    2(", "Iteration    3(")
    return "".join(lines[:last]) + moved + "".join(f"{40 * '-'} Iteration    3({k + 1:4d})  {39 * '-'}\n" for k in range(limit)) + failed + "".join(lines[last:])


def check_vasp_output(folder):
    """Real VASP outputs (those that ASE's test suite carries) and one of three steps made of them: energies, forces and virials come
    through as ASE reads them; a duplicate, an unconverged step and a broken run do not."""
    import ase.io
    import ase.test
    real = pathlib.Path(ase.test.__file__).parent / "testdata/vasp"
    if not (real / "OUTCAR_example_1").exists() or not (real / "vasprun_dfpt.xml").exists():
        return "skipped: this ASE carries no VASP outputs"
    outcar = (real / "OUTCAR_example_1").read_text()
    texts = {"a/OUTCAR": outcar, "b/vasprun.xml": (real / "vasprun_dfpt.xml").read_text(), "c/OUTCAR": three_steps(outcar), "d/OUTCAR": outcar, "broken/OUTCAR": "killed by the queue\n"}
    for name, text in texts.items():
        (folder / "runs" / name).parent.mkdir(parents=True)
        (folder / "runs" / name).write_text(text)
    script = (folder / "labels_to_npy.py").read_text().splitlines()
    script = ["TYPE_MAP = ['Ni', 'Na', 'Cl']" if line.startswith("TYPE_MAP") else line for line in script]
    (folder / "collect.py").write_text("\n".join(script) + "\n")
    run = subprocess.run([sys.executable, "-W", "ignore", "../collect.py", "."], cwd=folder / "runs", capture_output=True, text=True)
    assert run.returncode == 0 and "3 different frames; duplicates dropped: 2" in run.stdout, run.stdout + run.stderr
    assert "skipped broken/OUTCAR" in run.stderr, run.stderr
    for name, format, step in [("a/OUTCAR", "vasp-out", 0), ("b/vasprun.xml", "vasp-xml", 0), ("c/OUTCAR", "vasp-out", 1)]:
        truth = ase.io.read(folder / "runs" / name, format=format, index=step)
        data = dpdata.LabeledSystem(str(next((folder / "runs/data").glob("*/" + name[0]))), fmt="deepmd/npy")
        assert len(data) == 1 and abs(data["energies"][0] - truth.get_potential_energy(force_consistent=True)) < 1e-6
        assert [data["atom_names"][t] for t in data["atom_types"]] == list(truth.symbols) and np.abs(data["forces"][0] - truth.get_forces()).max() < 1e-6
        if name != "c/OUTCAR":
            virial = -truth.get_stress(voigt=False) * truth.get_volume()
            assert np.abs(data["virials"][0] - virial).max() < 1e-3 * np.abs(virial).max(), name
    return run.stdout


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
    seconds, processor, table = make(work / "a")
    print(table)
    again = make(work / "b")[0]
    identical, files = same_tree(work / "a", work / "b")
    assert identical, "the same seed gave other bytes"
    make(work / "c", "--seed", "99")
    deck = sorted((work / "a/vasp/static").glob("*/001"))[0].relative_to(work / "a")
    assert (work / "a" / deck / "POSCAR").read_bytes() != (work / "c" / deck / "POSCAR").read_bytes(), "another seed gave the same rattle"
    print(f"{files} files in {seconds:.2f} s and {again:.2f} s ({processor:.2f} s of the processor), twice the same bytes")
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
    print("label script:", check_labels(work / "a", param["type_map"]))
    print("VASP's outputs:\n" + check_vasp_output(work / "a"))
    print("20 training steps from input.json:", train_some_steps(work / "a", 20))
    assert processor < 10, f"{processor:.1f} s"  # the wall time is the machine's, which may be busy
