#include <fmt/format.h>

#include <fstream>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/dataset.hpp"
#include "builder/dataset_texts.hpp"
#include "export/deepmd_input.hpp"
#include "export/dpgen.hpp"
#include "export/picture.hpp"
#include "export/structure_files.hpp"
#include "export/vasp.hpp"

namespace lamella {
namespace fs = std::filesystem;
using Json = nlohmann::ordered_json;

namespace {

/// Hundreds of small files: written plainly into the staging folder, which is synced as a whole when it is committed.
class Folder {
 public:
  explicit Folder(fs::path root) : root_(std::move(root)) {}
  void write(const fs::path& path, const std::string& text) const {
    fs::create_directories((root_ / path).parent_path());
    std::ofstream file(root_ / path, std::ios::binary);
    file.write(text.data(), static_cast<std::streamsize>(text.size()));
    file.close();
    if (!file) fail_run({path.string(), "writing failed, nothing was changed", "", "", "check the disk's space"});
  }
  void write(const fs::path& path, const Json& json) const { write(path, json.dump(2) + "\n"); }

 private:
  fs::path root_;
};

void write_deck(const Folder& folder, const fs::path& place, const std::string& title, VaspTask task, const Structure& structure, const TypeMap& types, const VaspOptions& vasp = {}) {
  folder.write(place / "POSCAR", poscar_text(structure, types, title));
  folder.write(place / "INCAR", incar_text(task, structure, types, vasp));
  folder.write(place / "KPOINTS", kpoints_text());
  folder.write(place / "POTCAR.spec", potcar_spec_text(structure, types));
}

void write_init_bulk(const Folder& folder, const DatasetSystem& system, const TypeMap& types, const DatasetOptions& options) {
  const fs::path place = fs::path("init_bulk") / system.name;
  const Structure& structure = system.frames.front().structure;
  VaspOptions vasp;
  vasp.temperature = options.md_temperatures.empty() ? 300.0 : options.md_temperatures.front();
  vasp.kspacing = 10.0;  // wider than any reciprocal vector: the Gamma point
  folder.write(place / "POSCAR", poscar_text(structure, types, system.name));
  folder.write(place / "INCAR.relax", incar_text(VaspTask::relax, structure, types, vasp));
  folder.write(place / "INCAR.md", incar_text(VaspTask::aimd, structure, types, vasp));
  InitBulkOptions init;
  init.cell = options.cell_change;
  folder.write(place / "param.json", init_bulk_param(structure, types, "../../potcars", init));
  folder.write(place / "machine.json", init_bulk_machine());
}

Json write_system(const Folder& folder, const DatasetSystem& system, const TypeMap& types, const DatasetOptions& options) {
  const Structure& structure = system.frames.front().structure;
  const fs::path place = fs::path("systems") / system.name;
  folder.write(place / "stack.extxyz", extxyz_text(structure, system.name));
  PictureOptions picture;
  picture.dpi = 150.0;
  folder.write(place / "stack.png", picture_png(structure, picture));
  Json record = system.record;
  record["structures"] = Json::array();
  for (std::size_t f = 0; f < system.frames.size(); ++f) {
    const DatasetFrame& frame = system.frames[f];
    const fs::path deck = fs::path("vasp/static") / system.name / fmt::format("{:03}", f);
    write_deck(folder, deck, system.name, VaspTask::static_, frame.structure, types);
    const Mat3& e = frame.strain;
    record["structures"].push_back({{"deck", deck.generic_string()}, {"atoms", frame.structure.size()}, {"rattle", frame.rattle}, {"vacancies", frame.vacancies},
                                    {"strain", {e(0, 0), e(1, 1), e(2, 2), e(1, 2), e(0, 2), e(0, 1)}}});
  }
  if (system.coated) return record;  // the coated stack goes into DP-GEN without expensive AIMD, as in the paper
  for (double temperature : options.md_temperatures) {
    VaspOptions vasp;
    vasp.temperature = temperature;
    write_deck(folder, fs::path("vasp/aimd") / system.name / fmt::format("{:g}K", temperature), system.name, VaspTask::aimd, structure, types, vasp);
  }
  write_init_bulk(folder, system, types, options);
  return record;
}

/// One atom of each element of the map: what an INCAR for all systems is written from.
Structure one_of_each(const TypeMap& types) {
  Structure all;
  for (Element element : types.elements()) {
    all.elements.push_back(element);
    all.positions.emplace_back(0.0, 0.0, 0.0);
  }
  return all;
}

void write_dpgen(const Folder& folder, const std::vector<DatasetSystem>& systems, const TypeMap& types, const DatasetOptions& options) {
  std::vector<DpgenSystem> explored;
  std::vector<Structure> all;
  for (const DatasetSystem& system : systems) {
    DpgenSystem entry{system.name, {"vasp/static/" + system.name + "/*/POSCAR"}, "", system.coated};
    if (!system.coated) entry.initial_data = "init_bulk/" + system.name + "/POSCAR.01x01x01/02.md";
    explored.push_back(std::move(entry));
    for (const DatasetFrame& frame : system.frames) all.push_back(frame.structure);
  }
  TrainingOptions training;
  training.sel = selection(all, types, training.rcut);
  training.seed = options.seed;
  training.validation_data = "data/validation";
  folder.write("input.json", deepmd_input(types, training));
  training.training_data.clear();
  training.validation_data.clear();
  training.steps = 400000;
  folder.write("param.json", dpgen_param(types, explored, deepmd_input(types, training), {}));
  folder.write("machine.json", dpgen_machine());
  VaspOptions vasp;
  vasp.kspacing = 10.0;
  folder.write("INCAR.fp", incar_text(VaspTask::static_, one_of_each(types), types, vasp));
  folder.write("hubbard_u.sh", hubbard_script());
  std::string names;
  for (Element element : types.elements()) names += potcar_file(element) + "\n";
  folder.write("potcars/README", "Put these PAW data sets here (VASP's POTCAR of each, renamed):\n" + names);
}

}  // namespace

TypeMap dataset_types(const std::vector<DatasetSystem>& systems, const DatasetOptions& options) {
  Structure all;  // only its elements are looked at
  for (const DatasetSystem& system : systems)
    for (const FormulaTerm& term : formula_of(system.frames.front().structure.elements)) all.elements.push_back(term.element);
  return options.types.empty() ? TypeMap::from_structure(all) : TypeMap::from_model(options.types, all);
}

Json write_dataset(const std::vector<DatasetSystem>& systems, const fs::path& target, const DatasetOptions& options) {
  const TypeMap types = dataset_types(systems, options);
  StagedFolder staged(target, options.replace);
  const Folder folder(staged.path());
  Json record;
  record["seed"] = options.seed;
  record["limits"] = {{"max_atoms", options.max_atoms}, {"max_strain", options.max_strain}, {"thickness", options.thickness}};
  record["types"] = Json::array();
  for (Element element : types.elements()) record["types"].push_back(element.symbol());
  record["systems"] = Json::array();
  for (const DatasetSystem& system : systems) {
    options.progress({"writing " + system.name, -1.0, ""});
    record["systems"].push_back(write_system(folder, system, types, options));
  }
  write_dpgen(folder, systems, types, options);
  folder.write("labels_to_npy.py", collect_script(types));
  folder.write("README.md", dataset_readme(systems, types, options));
  folder.write("dataset.json", record);
  staged.commit();
  return record;
}

}  // namespace lamella
