"""The Python module: its examples, ASE and pymatgen objects, ASE's own finite differences, bits equal to the command line's.

Built with -DLAMELLA_PYTHON=ON (scripts/peers turns it on). ASE's calculator tests are those of its own suite
(ase.test.calculator.test_fd, test_lj): FiniteDifferenceCalculator, energies that sum up, forces that do, stored results.
"""
import doctest
import filecmp
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

LAMELLA, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
if not list((BUILD / "python/lamella").glob("_core*.so")):
    print("skipped: built without LAMELLA_PYTHON")
    sys.exit(77)
try:
    import ase.io
    import numpy as np
    import pymatgen.core
    from ase import Atoms
    from ase.build import bulk
    from ase.calculators.fd import FiniteDifferenceCalculator, calculate_numerical_forces
    from ase.calculators.test import gradient_test
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)
sys.path.insert(0, str(BUILD / "python"))
import lamella
import lamella.calculator
import lamella.observe
import lamella.potential
import lamella.stack
from lamella.calculator import LamellaCalculator

MODEL = SOURCE / "structures/potential/first-pass.pb"
SPECIFICATION = {"seed": 4, "cell": {"max_area": 200.0, "max_strain": 0.05},
                 "layer": [{"name": "salt", "crystal": "LiF", "miller": [0, 0, 1], "thickness": 6.0},
                           {"name": "oxide", "crystal": "LiCoO2", "miller": [1, 0, 4], "thickness": 6.0, "vacancies": [{"species": "Li", "fraction": 0.1}]}]}


def run_examples():
    total = 0
    for module in (lamella, lamella.stack, lamella.potential, lamella.observe, lamella.calculator):
        result = doctest.testmod(module, optionflags=doctest.ELLIPSIS | doctest.IGNORE_EXCEPTION_DETAIL)
        assert result.failed == 0, module
        total += result.attempted
    print(f"{total} lines of examples run")


def check_stack(work):
    import tomli_w
    stack = lamella.build(SPECIFICATION)
    (work / "spec.toml").write_text(tomli_w.dumps(SPECIFICATION))
    subprocess.run([LAMELLA, "build", str(work / "spec.toml"), "-o", str(work / "cli"), "-q"], check=True)
    lamella.build(work / "spec.toml").write(work / "python")
    files = sorted(p.relative_to(work / "cli") for p in (work / "cli").rglob("*") if p.is_file())
    differing = [str(f) for f in files if not filecmp.cmp(work / "cli" / f, work / "python" / f, shallow=False)]
    assert not differing, differing
    assert files == sorted(p.relative_to(work / "python") for p in (work / "python").rglob("*") if p.is_file())
    atoms, structure, read = stack.atoms(), stack.structure(), ase.io.read(work / "cli/stack.extxyz")
    assert (atoms.positions == read.positions).all() and (atoms.cell.array == read.cell.array).all() and list(atoms.symbols) == list(read.symbols)
    assert (atoms.get_tags() == read.get_tags()).all() and set(atoms.get_tags()) == {1, 2}
    assert isinstance(structure, pymatgen.core.Structure) and [s.symbol for s in structure.species] == list(atoms.symbols)
    assert np.abs(structure.cart_coords - atoms.positions).max() < 1e-12
    assert [stack.layer_names[t - 1] for t in atoms.get_tags()] == structure.site_properties["layer"]
    manifest = json.load(open(work / "cli/manifest.json"))
    assert stack.manifest["audit"] == manifest["audit"] and stack.manifest["match"] == manifest["match"]
    print(f"stack of {len(atoms)} atoms from a dict and from a file: the same atoms, {len(files)} files with the same bytes as `lamella build`'s")
    try:
        lamella.build({**SPECIFICATION, "cel": {}})
    except lamella.LamellaError as error:
        assert "did you mean" in str(error), error
    else:
        raise AssertionError("an unknown key was taken")
    return atoms


def check_bits(work, atoms):
    """Forces of the calculator and of `lamella energy --json` on the same file: equal to the last bit."""
    for precision in ("double", "mixed"):
        for threads in (1, 2):
            out = subprocess.run([LAMELLA, "energy", str(work / "cli/stack.extxyz"), "--model", str(MODEL), "--json", "--precision", precision, "--threads", str(threads)],
                                 capture_output=True, text=True, check=True).stdout
            theirs = json.loads(out)
            atoms.calc = LamellaCalculator(MODEL, precision=precision, threads=threads)
            assert (atoms.get_forces() == np.array(theirs["forces"])).all() and atoms.get_potential_energy() == theirs["energy"], (precision, threads)
            assert (atoms.get_potential_energies() == np.array(theirs["atom_energy"])).all()
            virial = np.array(theirs["virial"]).reshape(3, 3)
            assert np.abs(atoms.get_stress(voigt=False) * atoms.get_volume() + 0.5 * (virial + virial.T)).max() < 1e-12
    print("energy, forces, energies per atom: bit for bit those of `lamella energy --json`, double and mixed, 1 and 2 threads")


def salt(pbc=True, left_handed=False):
    atoms = bulk("LiF", "rocksalt", a=4.0, cubic=True)
    atoms.set_cell(atoms.cell.array @ np.array([[1, 0.02, 0], [0.05, 1, 0], [0, -0.03, 1]]), scale_atoms=True)
    atoms = atoms.repeat((2, 1, 1))
    atoms.rattle(0.1, seed=3)
    atoms.pbc = pbc
    if left_handed:
        atoms.cell[2] *= -1
    return atoms


def check_ase(work):
    """ase.test.calculator.test_fd and test_lj's assertions on this calculator: tilted, left-handed, slab, wire, cluster."""
    for what, atoms in [("bulk", salt()), ("left-handed", salt(left_handed=True)), ("slab", salt((True, True, False))), ("wire", salt((False, True, False))), ("cluster", salt(False))]:
        atoms.calc = LamellaCalculator(MODEL)
        energy, forces = atoms.get_potential_energy(), atoms.get_forces()
        assert energy == atoms.get_potential_energy(force_consistent=True) and abs(atoms.get_potential_energies().sum() - energy) < 1e-10
        assert np.abs(forces.sum(axis=0)).max() < 1e-9
        ase.io.write(work / "one.traj", atoms)  # with the results
        periodic = atoms.pbc.all()
        stress = atoms.get_stress() if periodic else None
        copy = atoms.copy()
        if periodic:
            copy.calc = FiniteDifferenceCalculator(LamellaCalculator(MODEL), eps_disp=1e-4, eps_strain=1e-5)
            assert copy.get_potential_energy() == energy
            numeric = copy.get_forces()
        else:  # that calculator asks for stress whatever the cell
            copy.calc = LamellaCalculator(MODEL)
            numeric = calculate_numerical_forces(copy, eps=1e-4)
        worst = np.abs(numeric - forces).max()
        assert worst < 1e-5, (what, worst)
        text = f"{what}: largest force {np.abs(forces).max():.2f}, off ASE's finite differences by {worst:.1e} eV/A"
        if periodic:
            off = np.abs(copy.get_stress() - stress).max()
            assert off < 1e-6, off
            text += f", stress by {off:.1e} of {np.abs(stress).max():.1e} eV/A^3"
        else:
            assert "stress" not in atoms.calc.results
        print(text)
        # Rotating everything rotates the forces; a cell of another basis is the same crystal.
        turned = atoms.copy()
        turned.rotate(37, (1, 2, 3), rotate_cell=True)
        turned.calc = atoms.calc
        assert abs(turned.get_potential_energy() - energy) < 1e-9
    back = ase.io.read(work / "one.traj")
    assert (back.get_forces() == forces).all() and back.get_potential_energy() == energy
    atoms = salt()
    atoms.calc = LamellaCalculator(MODEL)
    before = atoms.get_forces()
    assert not atoms.calc.check_state(atoms) and atoms.get_forces() is not None
    atoms.positions[0] += 0.05
    assert np.abs(atoms.get_forces() - before).max() > 1e-3
    f, numeric = gradient_test(atoms, [0, 5])
    empty = Atoms("Au2", [[0, 0, 0], [0, 0, 3]], cell=[8, 8, 8], pbc=True, calculator=LamellaCalculator(MODEL))
    try:
        empty.get_forces()
    except lamella.LamellaError as error:
        assert "Au" in str(error)
    else:
        raise AssertionError("an element that the model lacks")
    return atoms


def check_threads(atoms):
    """One potential, several Python threads: each gets its own answer."""
    potential, results = lamella.Potential(MODEL, threads=1), {}
    shifts = [0.01 * k for k in range(6)]

    def work(k):
        positions = atoms.positions.copy()
        positions[0, 0] += shifts[k]
        results[k] = potential.compute(atoms.numbers, positions, atoms.cell.array)["energy"]
    workers = [threading.Thread(target=work, args=(k,)) for k in range(6)]
    [w.start() for w in workers], [w.join() for w in workers]
    together = dict(results)
    for k in range(6):
        work(k)
    assert together == results and len(set(results.values())) == 6


def check_observables(work):
    from ase.neighborlist import neighbor_list
    rng = np.random.default_rng(2)
    frames = [salt() for _ in range(3)]
    for k, frame in enumerate(frames):
        frame.positions += 0.05 * rng.normal(size=frame.positions.shape)
        frame.set_cell(frame.cell.array * (1 + 0.01 * k), scale_atoms=True)
    r, g = lamella.rdf(frames, "Li", "F", r_max=6.0, bins=60)
    ours, edges = np.zeros(60), np.linspace(0, 6.0, 61)
    for frame in frames:
        i, j, d = neighbor_list("ijd", frame, 6.0)
        chosen = d[(frame.numbers[i] == 3) & (frame.numbers[j] == 9)]
        ours += np.histogram(chosen, edges)[0] * frame.get_volume() / (8 * 8) / (4 / 3 * np.pi * np.diff(edges ** 3)) / 3
    assert np.abs(g - ours).max() < 1e-9 and np.abs(r - 0.5 * (edges[1:] + edges[:-1])).max() < 1e-12
    report = lamella.order(frames[0])
    i, j, d = neighbor_list("ijd", frames[0], 2.5)
    wanted = np.bincount(i[(frames[0].numbers[i] == 3) & (frames[0].numbers[j] == 9)], minlength=16)[frames[0].numbers == 3]
    assert (report.cn == wanted).all() and (report.atom == np.flatnonzero(frames[0].numbers == 3)).all() and report.regular.dtype == bool
    voids = lamella.voids(frames[0], probe=1.2)
    assert abs(voids.volumes.sum() - frames[0].get_volume()) < 1e-8 and len(voids.radii) == len(voids.centres)
    # A crystal that drifts, and one ion that walks 0.3 A along z a frame besides.
    path = []
    for k in range(12):
        frame = salt()
        frame.positions += [0.2 * k, 0.1 * k, 0]
        frame.positions[0, 2] += 0.3 * k
        frame.wrap()
        path.append(frame)
    plane, normal = lamella.msd(path, "Li")
    masses = path[0].get_masses()
    drift = 0.3 * masses[0] / masses.sum()
    for lag in (1, 5):
        expected = ((0.3 - drift) ** 2 + 7 * drift ** 2) / 8 * lag ** 2
        assert abs(normal[lag] - expected) < 1e-4 and abs(plane[lag]) < 1e-5, (normal[lag], expected)
    ase.io.write(work / "path.extxyz", path)
    result = lamella.analyze(work / "path.extxyz", interval=0.5, windows=1, bins=60, r_max=6.0, pairs=["Li-F"])
    subprocess.run([LAMELLA, "analyze", str(work / "path.extxyz"), "--interval", "0.5", "--windows", "1", "--bins", "60", "--r-max", "6", "--pairs", "Li-F", "-q", "-o", str(work / "out")], check=True)
    theirs = json.load(open(work / "out/analysis.json"))
    assert (result["rdf"]["pairs"][0]["whole"]["g"] == np.array(theirs["rdf"]["pairs"][0]["whole"]["g"])).all()
    assert (result["box"]["volume_A3"] == np.array(theirs["box"]["volume_A3"])).all() and result["frames"] == 12
    print("observables: g(r), CN, Voronoi volumes and MSD as counted with ASE; analyze() equals analysis.json")


with tempfile.TemporaryDirectory() as scratch:
    work = pathlib.Path(scratch)
    os.chdir(work)
    run_examples()
    stack = check_stack(work)
    check_bits(work, stack)
    check_threads(check_ase(work))
    check_observables(work)
print("version", lamella.__version__)
