#include "lattice/crystal.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "lattice/cif.hpp"
#include "lattice/neighbours.hpp"
#include "lattice/occupancy.hpp"
#include "lattice/read_structure.hpp"
#include "lattice/symmetry.hpp"

namespace lamella {
namespace {
namespace fs = std::filesystem;

constexpr double closest_atoms = 0.5;  // A: anything nearer is a mistake in the file
constexpr std::size_t most_atoms = 20000;

std::string lower(std::string text) {
  for (char& c : text) c = static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  return text;
}

/// Other names people write for the bundled crystals.
std::string usual_name(const std::string& name) {
  static const std::map<std::string, std::string> names = {{"LCO", "LiCoO2"},         {"LPSCl", "Li6PS5Cl"},      {"Li7La3Zr2O12", "LLZO"}, {"Li10GeP2S12", "LGPS"},
                                                           {"LTO", "Li4Ti5O12"},       {"alpha-Al2O3", "Al2O3"},
                                                           {"LiNi0.8Mn0.1Co0.1O2", "NMC811"}, {"gamma-Li3PO4", "Li3PO4"}};
  const auto found = names.find(name);
  return found == names.end() ? name : found->second;
}

/// The file that a bundled name or a path means.
fs::path find_file(const std::string& given) {
  const std::string name = usual_name(given);
  std::error_code ignored;
  if (const auto names = bundled_crystals(); std::find(names.begin(), names.end(), name) != names.end()) return structures_folder() / (name + ".cif");
  const fs::path path(name);
  if (fs::is_regular_file(path, ignored)) return path;
  const bool looks_like_path = name.find('/') != std::string::npos || path.has_extension();
  const auto names = bundled_crystals();
  const std::string nearest = nearest_word(name, names);
  if (looks_like_path && nearest.empty()) fail_input({name, fs::is_directory(path, ignored) ? "is a folder, not a crystal file" : "no such file", "", "", ""});
  std::string known;
  for (const auto& each : names) known += (known.empty() ? "" : ", ") + each;
  fail_input({"crystal", "unknown name", "'" + name + "'", known, nearest.empty() ? "give a bundled name or a path to CIF, POSCAR or extxyz" : "did you mean " + nearest + "?"});
}

enum class Format { cif, poscar, extxyz };

Format format_of(const fs::path& file, const std::string& text) {
  const std::string extension = lower(file.extension().string()), stem = lower(file.filename().string());
  if (extension == ".cif") return Format::cif;
  if (extension == ".xyz" || extension == ".extxyz") return Format::extxyz;
  if (extension == ".vasp" || extension == ".poscar" || stem.rfind("poscar", 0) == 0 || stem.rfind("contcar", 0) == 0) return Format::poscar;
  if (text.find("_cell_length_a") != std::string::npos) return Format::cif;
  return text.find("Lattice=") != std::string::npos ? Format::extxyz : Format::poscar;
}

AverageCrystal average_of(const Structure& structure, const std::string& name) {
  AverageCrystal average;
  average.cell = structure.cell;
  if (structure.size() > most_atoms) fail_input({name, "too many atoms for a crystal", fmt::format("{}", structure.size()), fmt::format("up to {}", most_atoms), ""});
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const Fractional f = structure.cell.to_fractional(structure.positions[i]);
    if (!f.vec().allFinite() || f.vec().cwiseAbs().maxCoeff() > 1e6) fail_input({name, fmt::format("atom {} is far outside the cell", i + 1), "", "", ""});
    average.sites.push_back({Fractional(wrapped_unit(f.x()), wrapped_unit(f.y()), wrapped_unit(f.z())), {{structure.elements[i], 1.0}}, static_cast<int>(i), fmt::format("{}{}", structure.elements[i].symbol(), i + 1)});
  }
  return average;
}

Symmetry symmetry_of(const AverageCrystal& average) {
  std::vector<Cartesian> positions;
  std::vector<int> kinds;
  std::vector<std::vector<AverageSite::Share>> mixtures;
  for (const AverageSite& site : average.sites) {
    positions.push_back(average.cell.to_cartesian(site.position));
    const auto same = [&](const std::vector<AverageSite::Share>& m) {
      return std::equal(m.begin(), m.end(), site.shares.begin(), site.shares.end(), [](const auto& a, const auto& b) { return a.element == b.element && std::abs(a.occupancy - b.occupancy) < 1e-4; });
    };
    const auto found = std::find_if(mixtures.begin(), mixtures.end(), same);
    kinds.push_back(static_cast<int>(found - mixtures.begin()));
    if (found == mixtures.end()) mixtures.push_back(site.shares);
  }
  return find_symmetry(average.cell, positions, kinds);
}

/// Common charges, with transition and other many-valued metals sharing what is missing to a neutral cell. Nothing at all
/// for metals and alloys: charges of one sign only mean nothing.
std::map<Element, double> usual_charges(const AverageCrystal& average) {
  std::map<Element, double> amounts, charges;
  for (const AverageSite& site : average.sites)
    for (const auto& share : site.shares) amounts[share.element] += share.occupancy;
  double net = 0.0, flexible = 0.0;
  static const std::vector<std::string> many_valued = {"Ti", "V", "Cr", "Mn", "Fe", "Co", "Ni", "Cu", "Nb", "Mo", "W", "Sn", "Pb", "Bi", "Ce", "Ru", "Ir", "Pt", "Pd", "Re"};
  auto is_flexible = [](Element e) { return std::find(many_valued.begin(), many_valued.end(), e.symbol()) != many_valued.end(); };
  bool anions = false, cations = false;
  for (const auto& [element, amount] : amounts) {
    charges[element] = common_charge(element);
    anions |= charges[element] < 0;
    cations |= charges[element] > 0 || is_flexible(element);
    net += amount * charges[element];
    if (is_flexible(element)) flexible += amount;
  }
  if (!anions || !cations) {
    for (auto& [element, charge] : charges) charge = 0.0;
    return charges;
  }
  if (std::abs(net) > 1e-6 && flexible > 0.0)
    for (auto& [element, charge] : charges)
      if (is_flexible(element)) charge -= net / flexible;
  return charges;
}

void check_distances(const Structure& structure, const std::string& name) {
  const auto near = neighbour_lists(structure.cell, structure.positions, closest_atoms);
  for (std::size_t i = 0; i < near.size(); ++i)
    if (!near[i].empty())
      fail_input({name, fmt::format("atoms {} ({}) and {} ({}) lie on top of one another", i + 1, structure.elements[i].symbol(), near[i][0].index + 1, structure.elements[near[i][0].index].symbol()),
                  fmt::format("{:.3f} A", near[i][0].distance), fmt::format("{:g} A or more", closest_atoms), "check positions, occupancies and the space group's origin"});
}

}  // namespace

std::vector<std::string> bundled_crystals() {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(structures_folder()))
    if (entry.path().extension() == ".cif") names.push_back(entry.path().stem().string());
  std::sort(names.begin(), names.end());
  return names;
}

Crystal load_crystal(const std::string& name_or_path, const CrystalOptions& options) {
  if (!(options.anion_disorder >= 0.0 && options.anion_disorder <= 1.0)) fail_input({"anion_disorder", "not a fraction", fmt::format("{:g}", options.anion_disorder), "0 to 1", ""});
  Crystal crystal;
  crystal.file = find_file(name_or_path);
  crystal.name = crystal.file.stem().string();
  const std::string text = read_whole_file(crystal.file), shown = crystal.file.filename().string();
  crystal.sha256 = sha256(text);
  AverageCrystal average;
  switch (format_of(crystal.file, text)) {
    case Format::cif: average = parse_cif(text, shown); break;
    case Format::poscar: average = average_of(parse_poscar(text, shown), shown); break;
    case Format::extxyz: average = average_of(parse_extxyz(text, shown), shown); break;
  }
  crystal.symmetry = symmetry_of(average);
  crystal.space_group = crystal.symmetry.space_group;
  crystal.charges = usual_charges(average);
  for (const auto& [element, charge] : average.charges) crystal.charges[element] = charge;
  crystal.stiffness = average.stiffness;
  ResolvedCrystal resolved = resolve_occupancies(average, crystal.charges, options.seed, options.anion_disorder, crystal.name);
  crystal.cell = std::move(resolved.structure);
  crystal.sites = std::move(resolved.sites);
  crystal.supercell = resolved.supercell;
  if (crystal.cell.size() > most_atoms) fail_input({shown, "too many atoms for a crystal", fmt::format("{}", crystal.cell.size()), fmt::format("up to {}", most_atoms), ""});
  check_distances(crystal.cell, shown);
  if (options.anion_disorder > 0.0 || !std::all_of(average.sites.begin(), average.sites.end(), [](const AverageSite& s) { return s.whole(); })) {
    if (crystal.space_group > 0) crystal.average_lattice = crystal.symmetry.lattice;
    crystal.symmetry = find_symmetry(crystal.cell);
  }
  return crystal;
}

}  // namespace lamella
