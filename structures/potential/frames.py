"""Labelled frames: reading, writing, families, and the file that the trainer reads."""

import os
import struct

import ase.io
import numpy as np
from ase.calculators.singlepoint import SinglePointCalculator

TYPES = ["Li", "Co", "O", "P", "S", "Cl", "F"]


def labelled(atoms, energy, forces, virial):
    """A copy with its labels: eV, eV/A, eV (virial = -dE/dstrain)."""
    result = atoms.copy()
    result.calc = SinglePointCalculator(result, energy=float(energy), forces=np.asarray(forces))
    result.info["virial"] = np.asarray(virial).reshape(3, 3)
    return result


def read(path):
    """Frames of an extxyz file, or none when the file is missing."""
    if not os.path.exists(path) or not os.path.getsize(path):
        return []
    frames = ase.io.read(path, ":", format="extxyz")
    for frame in frames:
        frame.info.setdefault("family", frame.info.get("tag", "?"))
    return frames


def write(path, frames):
    """All frames at once: a reader never sees half of them."""
    os.makedirs(os.path.dirname(os.path.abspath(path)), exist_ok=True)
    clean = []
    for frame in frames:
        copy = ase.Atoms(frame.get_chemical_symbols(), positions=frame.positions, cell=frame.cell, pbc=True)
        copy.info = {k: frame.info[k] for k in ("family", "tag", "virial", "held_out") if k in frame.info}
        if frame.calc is not None:
            copy.calc = SinglePointCalculator(copy, energy=frame.get_potential_energy(), forces=frame.get_forces())
        clean.append(copy)
    partial = path + ".part"
    ase.io.write(partial, clean, format="extxyz")
    os.replace(partial, path)


def to_trainer(frames, path, weight):
    """The binary file that trainer/data.cpp reads; weight(frame) is a frame's share of the draws."""
    with open(path, "wb") as out:
        out.write(struct.pack("<i", len(frames)))
        for frame in frames:
            name = frame.info["family"].encode()
            out.write(struct.pack("<i", len(name)) + name + struct.pack("<i", len(frame)) + struct.pack("<f", weight(frame)))
            out.write(np.array([TYPES.index(s) for s in frame.get_chemical_symbols()], "<i4").tobytes())
            for values in (frame.cell.array, frame.positions, [frame.get_potential_energy()], frame.get_forces(), frame.info["virial"]):
                out.write(np.ascontiguousarray(values, "<f8").tobytes())


def save_bundle(path, frames):
    """All frames in one compressed npz of float32 (energies float64): small enough to come along."""
    np.savez_compressed(
        path,
        atoms=np.array([len(f) for f in frames], "<i4"),
        family=np.array([f.info["family"] for f in frames]),
        types=np.concatenate([[TYPES.index(s) for s in f.get_chemical_symbols()] for f in frames]).astype("u1"),
        cell=np.array([f.cell.array for f in frames], "<f4"),
        positions=np.concatenate([f.positions for f in frames]).astype("<f4"),
        energy=np.array([f.get_potential_energy() for f in frames], "<f8"),
        forces=np.concatenate([f.get_forces() for f in frames]).astype("<f4"),
        virial=np.array([np.asarray(f.info["virial"]).reshape(3, 3) for f in frames], "<f4"),
    )


def load_bundle(path):
    with np.load(path) as file:
        b = {k: file[k] for k in file.files}
    frames, at = [], 0
    for k, n in enumerate(b["atoms"]):
        part = slice(at, at + int(n))
        symbols = [TYPES[t] for t in b["types"][part]]
        frame = ase.Atoms(symbols, positions=b["positions"][part].astype(float), cell=b["cell"][k].astype(float), pbc=True)
        frame = labelled(frame, b["energy"][k], b["forces"][part].astype(float), b["virial"][k].astype(float))
        frame.info["family"] = str(b["family"][k])
        frames.append(frame)
        at += int(n)
    return frames
