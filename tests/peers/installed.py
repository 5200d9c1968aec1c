"""`cmake --install` of the build and what others find there: CMake's find_package, man, bash, dpkg.

A consumer project is configured, built and run against the installed package alone; every word that bash completes is an option
that the program takes; the manual page passes groff without a warning; the Debian package names the libraries it needs.
"""
import os
import pathlib
import re
import shutil
import subprocess
import sys
import tempfile

LAMELLA, SOURCE, BUILD = sys.argv[1], pathlib.Path(sys.argv[2]), pathlib.Path(sys.argv[3])
if not (BUILD / "words/lamella.1").exists():
    print("skipped: the build has no manual page")
    sys.exit(77)
CONSUMER = {
    "CMakeLists.txt": """cmake_minimum_required(VERSION 3.25)
project(consumer CXX C)
find_package(lamella 0.1 REQUIRED)
add_executable(consumer main.cpp)
target_link_libraries(consumer PRIVATE lamella::builder)
""",
    "main.cpp": """#include <cstdio>
#include "builder/stack.hpp"
#include "runner/structure_energy.hpp"
int main(int, char** argv) {
  using namespace lamella;
  const Stack stack = build_stack(parse_specification("[cell]\\nmax_area = 200\\nmax_strain = 0.05\\n"
      "[[layer]]\\nname = 'a'\\ncrystal = 'LiF'\\nmiller = [0, 0, 1]\\nthickness = 6\\n"
      "[[layer]]\\nname = 'b'\\ncrystal = 'LiCoO2'\\nmiller = [1, 0, 4]\\nthickness = 6\\n", "spec", ".", {}), {});
  const auto evaluator = make_fast_evaluator(load_model(argv[1]), Precision::double_, 1);
  std::printf("%zu atoms, %.9f eV\\n", stack.assembled.structure.size(), structure_energy(stack.assembled.structure, *evaluator).energy);
}
"""}


def run(*words, **more):
    done = subprocess.run([str(w) for w in words], capture_output=True, text=True, **more)
    assert done.returncode == 0, f"{words}\n{done.stdout[-3000:]}\n{done.stderr[-3000:]}"
    return done.stdout + done.stderr


def check_consumer(work, prefix):
    (work / "consumer").mkdir()
    for name, text in CONSUMER.items():
        (work / "consumer" / name).write_text(text)
    run("cmake", "-S", work / "consumer", "-B", work / "consumer/build", "-G", "Ninja", f"-DCMAKE_PREFIX_PATH={prefix}")
    run("cmake", "--build", work / "consumer/build")
    out = run(work / "consumer/build/consumer", prefix / "share/lamella/structures/potential/first-pass.pb", env={**os.environ, "LAMELLA_STRUCTURES": str(prefix / "share/lamella/structures")})
    assert re.fullmatch(r"\d+ atoms, -\d+\.\d+ eV\n", out), out
    print("find_package(lamella):", out.strip())


def check_words(prefix):
    program = prefix / "bin/lamella"
    # The crystals come from the installed place, the file that is there and no other.
    moved = prefix / "share/lamella/structures/LiF.cif"
    text = moved.read_text()
    a = float(re.search(r"_cell_length_a\s+([\d.]+)", text).group(1))
    changed = re.sub(r"(_cell_length_[abc]\s+)[\d.]+", rf"\g<1>{a + 0.5}", text)
    before = run(program, "slab", "LiF", "1", "0", "0", "--json")
    moved.write_text(changed)
    assert run(program, "slab", "LiF", "1", "0", "0", "--json") != before, "the installed program reads other crystals"
    moved.write_text(text)
    assert run(program, "--version").startswith("lamella ")
    page = prefix / "share/man/man1/lamella.1"
    if shutil.which("groff"):
        assert run("groff", "-man", "-ww", "-z", "-Tutf8", page) == ""
    script = prefix / "share/bash-completion/completions/lamella"
    completed = run("bash", "-c", f"source {script}; COMP_WORDS=(lamella ''); COMP_CWORD=1; _lamella; echo ${{COMPREPLY[@]}}").split()
    commands = [w for w in completed if not w.startswith("-")]
    assert "build" in commands and "dataset" in commands and len(commands) > 10
    taken = 0
    for command in commands:
        words = run("bash", "-c", f"source {script}; COMP_WORDS=(lamella {command} -); COMP_CWORD=2; _lamella; echo ${{COMPREPLY[@]}}").split()
        help_text, manual = run(program, command, "--help"), page.read_text().replace("\\-", "-")
        for word in words:
            assert word in help_text and word in manual, (command, word)
            taken += 1
    for shell, name in (("zsh", "zsh/vendor-completions/_lamella"), ("fish", "fish/vendor_completions.d/lamella.fish")):
        file = prefix / "share" / name
        if shutil.which(shell):
            run(shell, "-n", file)
        assert "no-melts" in file.read_text()
    print(f"{len(commands)} commands, {taken} options completed, each in --help and in the manual page")


def check_debian(work):
    if not shutil.which("dpkg-shlibdeps") or not shutil.which("cpack"):
        print("Debian package: skipped, no dpkg-shlibdeps")
        return
    run("cpack", "-G", "DEB", "-B", work / "deb", "--config", BUILD / "CPackConfig.cmake", cwd=work, env={**os.environ, "DEB_BUILD_OPTIONS": "nostrip"})
    package = next((work / "deb").glob("lamella_*.deb"))
    depends = run("dpkg-deb", "-f", package, "Depends")
    for library in ("liblammps0", "libnetcdf", "libsymspg", "libhdf5", "libprotobuf", "libc6"):
        assert library in depends, depends
    files = run("dpkg-deb", "-c", package)
    for place in ("usr/bin/lamella", "usr/share/lamella/structures/LiCoO2.cif", "usr/share/lamella/structures/potential/first-pass.pb", "usr/share/man/man1/lamella.1",
                  "usr/share/doc/lamella/copyright", "usr/share/bash-completion/completions/lamella"):
        assert f"./{place}\n" in files, place
    assert "/include/" not in files and ".hpp" in run("dpkg-deb", "-c", next((work / "deb").glob("lamella-dev_*.deb")))
    print(f"{package.name} depends on {depends.strip()}")


with tempfile.TemporaryDirectory() as scratch:
    work = pathlib.Path(scratch)
    run("cmake", "--install", BUILD, "--prefix", work / "usr")
    check_words(work / "usr")
    check_consumer(work, work / "usr")
    check_debian(work)
