"""lamella analyze against freud, ASE, MDAnalysis, pymatgen's diffusion analyser and numpy, on tilted cells under NPT.

Usage: observables.py LAMELLA SOURCE BUILD. Prints every figure; exits 1 where a tolerance is missed. Also: the same run written in
seven ways (xu, x with image flags, xs, wrapped x, gzipped, extended XYZ, AMBER NetCDF) must give the same results.
"""
import gzip
import json
import pathlib
import subprocess
import sys
import tempfile

import numpy as np

lamella = sys.argv[1]
bad = []


def report(what, error, tolerance):
    ok = bool(error <= tolerance)
    print(f"{'ok ' if ok else 'BAD'} {what}: {error:.3g} (tolerance {tolerance:g})", flush=True)
    if not ok:
        bad.append(what)


def skip(what, why):
    print(f"--  {what}: not compared, {why}")


class Run:
    """A mixture of walkers and rattlers in a tilted box that breathes and shears, as under NPT; Li walks, F and S rattle."""

    def __init__(self, frames, atoms, seed, cell):
        rng = np.random.default_rng(seed)
        self.cell0 = np.array(cell, float)
        self.symbols = np.array(["Li"] * (atoms // 2) + ["F"] * (atoms // 4) + ["S"] * (atoms - atoms // 2 - atoms // 4))
        home = rng.random((atoms, 3))
        walk = home.copy()
        step = np.linalg.inv(self.cell0)
        self.cells, self.fractional = [], []
        for t in range(frames):
            walkers = self.symbols == "Li"
            if t:
                walk[walkers] += rng.normal(size=(walkers.sum(), 3)) * [0.5, 0.5, 0.25] @ step
            s = walk + np.where(walkers[:, None], 0, rng.normal(size=(atoms, 3)) * 0.1) @ step
            h = self.cell0 * np.array([[1 + 0.02 * np.sin(t / 7)], [1 - 0.015 * np.cos(t / 5)], [1 + 0.03 * np.sin(t / 11)]])
            h[1, 0] += 0.3 * np.sin(t / 13)
            h[2, 0] += 0.4 * np.cos(t / 9)
            self.cells.append(h)
            self.fractional.append(s + 0.002 * t)  # the whole system drifts
        self.types = {"Li": 1, "F": 2, "S": 3}

    def unwrapped(self, t):
        return self.fractional[t] @ self.cells[t]

    def wrapped(self, t):
        return (self.fractional[t] % 1.0) @ self.cells[t]

    def write_dump(self, path, style):
        out = gzip.open(path, "wt") if str(path).endswith(".gz") else open(path, "w")
        rng = np.random.default_rng(5)
        columns = {"xu": "xu yu zu", "image": "x y z ix iy iz", "xs": "xs ys zs", "x": "x y z", "xsu": "xsu ysu zsu"}[style]
        with out as f:
            for t, h in enumerate(self.cells):
                xy, xz, yz = h[1, 0], h[2, 0], h[2, 1]
                low = np.array([3.0, -2.0, 1.0 + 0.1 * np.sin(t)])
                f.write(f"ITEM: TIMESTEP\n{100 * t}\nITEM: NUMBER OF ATOMS\n{len(self.symbols)}\nITEM: BOX BOUNDS xy xz yz pp pp pp\n")
                for line in ((low[0] + min(0, xy, xz, xy + xz), low[0] + h[0, 0] + max(0, xy, xz, xy + xz), xy), (low[1] + min(0, yz), low[1] + h[1, 1] + max(0, yz), xz), (low[2], low[2] + h[2, 2], yz)):
                    f.write("%.12f %.12f %.12f\n" % line)
                f.write(f"ITEM: ATOMS id type element {columns}\n")
                s, image = self.fractional[t] % 1.0, np.floor(self.fractional[t]).astype(int)
                values = {"xu": self.unwrapped(t) + low, "image": self.wrapped(t) + low, "xs": s, "x": self.wrapped(t) + low, "xsu": self.fractional[t]}[style]
                for i in rng.permutation(len(self.symbols)):
                    extra = " %d %d %d" % tuple(image[i]) if style == "image" else ""
                    f.write("%d %d %s %.9f %.9f %.9f%s\n" % (i + 1, self.types[self.symbols[i]], self.symbols[i], *values[i], extra))

    def write_extxyz(self, path):
        with open(path, "w") as f:
            for t, h in enumerate(self.cells):
                f.write(f"{len(self.symbols)}\nLattice=\"{' '.join(repr(float(x)) for x in h.ravel())}\" Properties=species:S:1:pos:R:3 pbc=\"T T T\" Step={100 * t}\n")
                for symbol, r in zip(self.symbols, self.wrapped(t)):
                    f.write("%s %.9f %.9f %.9f\n" % (symbol, *r))

    def write_netcdf(self, path):
        """As LAMMPS's dump netcdf lays it out."""
        from netCDF4 import Dataset
        from ase.geometry import cell_to_cellpar
        n = len(self.symbols)
        with Dataset(path, "w", format="NETCDF3_64BIT_OFFSET") as nc:
            nc.Conventions, nc.ConventionVersion, nc.program, nc.programVersion = "AMBER", "1.0", "LAMMPS", "2022"
            for name, size in (("frame", None), ("atom", n), ("spatial", 3), ("cell_spatial", 3), ("cell_angular", 3), ("label", 10)):
                nc.createDimension(name, size)
            time = nc.createVariable("time", "d", ("frame",))
            time.units, time.scale_factor = "picosecond", 0.001
            time.set_auto_scale(False)
            origin = nc.createVariable("cell_origin", "d", ("frame", "cell_spatial"))
            lengths = nc.createVariable("cell_lengths", "d", ("frame", "cell_spatial"))
            angles = nc.createVariable("cell_angles", "d", ("frame", "cell_angular"))
            ids = nc.createVariable("id", "i", ("frame", "atom"))
            types = nc.createVariable("type", "i", ("frame", "atom"))
            x = nc.createVariable("unwrapped_coordinates", "d", ("frame", "atom", "spatial"))
            rng = np.random.default_rng(6)
            for t, h in enumerate(self.cells):
                order = rng.permutation(n)
                time[t], origin[t] = 100 * t, (1.0, 2.0, 3.0)
                p = cell_to_cellpar(h)
                lengths[t], angles[t], ids[t] = p[:3], p[3:], order + 1
                types[t] = [self.types[s] for s in self.symbols[order]]
                x[t] = self.unwrapped(t)[order] + [1.0, 2.0, 3.0]


def analyze(trajectory, out, *words):
    subprocess.run([lamella, "analyze", str(trajectory), "-o", str(out), "-q", *words], check=True)
    return json.loads((out / "analysis.json").read_text())


def curve(result, pair):
    entry = next(p for p in result["rdf"]["pairs"] if p["pair"] == pair)
    return np.array(entry["r_A"]), np.array(entry["whole"]["g"]), np.array(entry["whole"]["coordination"])


def group(result, name):
    return next(d for d in result["diffusion"] if d["group"] == name)


def against_freud(run, result, r_max, bins):
    import freud
    for pair, a, b in (("Li-Li", "Li", "Li"), ("Li-F", "Li", "F"), ("S-S", "S", "S")):
        g = np.zeros(bins)
        for t, h in enumerate(run.cells):
            box = freud.box.Box.from_matrix(h.T)
            r = box.wrap(run.wrapped(t))
            rdf = freud.density.RDF(bins, r_max)
            if a == b:
                rdf.compute((box, r[run.symbols == a]))
            else:
                rdf.compute((box, r[run.symbols == a]), query_points=r[run.symbols == b])
            g += rdf.rdf / len(run.cells)
        ours = curve(result, pair)[1]
        inner = slice(bins // 10, None)
        n = (run.symbols == a).sum()
        best = min(np.abs(ours[inner] - factor * g[inner]).max() for factor in ((1.0, (n - 1) / n, n / (n - 1)) if a == b else (1.0,)))
        report(f"g(r) {pair} against freud, {len(run.cells)} frames, tilted NPT, to {r_max} A: largest difference", best, 0.02)


def against_ase(run, result, r_max, frames):
    """Beyond half a cell width, where freud refuses: pair counts by ASE's neighbour list, which holds images."""
    from ase import Atoms
    from ase.neighborlist import neighbor_list
    r, g, coordination = curve(result, "Li-F")
    width = r[1] - r[0]
    edges = np.concatenate([[0], r + width / 2])
    expected, expected_g = np.zeros(len(r)), np.zeros(len(r))
    for t in range(frames):
        atoms = Atoms(run.symbols, positions=run.wrapped(t), cell=run.cells[t], pbc=True)
        i, d = neighbor_list("id", atoms, {("Li", "F"): r_max})  # each pair from both sides
        d = d[run.symbols[i] == "Li"]
        counts = np.histogram(d, edges)[0]
        n_li, n_f = (run.symbols == "Li").sum(), (run.symbols == "F").sum()
        expected += np.cumsum(counts) / n_li / frames
        expected_g += abs(np.linalg.det(run.cells[t])) * counts / (n_li * n_f * 4 / 3 * np.pi * np.diff(edges**3)) / frames
    heights = 1 / np.linalg.norm(np.linalg.inv(run.cells[0]), axis=0)
    print(f"    smallest cell height {heights.min():.2f} A, r_max {r_max} A")
    report("coordination Li-F against ASE's neighbour list beyond half the cell: largest difference", np.abs(coordination - expected).max(), 0.002)
    report("g(r) Li-F against ASE's neighbour list beyond half the cell: largest difference", np.abs(g - expected_g)[5:].max(), 0.002)


def against_mdanalysis(run, folder, result, r_max, bins):
    import warnings
    warnings.filterwarnings("ignore")
    import MDAnalysis as mda
    from MDAnalysis.analysis.rdf import InterRDF
    universe = mda.Universe(str(folder / "x.lammpstrj"), format="LAMMPSDUMP", lammps_coordinate_convention="unscaled")
    a, b = universe.select_atoms("type 1"), universe.select_atoms("type 2")
    rdf = InterRDF(a, b, nbins=bins, range=(0, r_max)).run()
    report("g(r) Li-F against MDAnalysis (it takes one mean volume): largest difference", np.abs(rdf.results.rdf - curve(result, "Li-F")[1])[bins // 10:].max(), 0.03)
    from MDAnalysis.analysis.msd import EinsteinMSD
    from MDAnalysis.coordinates.memory import MemoryReader
    mean = np.mean(run.cells, axis=0)
    masses = np.array([{"Li": 6.94, "F": 18.998403163, "S": 32.06}[s] for s in run.symbols])
    paths = []
    for s in run.fractional:
        centre = (masses[:, None] * s).sum(0) / masses.sum()
        paths.append((s - centre) @ mean)
    walkers = run.symbols == "Li"
    memory = mda.Universe.empty(int(walkers.sum()), trajectory=True)
    memory.load_new(np.array(paths, dtype=np.float32)[:, walkers], format=MemoryReader)
    msd = EinsteinMSD(memory, select="all", msd_type="xyz", fft=False).run().results.timeseries
    ours = np.array(group(result, "Li")["msd_A2"])
    report("MSD of Li against MDAnalysis's EinsteinMSD on the same unwrapped paths: largest relative difference", np.abs(ours[1:] / msd[1:len(ours)] - 1).max(), 1e-3)
    return np.array(paths)


def against_pymatgen(run, result):
    try:
        from pymatgen.analysis.diffusion.analyzer import DiffusionAnalyzer
        from pymatgen.core import Structure
    except ImportError as error:
        return skip("pymatgen's diffusion analyser", error)
    structures = [Structure(h, list(run.symbols), s % 1.0) for h, s in zip(run.cells, run.fractional)]
    analyser = DiffusionAnalyzer.from_structures(structures, "Li", 300, 0.1 * 1000, 1, smoothed=False)
    ours = group(result, "Li")
    # Its drift is that of the framework, ours of the centre of mass; its displacements take each frame's own cell.
    t, msd = np.asarray(analyser.dt) / 1000.0, np.asarray(analyser.msd)
    lags, mine = np.array(ours["lag_ps"]), np.array(ours["msd_A2"])
    print(f"    pymatgen: D = {analyser.diffusivity:.3e} cm2/s (one origin, to the end), lamella {ours['D']['cm2_s']:.3e} +- {ours['D']['error_cm2_s']:.1e}")
    origin = np.interp(t, lags, mine)
    report("MSD against pymatgen's (one origin there, all origins here): relative difference at a tenth of the run", abs(msd[len(t) // 10] / origin[len(t) // 10] - 1), 0.15)
    report("D against pymatgen's diffusivity, in our error bars", abs(analyser.diffusivity - ours["D"]["cm2_s"]) / ours["D"]["error_cm2_s"], 4.0)


def known_diffusion(run, result):
    dt = 0.1
    truth = {"D_xy": 0.5**2 / 2 / dt * 1e-4, "D_z": 0.25**2 / 2 / dt * 1e-4}
    for key, value in truth.items():
        found = group(result, "Li")[key]
        print(f"    {key}: walked {value:.3e}, found {found['cm2_s']:.3e} +- {found['error_cm2_s']:.1e} cm2/s")
        report(f"{key} of Li against the walk's own, in error bars", abs(found["cm2_s"] - value) / found["error_cm2_s"], 3.5)
    report("F and S only rattle: D", abs(group(result, "F")["D"]["cm2_s"]), 2e-7)


def main():
    with tempfile.TemporaryDirectory() as scratch:
        folder = pathlib.Path(scratch)
        run = Run(150, 240, 1, [[15.0, 0, 0], [3.0, 14.0, 0], [-2.0, 1.5, 17.0]])
        pairs = ["--pairs", "Li-Li,Li-F,S-S", "--lifetime", "1"]
        run.write_dump(folder / "xu.lammpstrj", "xu")
        result = analyze(folder / "xu.lammpstrj", folder / "xu", "--r-max", "6", "--bins", "120", *pairs)
        for style in ("image", "xs", "x", "xsu"):
            run.write_dump(folder / f"{style}.lammpstrj", style)
        run.write_dump(folder / "zipped.lammpstrj.gz", "xu")
        run.write_extxyz(folder / "run.extxyz")
        run.write_netcdf(folder / "run.nc")
        worst = 0.0
        for name in ("image.lammpstrj", "xs.lammpstrj", "x.lammpstrj", "xsu.lammpstrj", "zipped.lammpstrj.gz", "run.extxyz", "run.nc"):
            other = analyze(folder / name, folder / (name + ".out"), "--r-max", "6", "--bins", "120", *pairs, *(["--types", "Li,F,S"] if name == "run.nc" else []))
            differ = max(abs(group(other, g)["D"]["cm2_s"] / group(result, g)["D"]["cm2_s"] - 1) for g in ("Li",))
            differ = max(differ, np.abs(curve(other, "Li-F")[2] - curve(result, "Li-F")[2]).max(), np.abs(np.array(other["time_ps"]) - result["time_ps"]).max())
            worst = max(worst, differ)
        report("one run written in eight ways: largest difference in D, coordination, time", worst, 2e-3)
        against_freud(run, result, 6.0, 120)
        far = analyze(folder / "xu.lammpstrj", folder / "far", "--r-max", "13", "--bins", "130", "--stop", "5", *pairs)
        against_ase(run, far, 13.0, 5)
        against_mdanalysis(run, folder, result, 6.0, 120)
        against_pymatgen(run, result)
        known_diffusion(run, result)
    print("observables:", "all within tolerance" if not bad else "MISSED: " + "; ".join(bad))
    sys.exit(1 if bad else 0)


main()
