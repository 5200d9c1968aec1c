"""lamella report in a real browser: headless chromium loads the page, every chart and the 3D view must be drawn, nothing may fail.

Usage: report_page.py LAMELLA SOURCE BUILD [SCREENSHOT.png [SWEEP.png]]. Skipped (77) where chromium is not installed.
"""
import json
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

import numpy as np

lamella = sys.argv[1]
browser = next((shutil.which(name) for name in ("chromium", "chromium-browser", "google-chrome") if shutil.which(name)), None)


def write_stack(folder, frames=40):
    """Three layers of a made-up stack with a run: torn PS4, walking Li."""
    rng = np.random.default_rng(3)
    cell = np.array([[14.0, 0, 0], [1.5, 13.0, 0], [1.0, -1.5, 40.0]])
    symbols, layers, positions = [], [], []

    def grid(low, high, n, kinds, layer):
        for i in np.ndindex(*n):
            s = (np.array(i) + 0.5) / n
            s[2] = low + (high - low) * s[2]
            symbols.append(kinds[sum(i) % len(kinds)])
            layers.append(layer)
            positions.append(s @ cell)

    grid(0.02, 0.33, (6, 6, 6), ["Li", "O", "Co", "O"], 1)
    grid(0.38, 0.55, (6, 6, 3), ["Li", "F"], 2)
    t = 2.05 / 3**0.5
    for i in np.ndindex(3, 2, 2):
        centre = np.array([(i[0] + 0.5) / 3, (i[1] + 0.5) / 2, 0.66 + 0.2 * i[2]]) @ cell
        atoms = [("P", (0, 0, 0))] + [("S", v) for v in ((t, t, t), (-t, -t, t), (-t, t, -t), (t, -t, -t))] + [("Li", (2.6, 0, 0)), ("Cl", (0, 0, 3.6))]
        for symbol, shift in atoms:
            symbols.append(symbol)
            layers.append(3)
            positions.append(centre + shift)
    positions, n, names = np.array(positions), len(symbols), {1: "cathode", 2: "coating", 3: "electrolyte"}
    (folder / "run/reaction").mkdir(parents=True)
    with open(folder / "stack.extxyz", "w") as f:
        f.write(f"{n}\nLattice=\"{' '.join('%g' % x for x in cell.ravel())}\" Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1\n")
        for i in range(n):
            f.write("%s %.5f %.5f %.5f %d %d %s %d\n" % (symbols[i], *positions[i], i + 1, layers[i], names[layers[i]], layers[i]))
    walkers = np.array([s == "Li" for s in symbols])
    with open(folder / "run/reaction/reaction.lammpstrj", "w") as f:
        for k in range(frames):
            positions[walkers] += rng.normal(size=(walkers.sum(), 3)) * 0.3 * (k > 0)
            f.write(f"ITEM: TIMESTEP\n{500 * k}\nITEM: NUMBER OF ATOMS\n{n}\nITEM: BOX BOUNDS abc origin pp pp pp\n")
            for row in cell:
                f.write("%g %g %g 0\n" % tuple(row))
            f.write("ITEM: ATOMS id element xu yu zu\n")
            for i, r in enumerate(positions + rng.normal(size=(n, 3)) * 0.05):
                f.write("%d %s %.5f %.5f %.5f\n" % (i + 1, symbols[i], *r))
    (folder / "spec.toml").write_text('title = "a made-up stack"\nseed  = 1\n')
    (folder / "manifest.json").write_text(json.dumps({"layers": [{"name": "coating", "kind": "amorphous", "formula": "LiF", "atoms": 108, "thickness": 7.0}], "audit": {"atoms": n, "min_distance": {"P-S": 2.05}}}))


def load(page, shot):
    flags = ["--headless", "--no-sandbox", "--use-angle=swiftshader", "--enable-unsafe-swiftshader", "--window-size=1200,7000", "--virtual-time-budget=10000", "--enable-logging=stderr", "--v=0"]
    dom = subprocess.run([browser, *flags, "--dump-dom", page.as_uri()], capture_output=True, text=True, timeout=300)
    errors = [line for line in dom.stderr.splitlines() if "CONSOLE" in line and re.search(r"Uncaught|Error|Refused|ERR_", line)]
    subprocess.run([browser, *flags, f"--screenshot={shot}", page.as_uri()], capture_output=True, timeout=300, check=True)
    return dom.stdout, errors


def main():
    if not browser:
        print("skipped: chromium is not installed")
        return 77
    with tempfile.TemporaryDirectory() as scratch:
        stack = pathlib.Path(scratch) / "stack"
        write_stack(stack)
        for words in (["analyze", str(stack), "-q", "--temperature", "300"], ["report", str(stack), "-q"]):
            subprocess.run([lamella, *words], check=True)
        page = stack / "report.html"
        shot = pathlib.Path(sys.argv[4]) if len(sys.argv) > 4 else pathlib.Path(scratch) / "shot.png"
        dom, errors = load(page, shot)
        charts, drawn = page.read_text().count("data-chart="), len(re.findall(r'class="uplot', dom))
        ready = 'data-ready="yes"' in dom
        print(f"page {page.stat().st_size / 1e3:.0f} kB, {charts} charts, {drawn} drawn, scripts ran to the end: {ready}, errors: {errors or 'none'}")
        good = ready and not errors and charts == drawn > 10 and 'class="none"' not in dom and "<canvas" in dom.partition('class="stage"')[2]
        try:
            from PIL import Image
            image = np.asarray(Image.open(shot).convert("RGB")).astype(int)
            viewer = image[150:700, 100:1100]
            spread = np.abs(viewer - viewer.mean(axis=2, keepdims=True)).max(axis=2)
            coloured = (spread > 25).mean()
            print(f"3D view: {100 * coloured:.1f} % of its pixels are coloured")
            good = good and coloured > 0.006  # an empty view has the words of its buttons only, 0.1 %
        except ImportError:
            print("Pillow is not installed: the picture was not looked at")
        # A sweep's page: the same stack as four of its points.
        sweep = pathlib.Path(scratch) / "sweep"
        sweep.mkdir()
        rows = ["point,coating.thickness,electrolyte.vacancies.Li,seed,status"]
        for k, (thickness, vacancies) in enumerate([(5, 0), (10, 0), (5, 0.1), (10, 0.1)]):
            shutil.copytree(stack, sweep / f"p{k}", ignore=shutil.ignore_patterns("run", "report.html"))
            rows.append(f"p{k},{thickness},{vacancies},1,done")
        (sweep / "sweep.csv").write_text("\n".join(rows) + "\n")
        subprocess.run([lamella, "report", str(sweep), "-q"], check=True)
        dom, errors = load(sweep / "report.html", pathlib.Path(sys.argv[5]) if len(sys.argv) > 5 else pathlib.Path(scratch) / "sweep.png")
        charts, drawn = (sweep / "report.html").read_text().count("data-chart="), len(re.findall(r'class="uplot', dom))
        print(f"sweep's page {(sweep / 'report.html').stat().st_size / 1e3:.0f} kB, {charts} charts, {drawn} drawn, errors: {errors or 'none'}")
        good = good and not errors and charts == drawn > 5 and 'data-ready="yes"' in dom
        return 0 if good else 1


sys.exit(main())
