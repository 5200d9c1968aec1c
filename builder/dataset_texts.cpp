#include "builder/dataset_texts.hpp"

#include <fmt/format.h>

#include "export/dpgen.hpp"

namespace lamella {
namespace {

// Kept as a script of its own in the folder: the labels come from a cluster, where this program need not be.
constexpr const char* collect_lines = R"python(#!/usr/bin/env python3
"""VASP labels to DeePMD npy: python labels_to_npy.py [FOLDER ...]

Reads every OUTCAR or vasprun.xml below the folders (default: vasp and init_bulk) and every DeePMD set that DP-GEN has made there,
through dpdata (pip install dpdata). Duplicates and unconverged steps are dropped, whole trajectories go to
data/train or data/validation (about one in ten), and a table says what came of it; data/contents.csv holds it too.
`dp train input.json` and `lamella validate --model MODEL --data data/validation` read the result.
"""
import csv
import hashlib
import pathlib
import sys

try:
    import dpdata
    import numpy as np
except ImportError:
    sys.exit("labels_to_npy.py: needs dpdata: pip install dpdata")

TYPE_MAP = @TYPES@


def labelled_systems(folders):
    """(name, LabeledSystem) of every trajectory found, in the order of paths."""
    for folder in folders:
        for path in sorted(pathlib.Path(folder).rglob("*")):
            try:
                if path.name in ("OUTCAR", "vasprun.xml"):
                    if path.name == "vasprun.xml" and path.with_name("OUTCAR").exists():
                        continue
                    kind = "vasp/outcar" if path.name == "OUTCAR" else "vasp/xml"
                    yield str(path.parent), dpdata.LabeledSystem(str(path), fmt=kind, type_map=TYPE_MAP)
                elif path.name == "type.raw":
                    yield str(path.parent), dpdata.LabeledSystem(str(path.parent), fmt="deepmd/npy", type_map=TYPE_MAP)
            except Exception as problem:  # one broken run must not hide the others
                print(f"skipped {path}: {problem}", file=sys.stderr)


def key(system, frame):
    """Equal cells and positions to 1e-6 A are one frame."""
    numbers = np.concatenate([system["cells"][frame].ravel(), system["coords"][frame].ravel()])
    species = ",".join(str(t) for t in system["atom_types"])
    return hashlib.sha256(species.encode() + np.round(numbers, 6).tobytes()).hexdigest()


def digest_of(name):
    return int(hashlib.sha256(name.encode()).hexdigest(), 16)


def without_duplicates(folders):
    """[(name, frames found, system of the new ones or None)]; a frame belongs to the first trajectory that has it."""
    seen, found = set(), []
    for name, system in labelled_systems(folders):
        keep = []
        for frame in range(len(system)):
            if (digest := key(system, frame)) not in seen:
                seen.add(digest)
                keep.append(frame)
        found.append((name, len(system), system.sub_system(keep) if keep else None))
    return found


def validation_names(names):
    """A trajectory's own name decides, so that it keeps its part when others come; of two or more one is for validation."""
    chosen = {name for name in names if digest_of(name) % 10 == 0}
    return chosen or ({min(names, key=digest_of)} if len(names) > 1 else set())


def row_of(name, total, system, part):
    if system is None:
        return {"trajectory": name, "frames": total, "kept": 0, "part": "-", "formula": "-", "eV_per_atom": "-", "largest_force_eV_A": "-", "virial": "-"}
    formula = "".join(f"{a}{n}" for a, n in zip(system["atom_names"], system["atom_numbs"]) if n)
    return {"trajectory": name, "frames": total, "kept": len(system), "part": part, "formula": formula,
            "eV_per_atom": f"{np.mean(system['energies']) / len(system['atom_types']):.4f}", "largest_force_eV_A": f"{np.abs(system['forces']).max():.2f}",
            "virial": "yes" if "virials" in system.data else "no"}


def main():
    found = without_duplicates(sys.argv[1:] or ["vasp", "init_bulk"])
    if not found:
        sys.exit("labels_to_npy.py: no OUTCAR, vasprun.xml or type.raw found")
    validation = validation_names([name for name, _, system in found if system is not None])
    rows = []
    for name, total, system in found:
        part = "validation" if name in validation else "train"
        if system is not None:
            system.to("deepmd/npy", str(pathlib.Path("data") / part / name.replace("/", ".")), set_size=len(system))
        rows.append(row_of(name, total, system, part))
    widths = {column: max(len(column), *(len(str(row[column])) for row in rows)) for column in rows[0]}
    for row in [{column: column for column in rows[0]}, *rows]:
        print("  ".join(f"{str(row[column]):<{width}}" for column, width in widths.items()).rstrip())
    if any(row["kept"] for row in rows):
        with open("data/contents.csv", "w", newline="") as table:
            writer = csv.DictWriter(table, rows[0])
            writer.writeheader()
            writer.writerows(rows)
    kept = sum(row["kept"] for row in rows)
    print(f"{kept} different frames; duplicates dropped: {sum(row['frames'] for row in rows) - kept}")


main()
)python";

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  for (std::size_t at = text.find(what); at != std::string::npos; at = text.find(what, at + by.size())) text.replace(at, what.size(), by);
  return text;
}

std::string table_row(const DatasetSystem& system) {
  std::string faces;
  for (const auto& layer : system.record.at("layers")) {
    if (!faces.empty()) faces += " \\| ";
    if (layer.contains("miller"))
      faces += fmt::format("{}({} {} {})", layer["crystal"].get<std::string>(), layer["miller"][0].get<int>(), layer["miller"][1].get<int>(), layer["miller"][2].get<int>());
    else
      faces += "a-" + layer["amorphous"].get<std::string>();
  }
  return fmt::format("| {} | {} | {} | {:.1f} | {:.2f} | {} |\n", system.name, faces, system.frames.front().structure.size(), system.record.at("area").get<double>(),
                     100.0 * system.record.at("max_strain").get<double>(), system.frames.size());
}

}  // namespace

std::string collect_script(const TypeMap& types) {
  std::string names;
  for (Element element : types.elements()) names += (names.empty() ? "\"" : ", \"") + element.symbol() + "\"";
  return replaced(collect_lines, "@TYPES@", "[" + names + "]");
}

std::string dataset_readme(const std::vector<DatasetSystem>& systems, const TypeMap& types, const DatasetOptions& options) {
  std::string text =
      "# Training data for a Deep Potential\n\n"
      "Small superlattices of every pair of materials and of the coated stack, ready for VASP, DP-GEN and DeePMD-kit.\n"
      "Settings as in Hu et al., Adv. Funct. Mater. 2024, 2402993: PBE+U (5.14 eV on Co), 520 eV, EDIFF 1E-5, Gamma point, no spin\n"
      "polarisation, stress always on. Every number of this folder is in `dataset.json`.\n\n"
      "| system | layers, bottom to top | atoms | area, A^2 | strain, % | structures |\n|---|---|---|---|---|---|\n";
  for (const DatasetSystem& system : systems) text += table_row(system);
  text += fmt::format("\nElements in every file in the order {}.\n", types.names());
  text += "\n## Next\n\n1. Put the PAW data sets into `potcars/` (they are licensed, so they are not here), one file each:\n   ";
  for (Element element : types.elements()) text += "`" + potcar_file(element) + "` ";
  text +=
      "\n2. Say in `machine.json` and `init_bulk/*/machine.json` how your machine runs `dp`, `lmp` and VASP (a queue: both `batch_type` \"Slurm\").\n"
      "3. Label the pair interfaces: relaxation, perturbation, 100 steps of AIMD each:\n"
      "   ```sh\n   for d in init_bulk/*/; do (cd $d && dpgen init_bulk param.json machine.json); done\n   ```\n"
      "   Without DP-GEN run VASP in `vasp/static/*/*` and `vasp/aimd/*/*` (`POTCAR.spec` names each POTCAR), then\n"
      "   ```sh\n   python labels_to_npy.py && dp train input.json\n   ```\n"
      "4. Explore and label until nothing new is found, pair interfaces first, then the coated one:\n"
      "   ```sh\n   dpgen run param.json machine.json\n   ```\n"
      "5. `lamella validate --model MODEL --data data/validation` says how good the model is.\n\n"
      "## Worth knowing\n\n"
      "- DP-GEN hands every system the same `INCAR.fp`, but VASP reads `LDAUL` and `LDAUU` in the order of each POSCAR. `hubbard_u.sh`,\n"
      "  which `machine.json` runs before VASP, writes the lines that each POSCAR needs. Without it a system without Co would put U on P.\n"
      "- DP-GEN's `npt` is isotropic and would tear an interface; `param.json` says `npt-a`.\n"
      "- `POTCAR` files must follow the elements of each POSCAR; DP-GEN does that by `fp_pp_files`, which follows `type_map`.\n";
  if (!options.melts) text += "- Made with `--no-melts`: the coating stands in as its crystal. Run without the flag for a glass.\n";
  return text;
}

}  // namespace lamella
