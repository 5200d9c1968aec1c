#include "runner/self_check.hpp"

#include <fmt/format.h>
#include <library.h>

#include <cmath>
#include <functional>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "lattice/crystal.hpp"
#include "runner/bundled_model.hpp"
#include "runner/deepmd_kit.hpp"
#include "runner/engine.hpp"
#include "runner/lammps_bridge.hpp"
#include "runner/pair_deepmd.hpp"

namespace lamella {

namespace {

namespace fs = std::filesystem;

struct Reference {
  Cell cell;
  std::vector<std::string> species;
  std::vector<Cartesian> positions, forces;
  double energy = 0.0;
};

Reference read_reference(const fs::path& file) {
  const auto json = nlohmann::json::parse(read_whole_file(file));
  Reference reference;
  Mat3 rows;
  for (int i = 0; i < 3; ++i)
    for (int k = 0; k < 3; ++k) rows(i, k) = json.at("cell").at(i).at(k);
  reference.cell = Cell(rows);
  reference.species = json.at("species").get<std::vector<std::string>>();
  const auto vectors = [&](const char* key) {
    std::vector<Cartesian> result;
    for (const auto& row : json.at(key)) result.emplace_back(row.at(0), row.at(1), row.at(2));
    return result;
  };
  reference.positions = vectors("positions");
  reference.forces = vectors("forces");
  reference.energy = json.at("energy");
  return reference;
}

std::string system_of(const Reference& r, const std::vector<std::string>& types, const std::string& model) {
  const Mat3& h = r.cell.rows();
  std::string text = fmt::format("units metal\natom_style atomic\natom_modify map array\nbox tilt large\nregion box prism 0 {} 0 {} 0 {} {} {} {} units box\ncreate_box {} box\n",
                                 h(0, 0), h(1, 1), h(2, 2), h(1, 0), h(2, 0), h(2, 1), types.size());
  for (std::size_t i = 0; i < r.positions.size(); ++i) {
    const Cartesian p = r.cell.wrapped(r.positions[i]);
    text += fmt::format("create_atoms {} single {:.17g} {:.17g} {:.17g} units box\n", std::find(types.begin(), types.end(), r.species[i]) - types.begin() + 1, p.x(), p.y(), p.z());
  }
  text += fmt::format("mass * 20.0\npair_style deepmd {}\npair_coeff * *", model);
  for (const std::string& type : types) text += " " + type;
  return text + "\nthermo_style custom step pe temp press\nfix 1 all nve\n";
}

std::string compare_with_deepmd_kit(Precision precision) {
  const fs::path model = bundled_model();
  const Reference reference = read_reference(fs::path(model).replace_extension(".check.json"));
  EngineOptions options;
  options.precision = precision;
  Engine engine(options);
  // A path with blanks would be two words to LAMMPS.
  engine.commands(system_of(reference, load_model(model).type_map, "\"" + model.string() + "\""));
  engine.command("run 0");
  const double energy = std::abs(engine.thermo("pe") - reference.energy) / static_cast<double>(reference.positions.size());
  const auto forces = engine.forces();
  double worst = forces.size() == reference.forces.size() ? 0.0 : HUGE_VAL;
  for (std::size_t i = 0; i < forces.size() && i < reference.forces.size(); ++i) worst = std::max(worst, (forces[i].vec() - reference.forces[i].vec()).norm());
  engine.command("timestep 0.0005");
  engine.command("run 10");
  if (!std::isfinite(engine.thermo("temp"))) fail_run({"ten steps", "the temperature is not a number", "", "", ""});
  // The model is in single precision, and so is what deepmd-kit gave.
  if (!(energy < 1e-5) || !(worst < 2e-4)) fail_run({"forces", "differ from deepmd-kit's", fmt::format("{:.1e} eV/atom, {:.1e} eV/A", energy, worst), "1e-5, 2e-4", ""});
  return fmt::format("{:.1e} eV/atom and {:.1e} eV/A from deepmd-kit's; ten steps done", energy, worst);
}

CheckedItem item(const std::string& name, const std::string& hint, const std::function<std::string()>& look) {
  try {
    return {name, true, look(), ""};
  } catch (const std::exception& error) {
    return {name, false, error.what(), hint};
  }
}

}  // namespace

std::vector<CheckedItem> check_installation() {
  std::vector<CheckedItem> items;
  const std::string build_hint = "install liblammps-dev and build again";
  items.push_back(item("LAMMPS", build_hint, [] {
    Engine engine;
    const int version = lammps_version(engine.lammps());
    if (!lammps_has_style(engine.lammps(), "pair", "buck/coul/long")) fail_run({"LAMMPS", "lacks the KSPACE package", "", "", ""});
    return fmt::format("version {}, errors are caught", version);
  }));
  items.push_back(item("ranks and threads", "", [] { return fmt::format("{} ranks, {} threads each", bridge::mpi_size(), bridge::threads_of_rank()); }));
  items.push_back(item("structures", "set LAMELLA_STRUCTURES to the folder of bundled crystals", [] {
    load_crystal("LiCoO2");
    load_crystal("Li6PS5Cl");
    load_crystal("LiF");
    return std::string("LiCoO2, Li6PS5Cl, LiF read");
  }));
  items.push_back(item("potential", "set LAMELLA_STRUCTURES to the folder of bundled structures", [] {
    const DeepPotentialModel model = load_model(bundled_model());
    return fmt::format("{}.pb, {} types, cut-off {} A", kBundledModel, model.type_map.size(), model.rcut);
  }));
  for (const auto& [precision, name] : {std::pair{Precision::double_, "forces, double"}, {Precision::mixed, "forces, mixed"}})
    items.push_back(item(name, "report this with the output of `lamella doctor`", [p = precision] { return compare_with_deepmd_kit(p); }));
  const auto library = find_deepmd_kit_library();
  items.push_back({"deepmd-kit", true, library ? "found; --backend deepmd works" : "not found; needed for --backend deepmd only", ""});
  return items;
}

}  // namespace lamella
