"""Labels structures with a teacher, on from where it stands: label.py TEACHER STRUCTURES.traj LABELS.extxyz. Its own process, since the teacher's
libraries (torch) live in an environment of their own."""

import os
import sys

import ase.io

import frames as fr
import teachers


def main(name, source, target, every=5):
    structures, mark = ase.io.read(source, ":", format="traj"), target + ".done"
    # Structures seen and labels kept, as one: a kill between the two files leaves labels that the mark does not count, and they are made again.
    first, kept = (int(word) for word in open(mark).read().split()) if os.path.exists(mark) else (0, 0)
    if first >= len(structures):
        return
    labels = fr.read(target)[:kept]
    teacher = teachers.SevenNet() if name == "sevennet" else teachers.Pair()
    for k in range(first, len(structures)):
        labelled = teachers.label(teacher, structures[k])
        if labelled is not None:
            labels.append(labelled)
        if k % every == every - 1 or k == len(structures) - 1:
            fr.write(target, labels)
            with open(mark + ".part", "w") as f:
                f.write(f"{k + 1} {len(labels)}\n")
            os.replace(mark + ".part", mark)


if __name__ == "__main__":
    main(*sys.argv[1:])
