#!/usr/bin/env python3
"""lamella match against pymatgen's ZSLGenerator: every difference explained, both timed.

match.py LAMELLA [--large]   (the program or the folder it was built in; --large: LCO(001)/LiF(111) up to 1000 A^2, many
minutes of pymatgen)

For each pair of surfaces both programs list coincidences of the same two surface lattices (the bases that `lamella match`
prints). A difference is explained when
  - ZSL's pair is a mirror image: a map of determinant -1 brings the strain within the limit, none of +1 does;
  - ZSL's pair strains more than the limit (its tolerances bound lengths and angle, not the principal strain);
  - lamella's pair fails ZSL's own test of reduced vectors (lengths, or the 1 % limit on the angle) or its area filter.
Anything else is a failure.
"""
import itertools
import json
import pathlib
import subprocess
import sys
import time

try:
    import numpy as np
    from pymatgen.analysis.interfaces.zsl import ZSLGenerator, is_same_vectors, reduce_vectors
except ImportError as missing:
    print(f"skipped: {missing}")
    sys.exit(77)

LIMIT = 0.03
CHANGES = [np.array(m).reshape(2, 2) for m in itertools.product(range(-3, 4), repeat=4)]
PROPER = np.array([m for m in CHANGES if round(np.linalg.det(m)) == 1])
MIRROR = np.array([m for m in CHANGES if round(np.linalg.det(m)) == -1])


def hermite(m):
    """The Hermite normal form of a sublattice, as a key."""
    (a, b), (c, d) = [[int(x) for x in row] for row in m]
    while c:
        q = a // c
        a, b, c, d = c, d, a - q * c, b - q * d
    if a < 0:
        a, b = -a, -b
    d = abs(d)
    return a, b % d, d


def reduced(m):
    a, b = np.array(m, float)
    while True:
        b = b - round(a @ b / (a @ a)) * a
        if b @ b > a @ a * (1 - 1e-12):
            return np.array([a, b])
        a, b = b, -a


def least_strain(first, second, changes):
    """Least largest |singular value - 1| of second -> first over the changes of basis."""
    maps = np.linalg.inv(changes @ reduced(second)) @ reduced(first)
    return np.abs(np.linalg.svd(maps, compute_uv=False) - 1).max(axis=1).min()


def rotations(basis):
    """Integer matrices of the rotations that keep the lattice, up to sign."""
    red = reduced(basis)
    change = np.rint(red @ np.linalg.inv(basis))
    found = []
    for m in PROPER:
        if abs(m).max() <= 1 and np.allclose(m @ red @ red.T @ m.T, red @ red.T, atol=1e-5 * np.trace(red @ red.T)):
            found.append(np.rint(np.linalg.inv(change) @ m @ change).astype(int))
    return found


def lamella_matches(program, words, area):
    start = time.perf_counter()
    text = subprocess.run([program, "match", *words, "--max-area", str(area), "--max-strain", str(LIMIT), "--all", "--json"],
                          check=True, capture_output=True, text=True).stdout
    return json.loads(text), time.perf_counter() - start


def compare(program, words, area):
    ours, our_time = lamella_matches(program, words, area)
    if not ours["matches"]:
        bases = json.loads(subprocess.run([program, "match", *words, "--max-area", "4000", "--max-strain", "0.1", "--json"],
                                          check=True, capture_output=True, text=True).stdout)["matches"][0]["bases"]
    else:
        bases = ours["matches"][0]["bases"]
    first, second = (np.array(b) for b in bases)
    three = [np.hstack([b, [[0], [0]]]) for b in (second, first)]  # ZSL: film, substrate

    start = time.perf_counter()
    zsl = list(ZSLGenerator(max_area=area)(three[0], three[1]))
    zsl_time = time.perf_counter() - start

    listed = {}
    turns = rotations(first), rotations(second)
    for match in ours["matches"]:
        assert all(np.linalg.det(np.array(m)) > 0 for m in match["matrices"]), "left-handed"
        for g in turns[0]:
            for h in turns[1]:
                key = hermite(np.array(match["matrices"][0]) @ g), hermite(np.array(match["matrices"][1]) @ h)
                listed[key] = match["max_strain"]
    assert len(listed) == sum(m["multiplicity"] for m in ours["matches"]) == ours["found_unmerged"], "multiplicities"

    theirs = {(hermite(m.substrate_transformation), hermite(m.film_transformation)) for m in zsl}
    counts = dict(common=0, mirror=0, strained=0, angle=0, length=0, area=0)
    for key in theirs:
        if key in listed:
            counts["common"] += 1
            continue
        p, q = (np.array([[k[0], k[1]], [0, k[2]]]) @ b for k, b in zip(key, (first, second)))
        strain = least_strain(p, q, PROPER)
        assert strain > LIMIT - 1e-9, f"{words} {key}: ZSL has it, strain {strain:.6f}, lamella does not"
        counts["mirror" if least_strain(p, q, MIRROR) <= LIMIT else "strained"] += 1

    zur = {}
    ratio = np.linalg.det(second) / np.linalg.det(first)
    for key in listed:
        if key in theirs:
            continue
        vectors = []
        for side, b in ((0, three[1]), (1, three[0])):
            k = (side, key[side])
            if k not in zur:
                zur[k] = np.array(reduce_vectors(*(np.array([[key[side][0], key[side][1]], [0, key[side][2]]]) @ b)))
            vectors.append(zur[k])
        if is_same_vectors(vectors[1], vectors[0], False, max_length_tol=LIMIT, max_angle_tol=np.inf):
            if is_same_vectors(vectors[1], vectors[0], False, max_length_tol=LIMIT, max_angle_tol=0.01):
                n, m = key[0][0] * key[0][2], key[1][0] * key[1][2]  # substrate (first), film (second)
                filtered = abs(ratio - n / m) >= 0.09 and abs(1 / ratio - m / n) >= 0.09
                edge = m >= np.ceil(area / np.linalg.det(second)) or n >= np.ceil(area / np.linalg.det(first))
                assert filtered or edge, f"{words} {key}: ZSL should have it"
                counts["area"] += 1
            else:
                counts["angle"] += 1
        else:
            counts["length"] += 1
    print(f"{words[0]:>16} / {words[1]:<16} {area:5.0f} A^2: lamella {len(listed):6d} pairs ({len(ours['matches'])} listed), ZSL {len(theirs):6d}; both {counts['common']}; "
          f"ZSL only: {counts['mirror']} mirror images, {counts['strained']} strained over {LIMIT:.0%}; lamella only: {counts['angle']} past ZSL's angle limit, "
          f"{counts['length']} whose reduced vectors differ in length, {counts['area']} past its area filter; {our_time:.3f} s against {zsl_time:.2f} s")
    return our_time, zsl_time


PAIRS = [("LiCoO2:0,0,1", "LiF:1,1,1", 200), ("LiCoO2:1,0,4", "Li6PS5Cl:1,0,0", 1000), ("LiCoO2:1,0,4", "Li6PS5Cl:1,1,0", 600),
         ("LiCoO2:1,1,0", "Li6PS5Cl:1,1,0", 600), ("LiCoO2:0,0,1", "Li6PS5Cl:1,1,1", 500), ("LiCoO2:1,0,4", "LiF:1,0,0", 250),
         ("LiCoO2:0,1,2", "LiF:2,1,0", 300), ("Li6PS5Cl:2,1,0", "LiCoO2:1,1,3", 900)]


def main():
    program = pathlib.Path(sys.argv[1])
    program = str(program / "lamella" if program.is_dir() else program)
    for first, second, area in PAIRS:
        compare(program, (first, second), area)
    area = 1000 if "--large" in sys.argv else 400
    words = ("LiCoO2:0,0,1", "LiF:1,1,1")
    ours, theirs = compare(program, words, area)
    best = ours
    for _ in range(4):
        best = min(best, lamella_matches(program, words, area)[1])
    print(f"speed on {words[0]}/{words[1]} at {area} A^2, whole program with every match written: {best:.3f} s, ZSL {theirs:.2f} s: {theirs / best:.0f} times")


if __name__ == "__main__":
    main()
