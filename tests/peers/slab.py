"""Terminations against pymatgen's SlabGenerator: twenty crystals, planes up to index 2 (large cells: 1).

For every plane pymatgen's own cuts (before it merges any) are classified here by the operations spglib finds, in two ways:
 - under the operations that keep the outward normal: this must be lamella's number of terminations;
 - with those that turn the slab over as well: that is what get_slabs means, its StructureMatcher merges a face with its twin.
Areas and spacings must be equal everywhere. Whatever get_slabs lists beyond this is printed with the reason.
Usage: slab.py LAMELLA SOURCE BUILD
"""
import json
import math
import os
import subprocess
import sys
import tempfile
import time
import warnings

try:
    import numpy as np
    import spglib
    from pymatgen.core import Lattice, Structure
    from pymatgen.core.surface import SlabGenerator
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

warnings.filterwarnings("ignore")
SOURCE, BUILD = sys.argv[2], sys.argv[3]
PLANE = 0.15  # A, lamella's plane tolerance; pymatgen gets the same


def crystals():
    """Twenty ordered crystals of every system, none with covalent units: pymatgen would cut through those."""
    cubic, hexagonal = Lattice.cubic, Lattice.hexagonal
    group = Structure.from_spacegroup
    yield "SrTiO3", group("Pm-3m", cubic(3.905), ["Sr", "Ti", "O"], [[0, 0, 0], [.5, .5, .5], [.5, .5, 0]])
    yield "CsCl", group("Pm-3m", cubic(4.123), ["Cs", "Cl"], [[0, 0, 0], [.5, .5, .5]])
    yield "NaCl", group("Fm-3m", cubic(5.64), ["Na", "Cl"], [[0, 0, 0], [.5, .5, .5]])
    yield "CaF2", group("Fm-3m", cubic(5.463), ["Ca", "F"], [[0, 0, 0], [.25, .25, .25]])
    yield "ZnS", group("F-43m", cubic(5.41), ["Zn", "S"], [[0, 0, 0], [.25, .25, .25]])
    yield "Si", group("Fd-3m", cubic(5.431), ["Si"], [[.125, .125, .125]])
    yield "W", group("Im-3m", cubic(3.165), ["W"], [[0, 0, 0]])
    yield "Cu", group("Fm-3m", cubic(3.615), ["Cu"], [[0, 0, 0]])
    yield "Cu3Au", group("Pm-3m", cubic(3.75), ["Au", "Cu"], [[0, 0, 0], [.5, .5, 0]])
    yield "TiO2", group("P4_2/mnm", Lattice.tetragonal(4.594, 2.959), ["Ti", "O"], [[0, 0, 0], [.305, .305, 0]])
    yield "FePt", group("P4/mmm", Lattice.tetragonal(2.72, 3.71), ["Fe", "Pt"], [[0, 0, 0], [.5, .5, .5]])
    yield "ZnO", group("P6_3mc", hexagonal(3.25, 5.207), ["Zn", "O"], [[1 / 3, 2 / 3, 0], [1 / 3, 2 / 3, .382]])
    yield "Mg", group("P6_3/mmc", hexagonal(3.209, 5.211), ["Mg"], [[1 / 3, 2 / 3, .25]])
    yield "LiCoO2", group("R-3m", hexagonal(2.8156, 14.0542), ["Li", "Co", "O"], [[0, 0, 0], [0, 0, .5], [0, 0, .2396]])
    yield "Al2O3", group("R-3c", hexagonal(4.7602, 12.9933), ["Al", "O"], [[0, 0, .35216], [.30624, 0, .25]])
    yield "LiNbO3", group("R3c", hexagonal(5.14829, 13.8631), ["Nb", "Li", "O"], [[0, 0, 0], [0, 0, .2829], [.0492, .3446, .0647]])
    yield "MgTiO3", group("Pnma", Lattice.orthorhombic(4.932, 6.908, 4.781), ["Mg", "Ti", "O", "O"], [[.514, .25, .556], [.5, 0, 0], [.104, .25, .466], [.197, .553, .804]])
    yield "CuO", group("C2/c", Lattice.monoclinic(4.684, 3.423, 5.129, 99.54), ["Cu", "O"], [[.25, .25, 0], [0, .418, .25]])
    yield "ZrO2", group("P2_1/c", Lattice.monoclinic(5.15, 5.21, 5.32, 99.2), ["Zr", "O", "O"], [[.2754, .0395, .2083], [.0703, .3359, .3406], [.4423, .7549, .4789]])
    yield "triclinic", group("P-1", Lattice.from_parameters(4.1, 5.3, 6.7, 82, 97, 105), ["Li", "Co", "Mg", "Ni"], [[.11, .23, .31], [0, .5, .5], [.29, .61, .83], [.63, .17, .07]])


def height_moves(bulk, hkl, spacing):
    """(sign, shift in A) that the bulk's operations do to heights along the normal of hkl."""
    data = (bulk.lattice.matrix, bulk.frac_coords, [site.specie.number for site in bulk])
    operations = spglib.get_symmetry(data, symprec=0.01)
    normal = np.array(hkl) @ np.linalg.inv(bulk.lattice.matrix).T  # 1/d long: height = d * (hkl . x)
    d = 1.0 / np.linalg.norm(normal)
    moves = set()
    for rotation, translation in zip(operations["rotations"], operations["translations"]):
        image = np.array(hkl) @ rotation
        shift = d * float(np.dot(hkl, translation)) % spacing
        if (image == hkl).all():
            moves.add((1, round(shift, 4)))
        if (image == -np.array(hkl)).all():
            moves.add((-1, round(shift, 4)))
    return moves


def classes(moves, heights, spacing, turning_over):
    """Number of classes of cuts at these heights under the moves that keep the normal, or also those that turn it over."""
    kept = []
    for height in heights:
        def same(other):
            return any(abs((sign * other + t - height + spacing / 2) % spacing - spacing / 2) < 0.03
                       for sign, t in moves if sign == 1 or turning_over)
        if not any(same(other) for other in kept):
            kept.append(height)
    return len(kept)


def main():
    with tempfile.TemporaryDirectory() as folder:
        files, bulks = [], {}
        for name, structure in crystals():
            path = os.path.join(folder, name + ".vasp")
            structure.to(filename=path, fmt="poscar")
            files.append(path)
            bulks[name] = structure
        listing = subprocess.run([os.path.join(BUILD, "peer_slab_listing"), "2", *files], capture_output=True, text=True, check=True)
    rows = [json.loads(line) for line in listing.stdout.splitlines()]
    ours = theirs = 0.0
    wrong, planes, merged, other, ours_total, theirs_total = [], 0, 0, [], 0, 0
    budget = float(os.environ.get("LAMELLA_PEERS_SECONDS", "120"))
    start_all = time.time()
    skipped = 0
    # every crystal gets its turn: plane 0 of all, plane 1 of all, ...
    order, seen = [], {}
    for row in rows:
        seen[row["file"]] = seen.get(row["file"], -1) + 1
        order.append((seen[row["file"]], row))
    for _, row in sorted(order, key=lambda pair: pair[0]):
        if time.time() - start_all > budget:
            skipped += 1
            continue
        bulk, hkl = bulks[row["file"]], tuple(row["hkl"])
        start = time.perf_counter()
        generator = SlabGenerator(bulk, hkl, 1.0, 10.0, lll_reduce=False, center_slab=False, primitive=False, in_unit_planes=False, max_normal_search=None)
        slabs = generator.get_slabs(ftol=PLANE)
        theirs += time.perf_counter() - start
        ours += row["seconds"]
        planes += 1
        cell = generator.oriented_unit_cell
        normal = np.cross(cell.lattice.matrix[0], cell.lattice.matrix[1])
        area = np.linalg.norm(normal)
        height = cell.volume / area
        # pymatgen's oriented cell may hold several primitive ones, along the normal and in the plane
        along, across = height / row["spacing"], area / row["area"]
        if abs(along - round(along)) > 1e-3 or abs(across - round(across)) > 1e-3:
            wrong.append((row["file"], hkl, "cell", along, across))
            continue
        heights = [z % 1 * height for z in generator.gen_possible_terminations(ftol=PLANE)]
        moves = height_moves(bulk, hkl, row["spacing"])
        keep, both = (classes(moves, heights, row["spacing"], turning_over) for turning_over in (False, True))
        ours_total += row["terminations"]
        theirs_total += len(slabs)
        if keep != row["terminations"]:
            wrong.append((row["file"], hkl, "terminations", row["terminations"], "pymatgen's cuts, classified", keep))
        if len(slabs) == both != keep:
            merged += 1
        elif len(slabs) != both:
            other.append((row["file"], hkl, len(slabs), both, keep))
    print(f"planes compared: {planes} of {len(bulks)} crystals up to index 2 (skipped for time: {skipped})")
    print(f"terminations: lamella {ours_total}, pymatgen get_slabs {theirs_total}")
    print(f"planes where get_slabs merges a face with its turned-over twin: {merged}")
    print(f"planes where get_slabs differs from its own cuts classified by symmetry: {len(other)}")
    for name, hkl, slabs, both, keep in other[:20]:
        print(f"  {name} {hkl}: get_slabs {slabs}, classes {both} with turning over, {keep} without")
    print(f"time: lamella {ours:.3f} s, pymatgen {theirs:.1f} s, ratio {theirs / ours:.0f}")
    for line in wrong[:40]:
        print("  WRONG", *line)
    print(f"differences from lamella that are not explained: {len(wrong)}")
    return 1 if wrong or theirs < 100 * ours else 0


if __name__ == "__main__":
    sys.exit(main())
