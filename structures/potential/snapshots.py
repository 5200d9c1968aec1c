"""Random snapshots of a trajectory, for a test set as the paper made its own: snapshots.py TRAJECTORY OUT.traj [--count 200] [--seed 1] [--skip 0.05] [--family coated]
Label them with label.py, then `lamella validate`."""

import argparse

import ase.io
import numpy as np

import teachers


def main():
    p = argparse.ArgumentParser(description=__doc__)
    p.add_argument("trajectory", help="trajectory.nc of `lamella run`, or a LAMMPS dump with element and xu yu zu")
    p.add_argument("output")
    p.add_argument("--count", type=int, default=200)
    p.add_argument("--seed", type=int, default=1)
    p.add_argument("--skip", type=float, default=0.05, help="share of the run left out at its start")
    p.add_argument("--family", default="coated")
    a = p.parse_args()
    frames = ase.io.read(a.trajectory, ":", format="netcdftrajectory" if a.trajectory.endswith(".nc") else "lammps-dump-text")
    free = np.arange(round(a.skip * len(frames)), len(frames))
    if len(free) < a.count:
        raise SystemExit(f"{len(free)} frames, fewer than {a.count}")
    chosen = np.random.default_rng(a.seed).permutation(free)[: a.count]  # in random order: the first half labelled is a fair sample too
    result = []
    for k in chosen:
        frame = frames[int(k)]
        frame.set_pbc(True)
        frame.wrap()
        if teachers.closest(frame) < teachers.TRUSTED:
            raise SystemExit(f"frame {k}: atoms closer than the teacher can be trusted")
        frame.info = {"family": a.family}
        result.append(frame)
    ase.io.write(a.output, result, format="traj")


if __name__ == "__main__":
    main()
