"""The command line as a user meets it: builds twice to the same bytes, refuses bad input with exit 2 and nothing written.
usage: command_line.py LAMELLA SOURCE"""
import filecmp
import hashlib
import json
import os
import pathlib
import subprocess
import sys
import tempfile

lamella, source = sys.argv[1], pathlib.Path(sys.argv[2])
presets = source / "structures" / "presets"
failures = []


def run(*words, cwd=None):
    return subprocess.run([lamella, *map(str, words)], capture_output=True, text=True, cwd=cwd, stdin=subprocess.DEVNULL)


def check(what, holds, detail=""):
    if not holds:
        failures.append(what)
        print(f"FAILED {what} {detail}")


def same_tree(a, b):
    left = sorted(p.relative_to(a) for p in a.rglob("*"))
    right = sorted(p.relative_to(b) for p in b.rglob("*"))
    return left == right and all((a / p).is_dir() or filecmp.cmp(a / p, b / p, shallow=False) for p in left)


def refused(what, result, *parts, folder=None):
    first = result.stderr.splitlines()[0] if result.stderr else ""
    check(f"{what}: exit 2", result.returncode == 2, f"{result.returncode} {result.stderr}")
    check(f"{what}: the first line", first.startswith("lamella: error: "), first)
    for part in parts:
        check(f"{what}: says {part}", part in result.stderr, result.stderr)
    if folder is not None:
        check(f"{what}: nothing written", not list(folder.parent.glob(folder.name + "*")))


def test_bytes(tmp):
    spec = presets / "bare-vacancies.toml"
    first = run("build", spec, "-o", tmp / "a")
    check("builds", first.returncode == 0, first.stderr)
    check("hints at the next command", "next: lamella run" in first.stdout, first.stdout)
    check("builds from elsewhere", run("build", spec, "-o", tmp / "b", cwd=tmp).returncode == 0)
    check("the same bytes twice", same_tree(tmp / "a", tmp / "b"))
    again = run("build", tmp / "a" / "spec.toml", "-o", tmp / "c")
    check("rebuilds from its own spec.toml", again.returncode == 0, again.stderr)
    check("the same bytes from its own spec.toml", same_tree(tmp / "a", tmp / "c"))
    for threads in ("1", "5"):
        with_threads = subprocess.run([lamella, "build", str(spec), "-o", str(tmp / f"t{threads}")], capture_output=True, text=True, env=dict(os.environ, OMP_NUM_THREADS=threads))
        check(f"the same bytes at {threads} threads", with_threads.returncode == 0 and same_tree(tmp / "a", tmp / f"t{threads}"), with_threads.stderr)
    check("another seed builds", run("build", spec, "-o", tmp / "d", "--seed", 2).returncode == 0)
    check("another seed moves the vacancies", (tmp / "a" / "stack.extxyz").read_bytes() != (tmp / "d" / "stack.extxyz").read_bytes())


SMALL_COATED = """seed = 3
[cell]
max_area = 195.0
max_strain = 0.09
max_atoms = 2000
boundary = "double"
[[layer]]
name = "cathode"
crystal = "LiCoO2"
miller = [1, 0, 4]
thickness = 8.0
[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 8.0
quench = { potential = "buckingham", melt = 2500.0, hold = 2.0, rate = 1.0e15, final = 300.0 }
[[layer]]
name = "electrolyte"
crystal = "Li6PS5Cl"
miller = [1, 0, 0]
thickness = 8.0
vacancies = [ { species = "Li", fraction = 0.10 } ]
"""


def test_threads(tmp):
    """A coated stack melted twice, each time from an empty cache, on one processor and with five threads asked for: the same bytes."""
    (tmp / "small.toml").write_text(SMALL_COATED)
    usable = sorted(os.sched_getaffinity(0))
    for name, threads, cpus in (("one", "1", usable[:1]), ("five", "5", usable)):
        os.environ |= {"OMP_NUM_THREADS": threads, "LAMELLA_CACHE": str(tmp / f"cache-{name}")}
        os.sched_setaffinity(0, cpus)
        result = run("build", tmp / "small.toml", "-o", tmp / name)
        check(f"builds with {threads} threads", result.returncode == 0, result.stderr)
    check("the same bytes with another thread count, a melt included", same_tree(tmp / "one", tmp / "five"))
    os.environ |= {"LAMELLA_CACHE": str(tmp / "cache-none")}
    again = run("build", tmp / "one" / "spec.toml", "-o", tmp / "handed-on")
    check("rebuilds a coated stack from its own spec.toml", again.returncode == 0, again.stderr)
    check("the same bytes without a melt", same_tree(tmp / "one", tmp / "handed-on"))


def test_manifest(tmp):
    manifest = json.loads((tmp / "a" / "manifest.json").read_text())
    for key in ("lamella", "seed", "inputs", "outputs", "match", "layers", "audit"):
        check(f"manifest has {key}", key in manifest)
    for file in manifest["outputs"]:
        digest = hashlib.sha256((tmp / "a" / file["path"]).read_bytes()).hexdigest()
        check(f"hash of {file['path']}", digest == file["sha256"])
    listed = {file["path"] for file in manifest["outputs"]} | {"manifest.json"}
    there = {str(p.relative_to(tmp / "a")) for p in (tmp / "a").rglob("*") if p.is_file()}
    check("every file is listed", listed == there, listed ^ there)
    vacancy = manifest["layers"][-1]["vacancies"][0]
    check("vacancy count", vacancy["removed"] == round(0.1 * vacancy["of"]), vacancy)
    check("net charge", manifest["audit"]["net_charge"] == -vacancy["removed"], manifest["audit"])
    text = (tmp / "a" / "manifest.json").read_text()
    check("no absolute path", str(tmp) not in text and str(source) not in text)
    for file in ["spec.toml", "stack.extxyz", "stack.cif", "stack.png", "lammps/stack.data", "lammps/relax.in", "lammps/reaction.in", "lammps/diffusion.in"] + [
            f"vasp/{task}/{name}" for task in ("relax", "static", "aimd") for name in ("POSCAR", "INCAR", "KPOINTS", "POTCAR.spec")]:
        check(f"holds {file}", (tmp / "a" / file).is_file())


def test_refusals(tmp):
    bare = (presets / "bare.toml").read_text()

    def spec(name, text):
        path = tmp / name
        path.write_text(text)
        return path

    out = tmp / "refused"
    refused("unknown key", run("build", spec("1.toml", bare.replace("max_area", "max_aera")), "-o", out), "max_aera", "max_area", folder=out)
    refused("missing file", run("build", tmp / "none.toml", "-o", out), "none.toml", folder=out)
    refused("zero match", run("build", spec("2.toml", bare.replace("max_strain = 0.02", "max_strain = 0.0001")), "-o", out), "no common cell", folder=out)
    (tmp / "broken.cif").write_text("data_x\n_cell_length_a 3\nloop_\n_atom_site_label\n")
    refused("broken CIF", run("build", spec("3.toml", bare.replace('"LiCoO2"', '"broken.cif"')), "-o", out), "broken.cif", folder=out)
    refused("unknown crystal", run("build", spec("4.toml", bare.replace('"LiCoO2"', '"LiCoO3"')), "-o", out), "LiCoO2", folder=out)
    refused("model without an element", run("build", spec("5.toml", bare.replace('"LiCoO2"', '"Al2O3"').replace("[1, 0, 4]", "[0, 0, 1]").replace("max_strain = 0.02", "max_strain = 0.09")),
                                            "-o", out, "--model", source / "structures/potential/first-pass.pb"), "Al", folder=out)
    refused("not a model", run("build", presets / "bare.toml", "-o", out, "--model", presets / "bare.toml"), "bare.toml", folder=out)
    refused("unknown option", run("build", presets / "bare.toml", "--ouput", out), "--output", folder=out)
    refused("unknown command", run("biuld"), "build")
    refused("folder in the way", run("build", presets / "bare.toml", "-o", tmp / "a"), "--force")
    check("force takes its place", run("build", presets / "bare.toml", "-o", tmp / "a", "--force", "-q").returncode == 0)
    dry = run("build", presets / "coated-10.toml", "-n", "--json")
    check("dry run", dry.returncode == 0 and json.loads(dry.stdout)["match"]["area"] > 0, dry.stderr)


def test_help(tmp):
    for words in (["--help"], ["--version"], ["build", "--help"]):
        result = run(*words)
        check(f"{words}", result.returncode == 0 and "lamella" in result.stdout[:80], result.stdout[:80])
    for line in run("--help").stdout.split("commands:")[1].splitlines()[1:]:
        if line.startswith("  "):
            result = run(line.split()[0], "--help")
            check(f"{line.split()[0]} --help", result.returncode == 0 and result.stdout.startswith("examples:\n  lamella " + line.split()[0]), result.stdout[:200])


with tempfile.TemporaryDirectory() as folder:
    os.environ["LAMELLA_STRUCTURES"] = str(source / "structures")
    for test in (test_bytes, test_threads, test_manifest, test_refusals, test_help):
        test(pathlib.Path(folder))
print(f"{len(failures)} failures")
sys.exit(1 if failures else 0)
