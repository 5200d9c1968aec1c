"""Amorphous LiF over seeds, cells, thicknesses and potentials, and slow quenches that must be caught: one table, from one command.

  python3 tests/bench/amorphous.py build/lamella --csv table.csv [--seeds 5] [--thicknesses 10,20] [--potentials buckingham,tosi-fumi]
          [--rates 1e13] [--methods auto] [--slow 1] [-j 1] [--layers FOLDER] [--summary]

Each row is one `lamella quench` with the defaults of the program; a row that the csv already holds is not made again, so a killed table goes on.
The window: 1.9-2.1 g/cm3, first peak 1.78-1.90 A, CN 3.7-4.3, not crystallised. `inside` takes the peak of the smoothed g(r), `inside_bin` the centre of its
highest bin of 0.04 A. The last rows are slow quenches without returns (5e12 K/s, rewinds 0), which are there to crystallise and to be caught. `--summary` only reads the csv. Seconds are processor time of the one thread used.
"""
import argparse, collections, concurrent.futures, csv, itertools, json, os, statistics, subprocess, sys, tempfile, threading

# About 160 A^2, every in-plane height above two cut-offs (12 A).
CELLS = {"rectangular 12.1 x 13": "12.1,0,0,13", "hexagonal 13.9": "13.9,0,-6.95,12.0378", "oblique 13 x 12.8": "13,0,4,12.2"}
ASKED = ("potential", "cell", "thickness", "rate", "method", "rewinds", "seed")
GOT = ("atoms", "melted", "density", "peak", "peak_bin", "cn", "crystal", "crystallised", "regular", "rewound", "made", "cpu_s", "inside", "inside_bin", "error")
SLOW = 5e12  # K/s


def quench(lamella, row, folder, keep):
    file = os.path.join(folder, "-".join(str(v) for v in row.values()).replace(" ", "_") + ".extxyz")
    command = [lamella, "quench", "LiF", "--cell", CELLS[row["cell"]], "--thickness", str(row["thickness"]), "--potential", row["potential"], "--rate", str(row["rate"]),
               "--method", row["method"], "--rewinds", str(row["rewinds"]), "--seed", str(row["seed"]), "-o", file, "--json"] + (["--inputs", file.removesuffix(".extxyz")] if keep else [])
    with tempfile.TemporaryFile("w+") as out, tempfile.TemporaryFile("w+") as err:
        process = subprocess.Popen(command, stdout=out, stderr=err)
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        out.seek(0), err.seek(0)
        row = row | {"cpu_s": round(used.ru_utime + used.ru_stime)}
        if process.returncode != 0:
            return row | {"error": (err.read().strip().splitlines() or [str(process.returncode)])[0]}
        p = json.loads(out.read())
    inside = {key: 1.9 <= p["density"] <= 2.1 and 1.78 <= p[peak] <= 1.90 and 3.7 <= p["cn"] <= 4.3 for key, peak in (("inside", "first_peak"), ("inside_bin", "first_peak_bin"))}
    return row | {"atoms": 2 * p["layer"]["cations"], "melted": p["melted_atoms"], "density": round(p["density"], 4), "peak": round(p["first_peak"], 4), "peak_bin": p["first_peak_bin"], "cn": round(p["cn"], 3),
                  "crystal": round(p["crystal_share"], 4), "crystallised": p["crystallised"], "regular": round(p["regular_share"], 4), "rewound": len(p["rewinds"]),
                  "made": p["thickness"], **inside}


def wanted(o):
    rows = [dict(potential=p, cell=c, thickness=float(t), rate=float(r), method=m, rewinds=40, seed=s)
            for s, p, t, c, r, m in itertools.product(range(1, o.seeds + 1), o.potentials.split(","), o.thicknesses.split(","), CELLS, o.rates.split(","), o.methods.split(","))]
    return rows + [dict(potential=o.potentials.split(",")[0], cell=c, thickness=10.0, rate=SLOW, method="bulk", rewinds=0, seed=s)
                   for s, c in itertools.product(range(1, o.slow + 1), list(CELLS)[:1])]


def key(row):
    return tuple(str(row[k]) for k in ASKED)


def read(path):
    if not os.path.exists(path):
        return []
    with open(path, newline="") as f:
        return list(csv.DictReader(f))


def true(value):
    return str(value) == "True"


def summary(rows):
    """Minimum, mean and maximum over the seeds of each potential, cell and thickness."""
    groups = collections.defaultdict(list)
    for r in rows:
        groups[(r["potential"], r["cell"], r["thickness"], r["rate"], r["rewinds"])].append(r)
    print("| potential | cell | asked A | K/s | seeds | density g/cm3 | first peak A | by bins of 0.04 A | CN | crystal-like % | crystallised | rewinds | inside | inside by bins | CPU s |\n|" + "---|" * 15)
    for (p, c, t, rate, _), group in sorted(groups.items(), key=lambda kv: (-float(kv[0][3]), kv[0])):
        good = [r for r in group if not r.get("error")]
        span = lambda k, n, f=1.0: "-" if not good else "{:.{n}f} ({:.{n}f}-{:.{n}f})".format(statistics.mean(v := [f * float(r[k]) for r in good]), min(v), max(v), n=n)
        print(f"| {p} | {c} | {float(t):g} | {float(rate):.0e} | {len(group)} | {span('density', 3)} | {span('peak', 3)} | {span('peak_bin', 2)} | {span('cn', 2)} | {span('crystal', 1, 100.0)} | "
              f"{sum(true(r['crystallised']) for r in good)} | {span('rewound', 1)} | {sum(true(r['inside']) for r in good)} | {sum(true(r['inside_bin']) for r in good)} | {span('cpu_s', 0)} |" +
              (f" {len(group) - len(good)} failed" if len(good) < len(group) else ""))
    fast = [r for r in rows if float(r["rate"]) > SLOW]
    good = [r for r in fast if true(r.get("inside")) and not true(r["crystallised"])]
    binned = sum(true(r.get("inside_bin")) and not true(r["crystallised"]) for r in fast)
    slow = [r for r in rows if float(r["rate"]) <= SLOW and not r.get("error")]
    print(f"{len(good)} of {len(fast)} inside the window and not crystallised ({binned} with the peak by bins, {sum(not r.get('error') and not true(r['crystallised']) for r in fast)} not crystallised); {sum(true(r['crystallised']) for r in slow)} of {len(slow)} slow quenches crystallised and caught")
    return len(good) == len(fast) and any(true(r["crystallised"]) for r in slow)


def main():
    a = argparse.ArgumentParser()
    a.add_argument("lamella")
    a.add_argument("--csv", default="amorphous-table.csv")
    a.add_argument("--seeds", type=int, default=5)
    a.add_argument("--thicknesses", default="10,20")
    a.add_argument("--potentials", default="buckingham,tosi-fumi")
    a.add_argument("--rates", default="1e13")
    a.add_argument("--methods", default="auto")
    a.add_argument("--slow", type=int, default=1, help="seeds of the slow quench; 0: none")
    a.add_argument("-j", type=int, default=1)
    a.add_argument("--layers", help="folder that keeps the layers' files and every stage's LAMMPS input")
    a.add_argument("--summary", action="store_true", help="only print the table of what the csv holds")
    o = a.parse_args()
    held = read(o.csv)
    if not o.summary:
        known = {key(r) for r in held}
        rows = [r for r in wanted(o) if key(r) not in known]
        if not held:
            with open(o.csv, "w", newline="") as f:
                csv.writer(f).writerow(ASKED + GOT)
        lock = threading.Lock()
        with tempfile.TemporaryDirectory() as scratch, concurrent.futures.ThreadPoolExecutor(o.j) as pool:
            os.environ.setdefault("LAMELLA_CACHE", os.path.join(scratch, "cache"))  # times of melts, not of the cache
            folder = o.layers or scratch
            os.makedirs(folder, exist_ok=True)

            def one(row):
                row = quench(o.lamella, row, folder, bool(o.layers))
                with lock, open(o.csv, "a", newline="") as f:
                    csv.DictWriter(f, ASKED + GOT).writerow(row)
                print("  ".join(f"{k} {v}" for k, v in row.items()), flush=True)

            list(pool.map(one, rows))
        held = read(o.csv)
    return 0 if summary(held) else 1


if __name__ == "__main__":
    sys.exit(main())
