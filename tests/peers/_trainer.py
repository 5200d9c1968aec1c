"""The recipe's compiled trainer, made once for all tests of a build folder: compiling it takes longer than they do."""

import fcntl
import os
import pathlib
import sys

if not pathlib.Path("/usr/include/eigen3").exists():
    print("skipped: the trainer needs Eigen")
    sys.exit(77)


def into(work, source, build):
    """work/tools with the trainer in it, as the recipe would have made it."""
    sys.path.insert(0, str(source / "structures/potential"))
    import train

    tools = pathlib.Path(build).resolve() / "recipe-tools"
    tools.mkdir(exist_ok=True)
    newest = max(f.stat().st_mtime for f in (source / "structures/potential/trainer").iterdir())
    with open(tools / "lock", "w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        program = tools / "trainer"
        if program.exists() and program.stat().st_mtime < newest:
            program.unlink()
        train.build_trainer(str(tools))
    work.mkdir(parents=True)
    os.symlink(tools, work / "tools")
