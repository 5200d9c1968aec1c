"""The starter potential's recipe with its teacher swapped for VASP by one option (smoke version): the decks it writes, the end it comes to while they wait,
the OUTCARs it reads back (written here in VASP's layout from a toy teacher's numbers, since VASP is nobody's to ship), and the round after them. One deck is left
unfinished and one without converged electrons at first: the recipe must ask for them again and take no label from them."""

import pathlib
import re
import subprocess
import sys
import tempfile

try:
    import ase.io
    import deepmd.dpmodel  # noqa: F401
    import dpdata  # noqa: F401
    import numpy as np
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

LAMELLA, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
RECIPE = SOURCE / "structures/potential"
sys.path.insert(0, str(RECIPE))
import _trainer  # noqa: E402
import frames as fr  # noqa: E402
import teachers  # noqa: E402

KBAR = 1602.1766208  # of one eV/A^3


def outcar(atoms, teacher, iterations=12):
    """One ionic step in VASP's layout."""
    energy, forces, virial = teacher.raw(atoms)
    symbols = atoms.get_chemical_symbols()
    runs = [s for k, s in enumerate(symbols) if k == 0 or symbols[k - 1] != s]
    stress = np.asarray(virial) / atoms.get_volume() * KBAR
    text = " vasp.6.4.2\n   NELM   =     60;   NELMIN=  4; NELMDL= -5\n"
    text += "".join(f"   TITEL  = PAW_PBE {s} 01Jan2000\n" for s in runs)
    text += "   ions per type =            " + " ".join(f"{symbols.count(s):4d}" for s in runs) + "\n"
    text += "".join(f"{38 * '-'} Iteration      1({k + 1:4d})  {39 * '-'}\n" for k in range(iterations))
    text += "  FORCE on cell =-STRESS in cart. coord.  units (eV):\n" + 12 * "  Direction\n"
    order = [(0, 0), (1, 1), (2, 2), (0, 1), (1, 2), (2, 0)]
    text += "  Total " + " ".join(f"{virial[a][b]:14.6f}" for a, b in order) + "\n  in kB " + " ".join(f"{stress[a][b]:14.6f}" for a, b in order) + "\n"
    text += " VOLUME and BASIS-vectors are now :\n ---\n  energy-cutoff\n  volume of cell\n      direct lattice vectors\n"
    text += "".join(" ".join(f"{x:15.9f}" for x in row) + "     0.0 0.0 0.0\n" for row in atoms.cell.array)
    text += " POSITION                                       TOTAL-FORCE (eV/Angst)\n " + 80 * "-" + "\n"
    text += "".join(" ".join(f"{x:14.8f}" for x in (*r, *f)) + "\n" for r, f in zip(atoms.positions, forces))
    return text + " " + 80 * "-" + f"\n  free  energy   TOTEN  = {energy:18.8f} eV\n"


def recipe(work):
    command = [sys.executable, RECIPE / "recipe.py", "--lamella", LAMELLA, "-o", work, "--smoke", "--teacher", "vasp"]
    run = subprocess.run([str(c) for c in command], capture_output=True, text=True)
    waiting = re.search(r"(\d+) of (\d+) decks in (\S+) wait for VASP", run.stderr)
    assert waiting or run.returncode == 0, run.stdout[-2000:] + run.stderr[-3000:]
    return (int(waiting.group(1)), int(waiting.group(2)), pathlib.Path(waiting.group(3))) if waiting else None


def check_deck(deck):
    poscar = ase.io.read(deck / "POSCAR", format="vasp")
    incar = (deck / "INCAR").read_text()
    symbols = poscar.get_chemical_symbols()
    assert symbols == sorted(symbols, key=fr.TYPES.index)
    species = list(dict.fromkeys(symbols))
    given = {m.group(1): m.group(2).split() for m in re.finditer(r"^\s*(LDAUL|LDAUU)\s*=\s*(.*?)\s*$", incar, re.M)}
    if "Co" in species:  # U on Co's d and on nothing else, in POSCAR's order
        assert len(given["LDAUU"]) == len(species), (species, given)
        for s, u, l in zip(species, given["LDAUU"], given["LDAUL"]):
            assert (float(u) > 0 and int(l) == 2) if s == "Co" else (float(u) == 0 and int(l) == -1), (s, u, l)
    return poscar


with tempfile.TemporaryDirectory() as temporary:
    work, teacher = pathlib.Path(temporary) / "work", teachers.Pair()
    _trainer.into(work, SOURCE, BUILD)
    missing, count, decks = recipe(work)
    assert missing == count and len(list(decks.iterdir())) == count
    structures = [check_deck(decks / f"{k:04d}") for k in range(count)]
    for k, atoms in enumerate(structures):
        text = outcar(atoms, teacher, 60 if k == 1 else 12)
        (decks / f"{k:04d}/OUTCAR").write_text(text[: len(text) // 2] if k == 0 else text)
    again = recipe(work)
    assert again == (2, count, decks), again
    for k in (0, 1):
        (decks / f"{k:04d}/OUTCAR").write_text(outcar(structures[k], teacher))
    later = recipe(work)
    assert later and later[0] == later[1] and "round-0" in str(later[2]), later
    for deck in sorted(later[2].iterdir()):
        (deck / "OUTCAR").write_text(outcar(check_deck(deck), teacher))
    assert recipe(work) is None and (work / "starter.pb").exists()
    # What the recipe trained on is what the OUTCARs said, to their digits; no bundled frame among it.
    trained = ase.io.read(work / "train.extxyz", ":")
    assert len(trained) == count + later[1]
    worst = [0.0, 0.0, 0.0]
    for frame in trained:
        energy, forces, virial = teacher.raw(frame)
        found = (frame.get_potential_energy() - energy, frame.get_forces() - forces, np.asarray(frame.info["virial"]).reshape(3, 3) - virial)
        worst = [max(w, float(np.abs(f).max())) for w, f in zip(worst, found)]
    assert worst[0] < 1e-4 and worst[1] < 1e-4 and worst[2] < 1e-3, worst
    print(f"{count} + {later[1]} decks written and read back; labels differ by {worst[0]:.1e} eV, {worst[1]:.1e} eV/A, {worst[2]:.1e} eV at most")
