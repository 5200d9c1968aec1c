"""ASE, pymatgen, LAMMPS, dpdata and deepmd-kit read every exported file of 500 random tilted stacks back to what was written.

Largest differences are printed: of cells (A), of fractional coordinates (whole cells apart), of layer tags.
"""
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import warnings

try:
    import ase.io
    import dpdata
    import numpy as np
    from deepmd.utils.data import DeepmdData
    from pymatgen.core import Structure
    from pymatgen.io.cif import CifParser
    from pymatgen.io.lammps.data import LammpsData
    from pymatgen.io.xyz import XYZ
    from pymatgen.io.vasp import Incar, Kpoints, Poscar
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

BUILD = sys.argv[3]
COUNT = 500
POTCARS = {"Li": "Li_sv"}
worst = {}


def note(what, value, limit):
    worst[what] = max(worst.get(what, 0.0), float(value))
    assert value <= limit, (what, value)


def same_positions(what, frac, expected, limit=1e-12):
    d = np.asarray(frac) - expected
    note(what + ": fractional", np.abs(d - np.round(d)).max(), limit)


def metric(cell):
    return np.asarray(cell) @ np.asarray(cell).T


def check_ase(folder, truth, cell, frac, order):
    atoms = ase.io.read(f"{folder}/stack.extxyz", format="extxyz")
    assert list(atoms.symbols) == truth["species"] and list(atoms.get_tags()) == truth["layer"] and atoms.pbc.all()
    assert list(atoms.arrays["molecule"]) == truth["layer"] and list(atoms.arrays["molecule_type"]) == truth["layer_name"]
    assert list(atoms.arrays["id"]) == list(range(1, len(atoms) + 1))
    note("ASE extxyz: cell", np.abs(atoms.cell[:] - cell).max(), 0.0)
    same_positions("ASE extxyz", atoms.cell.scaled_positions(atoms.positions), frac)

    atoms = ase.io.read(f"{folder}/stack.cif", format="cif")
    assert list(atoms.symbols) == truth["species"]
    note("ASE cif: metric", np.abs(metric(atoms.cell[:]) - metric(cell)).max() / np.abs(metric(cell)).max(), 1e-12)
    same_positions("ASE cif", atoms.get_scaled_positions(), frac)

    atoms = ase.io.read(f"{folder}/stack.data", format="lammps-data", atom_style="atomic", units="metal")
    assert list(atoms.symbols) == truth["species"]
    note("ASE data: cell", np.abs(atoms.cell[:] - cell).max(), 1e-12)
    same_positions("ASE data", atoms.cell.scaled_positions(atoms.positions), frac)

    atoms = ase.io.read(f"{folder}/POSCAR", format="vasp")
    assert list(atoms.symbols) == [truth["species"][i] for i in order]
    note("ASE POSCAR: cell", np.abs(atoms.cell[:] - cell).max(), 0.0)
    same_positions("ASE POSCAR", atoms.cell.scaled_positions(atoms.positions), frac[order])


def check_pymatgen(folder, truth, cell, frac, order):
    # pymatgen rounds coordinates near 1/3 and 2/3 and merges close sites unless told otherwise.
    parser = CifParser(f"{folder}/stack.cif", frac_tolerance=0.0, site_tolerance=1e-8)
    structure = parser.parse_structures(primitive=False)[0]
    # It sorts sites by electronegativity; our labels carry the atom's number.
    structure = Structure.from_sites(sorted(structure, key=lambda site: int(re.sub(r"\D", "", site.label))))
    assert [s.symbol for s in structure.species] == truth["species"]
    note("pymatgen cif: metric", np.abs(metric(structure.lattice.matrix) - metric(cell)).max() / np.abs(metric(cell)).max(), 1e-12)
    same_positions("pymatgen cif", structure.frac_coords, frac)

    structure = Poscar.from_file(f"{folder}/POSCAR", check_for_potcar=False).structure
    assert [s.symbol for s in structure.species] == [truth["species"][i] for i in order]
    note("pymatgen POSCAR: cell", np.abs(structure.lattice.matrix - cell).max(), 0.0)
    same_positions("pymatgen POSCAR", structure.frac_coords, frac[order])

    structure = LammpsData.from_file(f"{folder}/stack.data", atom_style="atomic").structure
    assert [s.symbol for s in structure.species] == truth["species"]
    note("pymatgen data: cell", np.abs(structure.lattice.matrix - cell).max(), 1e-12)
    same_positions("pymatgen data", structure.frac_coords, frac)

    molecule = XYZ.from_file(f"{folder}/stack.extxyz").molecule  # knows no cell: species and Cartesian positions only
    assert [s.symbol for s in molecule.species] == truth["species"]
    same_positions("pymatgen xyz", molecule.cart_coords @ np.linalg.inv(cell), frac)


def check_labelled(folder, truth, cell, frac):
    """DeePMD npy by dpdata and by deepmd-kit's own data class, labelled extxyz by ASE: two frames, labels as they were put in."""
    n, positions = len(truth["species"]), frac @ cell
    system = dpdata.LabeledSystem(f"{folder}/deepmd", fmt="deepmd/npy")
    assert len(system) == 2 and system["atom_names"] == truth["types"] and [system["atom_names"][t] for t in system["atom_types"]] == truth["species"]
    note("dpdata npy: cell", np.abs(system["cells"] - [cell, 1.01 * cell]).max(), 1e-12)
    note("dpdata npy: positions", np.abs(system["coords"][0] - positions).max(), 1e-11)
    same_positions("dpdata npy", system["coords"][1] @ np.linalg.inv(1.01 * cell), frac, 1e-11)
    assert np.abs(system["energies"] + 3.25 * n).max() < 1e-9 and np.abs(system["forces"] - system["coords"][0]).max() == 0 and np.abs(system["virials"] - cell - cell.T).max() < 1e-12
    data = DeepmdData(f"{folder}/deepmd", shuffle_test=False, sort_atoms=False)
    data.add("energy", 1, atomic=False, must=True, high_prec=True).add("force", 3, atomic=True, must=True).add("virial", 9, atomic=False, must=True)
    test = data.get_test()
    assert data.get_type_map() == truth["types"] and [truth["types"][t] for t in test["type"][0]] == truth["species"]
    note("deepmd-kit npy: cell", np.abs(test["box"].reshape(2, 3, 3) - [cell, 1.01 * cell]).max(), 1e-12)
    same_positions("deepmd-kit npy", test["coord"][1].reshape(n, 3) @ np.linalg.inv(1.01 * cell), frac, 1e-11)
    assert np.abs(test["force"] - system["forces"].reshape(2, -1)).max() == 0 and np.abs(test["energy"].ravel() + 3.25 * n).max() < 1e-9
    frames = ase.io.read(f"{folder}/labelled.extxyz", index=":", format="extxyz")
    for atoms, scale in zip(frames, (1.0, 1.01)):
        assert list(atoms.symbols) == truth["species"]
        note("ASE labelled extxyz: cell", np.abs(atoms.cell[:] - scale * cell).max(), 1e-12)
        same_positions("ASE labelled extxyz", atoms.cell.scaled_positions(atoms.positions), frac, 1e-11)
        assert np.abs(atoms.get_forces() - positions).max() < 1e-9 and abs(atoms.get_potential_energy() + 3.25 * n) < 1e-9
        virial = -atoms.get_stress(voigt=False) * atoms.get_volume()
        note("ASE labelled extxyz: virial", np.abs(virial - cell - cell.T).max(), 1e-9)


def check_decks(folder, truth, order):
    present = [e for e in truth["types"] if e in truth["species"]]
    for name in os.listdir(folder):
        if name.startswith("INCAR."):
            incar = Incar.from_file(f"{folder}/{name}")
            with warnings.catch_warnings():
                warnings.simplefilter("error")
                incar.check_params()
            assert incar["ENCUT"] == 520 and incar["ISPIN"] == 1 and incar["ISIF"] >= 2
            if "Co" in present:
                assert incar["LDAUU"] == [5.14 if e == "Co" else 0 for e in present] and incar["LDAUL"] == [2 if e == "Co" else -1 for e in present]
            else:
                assert "LDAU" not in incar
    kpoints = Kpoints.from_file(f"{folder}/KPOINTS")
    assert kpoints.kpts == [(1, 1, 1)] and kpoints.style.name == "Gamma"
    assert open(f"{folder}/POTCAR.spec").read().split() == [POTCARS.get(e, e) for e in present]


def check_lammps(lmp, folder):
    """One process reads all the data files and prints their atoms and box lengths."""
    script = "".join(f"clear\nunits metal\natom_style atomic\nread_data {folder}/{i}/stack.data\nvariable n equal atoms\n"
                     f"print 'GOT {i} $n $(lx) $(ly) $(lz) $(xy)'\n" for i in range(1, COUNT + 1))
    path = f"{folder}/all.in"
    open(path, "w").write(script)
    run = subprocess.run([lmp, "-in", path, "-log", "none"], capture_output=True, text=True, cwd=folder)
    got = re.findall(r"^GOT (\d+) (\d+) (\S+) (\S+) (\S+) (\S+)$", run.stdout, re.M)
    assert len(got) == COUNT, run.stdout[-2000:]
    for i, n, lx, ly, lz, xy in got:
        truth = json.load(open(f"{folder}/{i}/truth.json"))
        assert int(n) == len(truth["species"])
        note("LAMMPS: box", max(abs(float(lx) - truth["cell"][0][0]), abs(float(xy) - truth["cell"][1][0]), abs(float(lz) - truth["cell"][2][2])), 1e-10)


def time_writers(folder, atoms):
    """Our writers against ASE's on the same structure and machine, best of three; ASE's data writer wants Prism's order."""
    ours = {}
    for _ in range(3):
        out = subprocess.run([f"{BUILD}/peer_write_stacks", "--time", str(atoms), folder], capture_output=True, text=True, check=True).stdout
        for line in out.splitlines():
            name, seconds = line.split()
            ours[name] = min(ours.get(name, 1e9), float(seconds))
    big = ase.io.read(f"{folder}/big.extxyz")
    for name, form in [("extxyz", "extxyz"), ("data", "lammps-data"), ("POSCAR", "vasp"), ("cif", "cif")]:
        best = 1e9
        for _ in range(2):
            start = time.perf_counter()
            ase.io.write(f"{folder}/ase.out", big, format=form)
            best = min(best, time.perf_counter() - start)
        print(f"{atoms} atoms {name}: lamella {ours[name]:.3f} s, ASE {best:.2f} s, {best / ours[name]:.0f} times")


with tempfile.TemporaryDirectory() as work:
    subprocess.run([f"{BUILD}/peer_write_stacks", str(COUNT), work], check=True)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        for i in range(1, COUNT + 1):
            here = f"{work}/{i}"
            truth = json.load(open(f"{here}/truth.json"))
            cell, frac, order = np.array(truth["cell"]), np.array(truth["fractional"]), truth["poscar_order"]
            check_ase(here, truth, cell, frac, order)
            check_pymatgen(here, truth, cell, frac, order)
            check_decks(here, truth, order)
            check_labelled(here, truth, cell, frac)
    lmp = shutil.which("lmp", path="/usr/bin") or shutil.which("lmp")
    if lmp:
        check_lammps(lmp, work)
    for what, value in worst.items():
        print(f"{what}: largest difference {value:.2g}")
    time_writers(work, int(os.environ.get("LAMELLA_PEERS_ATOMS", "200000")))
print(f"{COUNT} stacks read back by ASE, pymatgen and {lmp}")
