"""Amorphous LiF over seeds, cells, thicknesses and potentials: one table, from one command.

  python3 tests/bench/amorphous.py build/lamella [--seeds 5] [--thicknesses 10,20] [--potentials buckingham,tosi-fumi]
          [--rates 1e13] [--methods auto] [-j 2] [--csv table.csv]

Each row is one `lamella quench` with the defaults of the program. The window: 1.9-2.1 g/cm3, first peak 1.78-1.90 A, CN 3.7-4.3, not
crystallised. The times are wall clock, -j quenches at once.
"""
import argparse, concurrent.futures, csv, itertools, json, os, subprocess, sys, tempfile, time

CELLS = {"rectangular 14.1 x 28.5": "14.1,0,0,28.5", "hexagonal 20": "20,0,-10,17.3205", "oblique 18 x 17": "18,0,5,16.2"}


def quench(lamella, row, folder):
    name = "-".join(str(v) for v in row.values()).replace(" ", "_")
    command = [lamella, "quench", "LiF", "--cell", CELLS[row["cell"]], "--thickness", str(row["thickness"]), "--potential", row["potential"],
               "--rate", str(row["rate"]), "--method", row["method"], "--seed", str(row["seed"]), "-o", os.path.join(folder, name + ".extxyz"), "--json"]
    begun = time.time()
    done = subprocess.run(command, capture_output=True, text=True)
    row["seconds"] = round(time.time() - begun)
    if done.returncode != 0:
        return row | {"error": done.stderr.strip().splitlines()[0] if done.stderr else str(done.returncode)}
    p = json.loads(done.stdout)
    inside = 1.9 <= p["density"] <= 2.1 and 1.78 <= p["first_peak"] <= 1.90 and 3.7 <= p["cn"] <= 4.3
    return row | {"atoms": 2 * p["layer"]["cations"], "melted": p["melted_atoms"], "density": round(p["density"], 3), "peak": round(p["first_peak"], 3),
                  "cn": round(p["cn"], 2), "crystal": round(p["crystal_share"], 3), "crystallised": p["crystallised"], "rewinds": len(p["rewinds"]),
                  "regular": round(p["regular_share"], 3), "inside": inside}


def main():
    a = argparse.ArgumentParser()
    a.add_argument("lamella")
    a.add_argument("--seeds", type=int, default=5)
    a.add_argument("--thicknesses", default="10,20")
    a.add_argument("--potentials", default="buckingham,tosi-fumi")
    a.add_argument("--rates", default="1e13")
    a.add_argument("--methods", default="auto")
    a.add_argument("-j", type=int, default=2)
    a.add_argument("--csv")
    o = a.parse_args()
    rows = [dict(potential=p, cell=c, thickness=float(t), rate=float(r), method=m, seed=s)
            for p, c, t, r, m, s in itertools.product(o.potentials.split(","), CELLS, o.thicknesses.split(","), o.rates.split(","), o.methods.split(","),
                                                      range(1, o.seeds + 1))]
    done = []
    with tempfile.TemporaryDirectory() as folder, concurrent.futures.ThreadPoolExecutor(o.j) as pool:
        os.environ.setdefault("LAMELLA_CACHE", os.path.join(folder, "cache"))  # times of melts, not of the cache
        for row in pool.map(lambda r: quench(o.lamella, r, folder), rows):
            done.append(row)
            print("  ".join(f"{k} {v}" for k, v in row.items()), flush=True)
    good = [r for r in done if r.get("inside") and not r["crystallised"]]
    print(f"{len(good)} of {len(done)} inside the window and not crystallised")
    if o.csv:
        keys = list(dict.fromkeys(k for r in done for k in r))
        with open(o.csv, "w", newline="") as f:
            csv.DictWriter(f, keys).writeheader()
            csv.DictWriter(f, keys).writerows(done)
    return 0 if len(good) == len(done) else 1


if __name__ == "__main__":
    sys.exit(main())
