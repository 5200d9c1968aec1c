#include <fmt/format.h>

#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "export/read_lammps_data.hpp"
#include "lattice/crystal.hpp"
#include "lattice/read_structure.hpp"
#include "runner/structure_energy.hpp"

namespace lamella {

namespace po = boost::program_options;

namespace {

const char* usage = R"(examples:
  lamella energy stack.extxyz --model graph.pb
  lamella energy POSCAR --model graph.pb --json > energy.json

Energy, forces and virial of a structure under a Deep Potential: usage lamella energy FILE --model MODEL
FILE: extxyz, POSCAR, CIF, LAMMPS data (.data, .lmp), or a bundled crystal's name. MODEL: .pb (plain or compressed), .dp, .yaml of descriptor se_e2_a.
Units eV, A. virial: row-major, deepmd-kit's sign (sum of f r over pairs).
)";

Structure read_any_structure(const std::filesystem::path& path) {
  if (path.extension() == ".cif" || !std::filesystem::exists(path)) return load_crystal(path.string()).cell;
  const std::string text = read_whole_file(path);
  const std::string extension = path.extension().string();
  if (extension == ".xyz" || extension == ".extxyz") return parse_extxyz(text, path.string());
  if (extension == ".data" || extension == ".lmp") return parse_lammps_data(text, path.string());
  return parse_poscar(text, path.string());
}

std::vector<double> numbers(const std::string& option, const std::string& text) {
  std::vector<double> values;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t comma = std::min(text.find(',', at), text.size());
    double value = 0;
    const auto read = std::from_chars(text.data() + at, text.data() + comma, value);
    if (read.ec != std::errc() || read.ptr != text.data() + comma) fail_input({option, "not a list of numbers", "'" + text + "'", "", "as in 300,0.5"});
    values.push_back(value);
    at = comma + 1;
  }
  return values;
}

nlohmann::ordered_json as_json(const StructureEnergy& result) {
  nlohmann::ordered_json out;
  out["energy"] = result.energy;
  out["forces"] = nlohmann::ordered_json::array();
  for (const Cartesian& f : result.forces) out["forces"].push_back({f.x(), f.y(), f.z()});
  out["virial"] = result.virial;
  out["atom_energy"] = result.atom_energy;
  out["sel_overflow"] = result.overflow;
  out["too_close"] = result.too_close;
  return out;
}

void print_table(const Structure& structure, const StructureEnergy& result) {
  fmt::print("energy {:.10f} eV, {:.10f} eV per atom\n", result.energy, result.energy / static_cast<double>(structure.size()));
  fmt::print("virial");
  for (double v : result.virial) fmt::print(" {:.8f}", v);
  fmt::print(" eV\n\n{:>6} {:>2} {:>14} {:>14} {:>14} {:>16}\n", "atom", "", "fx (eV/A)", "fy", "fz", "energy (eV)");
  for (std::size_t i = 0; i < structure.size(); ++i)
    fmt::print("{:>6} {:>2} {:>14.8f} {:>14.8f} {:>14.8f} {:>16.8f}\n", i + 1, structure.elements[i].symbol(), result.forces[i].x(), result.forces[i].y(), result.forces[i].z(), result.atom_energy[i]);
}

void warn(const StructureEnergy& result) {
  if (result.overflow > 0) fmt::print(stderr, "lamella: warning: {} neighbours beyond the model's sel were dropped: the energy jumps where they come and go\n", result.overflow);
  if (result.too_close > 0) fmt::print(stderr, "lamella: warning: {} pairs lie closer than the model has seen\n", result.too_close);
}

}  // namespace

int energy_command(const std::vector<std::string>& words) {
  po::options_description options("options");
  auto add = options.add_options();
  add("model,m", po::value<std::string>(), "the Deep Potential (required)");
  add("json", "print JSON with the keys energy, forces, virial, atom_energy");
  add("precision", po::value<std::string>()->default_value("double"), "double | mixed");
  add("plain", "the slow reference evaluator, which checks the fast one");
  add("threads", po::value<int>()->default_value(0), "threads; 0: all cores");
  add("fparam", po::value<std::string>(), "frame parameters, where the model has them: 300,0.5");
  add("aparam", po::value<std::string>(), "atomic parameters, all of atom 1 first");
  const ParsedOptions parsed = parse_options(words, options, {"file"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("file")) fail_input({"energy", "no structure file given", "", "", "see lamella energy --help"});
  if (!parsed.has("model")) fail_input({"--model", "no model given", "", "a .pb, .dp or .yaml file", "see lamella energy --help"});
  const std::string precision = parsed.values["precision"].as<std::string>();
  if (precision != "double" && precision != "mixed") fail_input({"--precision", "no such precision", "'" + precision + "'", "double, mixed", ""});

  const Structure structure = read_any_structure(parsed.values["file"].as<std::string>());
  DeepPotentialModel model = load_model(parsed.values["model"].as<std::string>());
  const auto evaluator = parsed.has("plain") ? make_plain_evaluator(std::move(model))
                                             : make_fast_evaluator(std::move(model), precision == "mixed" ? Precision::mixed : Precision::double_, parsed.values["threads"].as<int>());
  ModelParameters parameters;
  if (parsed.has("fparam")) parameters.fparam = numbers("--fparam", parsed.values["fparam"].as<std::string>());
  if (parsed.has("aparam")) parameters.aparam = numbers("--aparam", parsed.values["aparam"].as<std::string>());
  const StructureEnergy result = structure_energy(structure, *evaluator, parameters);
  warn(result);
  if (parsed.has("json")) fmt::print("{}\n", as_json(result).dump());
  else print_table(structure, result);
  return 0;
}

}  // namespace lamella
