"""Sweeps: kill -9 at random moments loses nothing; changed inputs are built again; scripts run the same points.
usage: sweep.py LAMELLA SOURCE [POINTS KILLS]   (50 points and 10 kills for the long test)"""
import csv
import filecmp
import json
import os
import pathlib
import random
import signal
import subprocess
import sys
import tempfile
import time

lamella, source = str(pathlib.Path(sys.argv[1]).resolve()), pathlib.Path(sys.argv[2]).resolve()
points, kills = (int(sys.argv[3]), int(sys.argv[4])) if len(sys.argv) > 4 else (8, 3)
failures = []

SPEC = """title = "LiF, vacancies"
seed = 1
[cell]
max_area = 120.0
max_strain = 0.05
max_atoms = 2000
min_length = 5.0
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 0, 0]
thickness = 12.0
vacancies = [ { species = "Li", fraction = 0.1 } ]
[[layer]]
name = "oxide"
crystal = "LiCoO2"
miller = [1, 0, 4]
thickness = 4.0
"""


def check(what, holds, detail=""):
    if not holds:
        failures.append(what)
        print(f"FAILED {what} {detail}", flush=True)


def words(spec, out, *more):
    return [lamella, "sweep", str(spec), "--vary", f"seed=1..{points // 2}", "--vary", "salt.vacancies.Li=0.1,0.2", "-o", str(out), *more]


def run(command, cwd=None):
    return subprocess.run(command, capture_output=True, text=True, cwd=cwd)


def tree(folder):
    return sorted(p.relative_to(folder) for p in folder.rglob("*"))


def same_tree(a, b):
    return tree(a) == tree(b) and all((a / p).is_dir() or filecmp.cmp(a / p, b / p, shallow=False) for p in tree(a))


def rows(folder):
    with open(folder / "sweep.csv", newline="") as file:
        return list(csv.DictReader(file))


def test_whole(tmp):
    start = time.time()
    result = run(words(tmp / "spec.toml", tmp / "whole", "-j", "2"))
    check("the sweep runs", result.returncode == 0, result.stderr)
    check("a row per point", len(rows(tmp / "whole")) == points, result.stdout)
    check("every point is done", all(row["status"] == "done" for row in rows(tmp / "whole")))
    removed = {row["point"]: row["salt removed"] for row in rows(tmp / "whole")}
    check("the fraction varies", len(set(removed.values())) == 2, removed)
    check("another seed is another stack", len({(tmp / "whole" / row["point"] / "stack.extxyz").read_bytes() for row in rows(tmp / "whole")}) == points)
    again = run(words(tmp / "spec.toml", tmp / "whole", "-j", "2"))
    check("run again, nothing is built", "0 built now" in again.stdout, again.stdout)
    matches = [p for p in (tmp / "whole/.sweep/cache").iterdir() if p.name.startswith("match-") and not p.name.endswith(".lock")]
    check("the match was made once", len(matches) == 1, matches)
    single = tmp / "single"
    check("a point alone builds", run([lamella, "build", tmp / "spec.toml", "--set", "salt.vacancies.Li=0.2", "--seed", "2", "-o", single]).returncode == 0)
    check("a point is what build gives", same_tree(single, tmp / "whole" / "seed=2_salt.vacancies.Li=0.2"))
    return time.time() - start


def test_kills(tmp, whole_time):
    chance = random.Random(20240607)
    for kill in range(kills):
        process = subprocess.Popen(words(tmp / "spec.toml", tmp / "killed", "-j", "2"), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
        time.sleep(chance.uniform(0.0, 1.5 * whole_time / max(kills, 4)))
        if kill % 2:
            os.killpg(process.pid, signal.SIGKILL)  # workers in the middle of a write
        else:
            process.kill()  # the parent alone: its workers must not outlive it
        process.wait()
    done = len(list((tmp / "killed").glob("seed=*/manifest.json"))) if (tmp / "killed").exists() else 0
    print(f"{kills} kills, {done} of {points} points were whole before the last run", flush=True)
    result = run(words(tmp / "spec.toml", tmp / "killed", "-j", "2"))
    check("resumes after kill -9", result.returncode == 0, result.stderr)
    check("kill -9: the same folder, byte for byte", same_tree(tmp / "whole", tmp / "killed"), set(tree(tmp / "whole")) ^ set(tree(tmp / "killed")))


def test_changes(tmp):
    folder = tmp / "killed"
    first = rows(folder)[0]["point"]
    (folder / first / "stack.extxyz").write_text("broken")
    check("a spoilt file is built again", "1 built now" in run(words(tmp / "spec.toml", folder)).stdout)
    check("and is whole again", same_tree(tmp / "whole", folder))
    (folder / first / "manifest.json").unlink()
    (folder / first / "my-run.log").write_text("hours of work")
    result = run(words(tmp / "spec.toml", folder))
    check("a folder with a user's files is moved aside", (folder / f"{first}.before-1" / "my-run.log").read_text() == "hours of work", result.stderr)
    (folder / first / "relax.log").write_text("a run")
    check("a run inside a done point does not undo it", "0 built now" in run(words(tmp / "spec.toml", folder)).stdout)
    crystal = (source / "structures" / "LiF.cif").read_text()
    (tmp / "mine.cif").write_text(crystal)
    (tmp / "own.toml").write_text(SPEC.replace('"LiF"', '"mine.cif"'))
    command = [lamella, "sweep", str(tmp / "own.toml"), "--vary", "seed=1,2", "-o", str(tmp / "own")]
    check("builds from a user's file", run(command).returncode == 0)
    (tmp / "mine.cif").write_text(crystal + "# another byte\n")
    check("a changed input is built again (not Snakemake #3808)", "2 built now" in run(command).stdout)
    (tmp / "own.toml").write_text((tmp / "own.toml").read_text().replace("thickness = 12.0", "thickness = 8.0"))
    check("a changed specification is built again", "2 built now" in run(command).stdout)


COATING = """[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 8.0
quench = { melt = 3000.0, hold = 0.5, rate = 3.0e14, final_hold = 0.1 }
"""


def test_shared_melt(tmp):
    (tmp / "coated.toml").write_text(SPEC.split('[[layer]]\nname = "oxide"')[0].replace("12.0", "8.0") + COATING)
    result = subprocess.run([lamella, "sweep", str(tmp / "coated.toml"), "--vary", "salt.vacancies.Li=0.1,0.2", "-o", str(tmp / "coated"), "-j", "2"],
                            capture_output=True, text=True, env=dict(os.environ, LAMELLA_CACHE="off"))
    check("a coated sweep runs", result.returncode == 0, result.stderr)
    melts = [p for p in (tmp / "coated/.sweep/cache").iterdir() if p.name.startswith("melt-") and not p.name.endswith(".lock")]
    check("two workers at once share one melt", len(melts) == 1, melts)
    point = next(p for p in sorted((tmp / "coated").glob("salt*")) if p.is_dir())
    again = subprocess.run([lamella, "build", str(point / "spec.toml"), "-o", str(tmp / "threads"), "-q"], capture_output=True, text=True, env=dict(os.environ, LAMELLA_CACHE="off", OMP_NUM_THREADS="3"))
    check("a coated point from its own spec.toml at another thread count", again.returncode == 0 and same_tree(point, tmp / "threads"), again.stderr)
    check("and its bytes", len({p.read_bytes() for p in (tmp / "coated").glob("salt*/layers/coating.extxyz")} | {p.read_bytes() for p in melts}) == 1)


def test_progress(tmp):
    """Progress goes to a terminal only, and says how much time is left."""
    import pty
    try:
        terminal, end = pty.openpty()
    except OSError as error:  # a bare chroot without /dev/pts
        return print(f"progress not looked at: {error}")
    process = subprocess.Popen([lamella, "sweep", str(tmp / "spec.toml"), "--vary", "seed=101..104", "-o", str(tmp / "watched")], stdout=subprocess.DEVNULL, stderr=end)
    os.close(end)
    shown = bytearray()
    try:
        while data := os.read(terminal, 4096):
            shown.extend(data)
    except OSError:
        pass  # the other end is closed
    os.close(terminal)
    check("a sweep at a terminal", process.wait() == 0, bytes(shown))
    check("progress counts points", b"of 4 points" in shown, bytes(shown))
    check("progress says the time left", b" left" in shown, bytes(shown))
    quiet = run([lamella, "sweep", str(tmp / "spec.toml"), "--vary", "seed=101..104", "-o", str(tmp / "watched")])
    check("no progress without a terminal", "points," not in quiet.stderr, quiet.stderr)


def test_any_key(tmp):
    """Any key can vary: of the cell, of a layer, of a list, of a vacancy, words and whole lists."""
    for number, (key, values) in enumerate({"cell.gap": "2.0,radii", "cell.boundary": "periodic,vacuum", "cell.registry": "none,seeded,scan", "cell.repeat": "[1,1],[2,1]", "oxide.miller": "[1,0,4],[1,1,0]",
                                            "oxide.repeats": "2..3", "salt.thickness": "8..12..4", "oxide.termination": "auto,0", "salt.slab": "stoichiometric,symmetric", "salt.vacancies.Li.count": "1,2",
                                            "salt.vacancies.Li.charge": "none,counter-ions", "cell.strain": "equal,salt", "title": "one,two"}.items()):
        result = run([lamella, "sweep", str(tmp / "spec.toml"), "--vary", f"{key}={values}", "-o", str(tmp / f"key{number}"), "-n", "--json"])
        check(f"{key} can vary", result.returncode == 0 and len(json.loads(result.stdout)["points"]) >= 2, result.stderr + result.stdout)


def test_failures(tmp):
    result = run([lamella, "sweep", str(tmp / "spec.toml"), "--vary", "cell.max_strain=0.05,0.00001", "-o", str(tmp / "half")])
    check("a point that fails is a row, the others are built", result.returncode == 1 and [r["status"] for r in rows(tmp / "half")] == ["done", "failed"], result.stderr)
    check("and says why", "match" in rows(tmp / "half")[1]["error"], rows(tmp / "half")[1]["error"])
    for what, more in (("an unknown key", ["--vary", "salt.thicknes=1,2"]), ("an unknown layer", ["--vary", "sald.thickness=1,2"]), ("a value twice", ["--vary", "seed=1,1"]),
                       ("an empty range", ["--vary", "seed=3..1"]), ("no --vary", [])):
        result = run([lamella, "sweep", str(tmp / "spec.toml"), *more, "-o", str(tmp / "none")])
        check(f"{what} is refused", result.returncode == 2 and result.stderr.startswith("lamella: error: "), result.stderr)
        check(f"{what}: nothing written", not (tmp / "none").exists())
    (tmp / "full").mkdir()
    (tmp / "full" / "thesis.tex").write_text("")
    check("another folder is left alone", run(words(tmp / "spec.toml", tmp / "full")).returncode == 2 and tree(tmp / "full") == [pathlib.Path("thesis.tex")])


def test_scripts(tmp):
    check("writes a job array", run(words("spec.toml", "array", "--script", "slurm"), cwd=tmp).returncode == 0)
    for task in range(1, points + 1):
        environment = dict(os.environ, SLURM_ARRAY_TASK_ID=str(task), SLURM_SUBMIT_DIR=str(tmp), PATH=f"{pathlib.Path(lamella).parent}:{os.environ['PATH']}")
        result = subprocess.run(["bash", str(tmp / "array/slurm.sh")], capture_output=True, text=True, env=environment)
        check(f"task {task} runs", result.returncode == 0, result.stderr)
    submission = json.loads((tmp / "array/dpdispatcher.json").read_text())
    check("a dpdispatcher task per point", len(submission["task_list"]) == points)
    for name in ("slurm.sh", "dpdispatcher.json"):
        (tmp / "array" / name).unlink()
    check("the array built every point", "0 built now" in run(words("spec.toml", "array"), cwd=tmp).stdout)
    check("the array's folder is the sweep's", same_tree(tmp / "whole", tmp / "array"))


with tempfile.TemporaryDirectory() as name:
    folder = pathlib.Path(name)
    (folder / "spec.toml").write_text(SPEC)
    whole_time = test_whole(folder)
    print(f"{points} points in {whole_time:.1f} s", flush=True)
    test_kills(folder, whole_time)
    test_changes(folder)
    test_failures(folder)
    test_progress(folder)
    test_any_key(folder)
    test_shared_melt(folder)
    test_scripts(folder)
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
