"""What `lamella sweep --script slurm` writes for dpdispatcher: its own check (dargs, strict) accepts the file, and dpdispatcher itself, told
to use a shell in place of Slurm, builds every point; the folder is then the one that the sweep builds. An unknown key is refused by that check.
Usage: sweep_script.py LAMELLA SOURCE BUILD
"""
import filecmp
import json
import os
import pathlib
import subprocess
import sys
import tempfile

try:
    from dpdispatcher.entrypoints.submit import submission_args
except ImportError as missing:
    print("skipped:", missing)
    sys.exit(77)

lamella = pathlib.Path(sys.argv[1]).resolve()
SPEC = """seed = 1
[cell]
max_area = 60.0
min_length = 5.0
boundary = "vacuum"
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 0, 0]
thickness = 8.0
vacancies = [ { species = "Li", fraction = 0.1 } ]
"""
failures = []


def check(what, holds, detail=""):
    print(f"{'ok' if holds else 'FAILED'} {what} {'' if holds else detail}", flush=True)
    if not holds:
        failures.append(what)


def accepted(submission):
    try:
        submission_args().check_value(submission, strict=True)
        return True
    except Exception as error:  # dargs has several kinds of its own
        return error


def tree(folder):
    return sorted(p.relative_to(folder) for p in folder.rglob("*"))


with tempfile.TemporaryDirectory() as name:
    tmp = pathlib.Path(name)
    environment = dict(os.environ, PATH=f"{lamella.parent}:{os.environ['PATH']}", HOME=str(tmp))
    (tmp / "spec.toml").write_text(SPEC)
    words = [str(lamella), "sweep", "spec.toml", "--vary", "seed=1..2", "--vary", "salt.vacancies.Li=0.1,0.2", "-o"]

    def run(command):
        return subprocess.run(command, cwd=tmp, env=environment, capture_output=True, text=True, timeout=600)

    result = run([*words, "points", "--script", "slurm"])
    check("the scripts are written", result.returncode == 0, result.stderr)
    submission = json.loads((tmp / "points/dpdispatcher.json").read_text())
    check("dpdispatcher's own check accepts the file", accepted(submission) is True, accepted(submission))
    check("and would not accept any file", accepted(dict(submission, task_lisp=[])) is not True)
    check("a task per point", len(submission["task_list"]) == 4)

    submission["machine"]["batch_type"] = "Shell"
    (tmp / "shell.json").write_text(json.dumps(submission))
    dispatcher = [sys.executable, "-c", "import sys; from dpdispatcher.dpdisp import main; sys.argv = ['dpdisp', 'submit', 'shell.json']; main()"]
    result = run(dispatcher)
    check("dpdispatcher runs every task", result.returncode == 0, result.stdout[-2000:] + result.stderr[-2000:])
    for file in ("slurm.sh", "dpdispatcher.json"):
        (tmp / "points" / file).unlink()
    result = run([*words, "points"])
    check("every point was built by then", "0 built now" in result.stdout, result.stdout + result.stderr)
    run([*words, "whole"])
    same = tree(tmp / "points") == tree(tmp / "whole")
    check("the folder is the sweep's, byte for byte", same and all((tmp / "points" / p).is_dir() or filecmp.cmp(tmp / "points" / p, tmp / "whole" / p, shallow=False) for p in tree(tmp / "whole")),
          set(tree(tmp / "points")) ^ set(tree(tmp / "whole")))
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
