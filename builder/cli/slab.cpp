#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "export/structure_files.hpp"
#include "lattice/slab.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

const char* const usage = R"(examples:
  lamella slab LiCoO2 1 0 4                    the ways to cut LiCoO2 (104)
  lamella slab Li6PS5Cl 1 0 0 --thickness 20   with the atoms of a slab of 20 A
  lamella slab mine.cif 1 0 -2 --json          for programs
  lamella slab LiCoO2 0 0 3 --index 1 --thickness 20 --compensated -o slab.extxyz   a polar face without its dipole

usage: lamella slab CRYSTAL h k l [--thickness T] [--json]

Lists the distinct terminations, best first: nothing broken, stoichiometric, least dipole. Their index is what
`termination` means in a specification. Miller indices refer to the file's conventional cell. With -o one slab is written
alone in vacuum: whole repeats, or with two equal faces (--symmetric), or with half of the bottom plane moved to the top
(--compensated).
)";

bool is_whole_number(const std::string& word) {
  const std::size_t sign = !word.empty() && (word[0] == '-' || word[0] == '+') ? 1 : 0;
  return word.size() > sign && std::all_of(word.begin() + sign, word.end(), [](unsigned char c) { return std::isdigit(c); });
}

int index_of(const std::string& word) {
  int value = 0;
  const char* begin = word.data() + (word.starts_with("+") ? 1 : 0);
  const auto [end, error] = std::from_chars(begin, word.data() + word.size(), value);
  if (word.empty() || error != std::errc{} || end != word.data() + word.size()) fail_input({"miller", "not a whole number", "'" + word + "'", "three of them, such as 1 0 4", ""});
  return value;
}

/// Arguments and options told apart by hand: a negative index is no option.
struct Words {
  std::vector<std::string> arguments, options;
};

Words sort_words(const std::vector<std::string>& words) {
  Words sorted;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (!words[i].starts_with("-") || is_whole_number(words[i])) {
      sorted.arguments.push_back(words[i]);
      continue;
    }
    sorted.options.push_back(words[i]);
    const bool takes_value = words[i] == "--thickness" || words[i] == "--seed" || words[i] == "--anion-disorder" || words[i] == "--index" || words[i] == "--repeats" || words[i] == "--vacuum" || words[i] == "-o" || words[i] == "--output";
    if (takes_value && i + 1 < words.size()) sorted.options.push_back(words[++i]);
  }
  return sorted;
}

Miller miller_of(std::vector<std::string> words) {
  if (words.size() == 1) {  // 1,0,4
    std::string text = words[0] + ",";
    words.clear();
    for (std::size_t comma; (comma = text.find(',')) != std::string::npos; text.erase(0, comma + 1)) words.push_back(text.substr(0, comma));
  }
  if (words.size() != 3) fail_input({"miller", "three indices are wanted", fmt::format("{}", words.size()), "", "lamella slab CRYSTAL h k l"});
  return {index_of(words[0]), index_of(words[1]), index_of(words[2])};
}

std::string planes_text(const Termination& t) {
  std::string text;
  for (const AtomicPlane& plane : t.planes) {
    if (!text.empty()) text += " | ";
    text += to_string(plane.formula);
    if (plane.charge != 0.0) text += fmt::format(" {:+.4g}", plane.charge);
  }
  return text;
}

void print_table(const Crystal& crystal, Miller miller, const SurfaceLattice& surface, const std::vector<Termination>& terminations) {
  const auto& b = surface.basis;
  fmt::print("{} ({} {} {}): surface cell [{:.4f} {:.4f}] [{:.4f} {:.4f}] A, {:.3f} A^2; one repeat {:.4f} A, {} atoms\n", crystal.name, miller.h, miller.k, miller.l, b(0, 0), b(0, 1),
             b(1, 0), b(1, 1), b.determinant(), surface.spacing, surface.atoms_per_repeat);
  fmt::print("index  cut (A)  dipole (e/A)  Tasker  broken  symmetric  planes, bottom to top (charge in e)\n");
  for (const Termination& t : terminations)
    fmt::print("{:5d}  {:7.3f}  {:12.4f}  {:6}  {:6d}  {:9}  {}\n", t.index, t.cut, t.dipole_per_area, t.tasker == 1 ? "I" : t.tasker == 2 ? "II" : "III", t.broken_polyanions,
               t.symmetric ? "yes" : "no", planes_text(t));
}

Json as_json(const Crystal& crystal, Miller miller, const SurfaceLattice& surface, const std::vector<Termination>& terminations) {
  Json json;
  json["crystal"] = crystal.name;
  json["miller"] = {miller.h, miller.k, miller.l};
  json["basis"] = {{surface.basis(0, 0), surface.basis(0, 1)}, {surface.basis(1, 0), surface.basis(1, 1)}};
  json["spacing"] = surface.spacing;
  json["atoms_per_repeat"] = surface.atoms_per_repeat;
  json["terminations"] = Json::array();
  for (const Termination& t : terminations) {
    Json planes = Json::array();
    for (const AtomicPlane& plane : t.planes) planes.push_back({{"z", plane.z}, {"formula", to_string(plane.formula)}, {"charge", plane.charge}});
    json["terminations"].push_back({{"index", t.index}, {"area", t.area}, {"formula", t.formula}, {"dipole_per_area", t.dipole_per_area}, {"tasker", t.tasker},
                                    {"broken_polyanions", t.broken_polyanions}, {"symmetric", t.symmetric}, {"stoichiometric", t.stoichiometric}, {"flat", t.flat}, {"cut", t.cut}, {"equivalent_cuts", t.equivalent_cuts}, {"planes", planes}});
  }
  return json;
}

/// The slab asked for, in a box with vacuum above it.
Structure in_vacuum(const Slab& slab, double vacuum, const std::string& name) {
  const Extent atoms = extent_of(slab);
  const double low = std::min(0.0, atoms.low), high = std::max(slab.thickness, atoms.high);
  Structure structure{Cell(box_rows(slab.plane, high - low + vacuum)), slab.elements, {}, std::vector<int>(slab.size(), 0), {name}};
  for (const auto& r : slab.positions) structure.positions.emplace_back(r.x(), r.y(), r.z() - low);
  return structure;
}

void write_slab(const Crystal& crystal, Miller miller, const std::vector<Termination>& terminations, int repeats, const ParsedOptions& parsed) {
  const int index = parsed.values["index"].as<int>();
  if (index < 0 || index >= static_cast<int>(terminations.size()))
    fail_input({"--index", "no such termination", fmt::format("{}", index), fmt::format("0 to {}", terminations.size() - 1), "see the list without -o"});
  const double vacuum = parsed.values["vacuum"].as<double>();
  if (!(vacuum >= 0.0 && vacuum <= 1000.0)) fail_input({"--vacuum", "out of range", fmt::format("{:g}", vacuum), "0 to 1000 A", ""});
  if (parsed.has("symmetric") && parsed.has("compensated")) fail_input({"--symmetric", "not together with --compensated", "", "", "choose one"});
  const auto cut = parsed.has("symmetric") ? cut_symmetric_slab : parsed.has("compensated") ? cut_compensated_slab : cut_slab;
  const Slab slab = cut(crystal, miller, terminations[index], std::max(1, repeats));
  const std::string path = parsed.values["output"].as<std::string>();
  write_whole_file(path, extxyz_text(in_vacuum(slab, vacuum, crystal.name), fmt::format("{} ({} {} {}) termination {}", crystal.name, miller.h, miller.k, miller.l, index)));
  fmt::print("{}: {} atoms, {:.3f} A thick, {}\n", path, slab.size(), slab.thickness, to_string(formula_of(slab.elements)));
}

}  // namespace

int slab_command(const std::vector<std::string>& words) {
  po::options_description options("options");
  options.add_options()("thickness", po::value<double>(), "A, at least: also print the atoms of such a slab")("repeats", po::value<int>(), "the same as whole repeats")("json", "print JSON")(
      "seed", po::value<std::uint64_t>()->default_value(1), "of sites that are resolved at random")("anion-disorder", po::value<double>()->default_value(0.0), "argyrodites: fraction of free S exchanged with the halide")(
      "output,o", po::value<std::string>(), "write one slab in vacuum (extended XYZ)")("index", po::value<int>()->default_value(0), "its termination")(
      "vacuum", po::value<double>()->default_value(15.0), "A, above it")("symmetric", "two equal faces")("compensated", "half of the bottom plane moved to the top face");
  const Words sorted = sort_words(words);
  const ParsedOptions parsed = parse_options(sorted.options, options, {}, usage);
  if (parsed.helped) return 0;
  if (sorted.arguments.empty()) fail_input({"command line", "no crystal", "", "", "lamella slab CRYSTAL h k l"});
  const Crystal crystal = load_crystal(sorted.arguments[0], {parsed.values["seed"].as<std::uint64_t>(), parsed.values["anion-disorder"].as<double>()});
  const Miller miller = miller_of({sorted.arguments.begin() + 1, sorted.arguments.end()});
  const SurfaceLattice surface = surface_lattice(crystal, miller);
  const auto terminations = list_terminations(crystal, miller);
  int repeats = 0;
  if (parsed.has("thickness")) repeats = repeats_for(crystal, miller, parsed.values["thickness"].as<double>());
  if (parsed.has("repeats")) {
    repeats = parsed.values["repeats"].as<int>();
    if (repeats < 1 || repeats > 100000 || parsed.has("thickness")) fail_input({"--repeats", "out of range, or together with --thickness", fmt::format("{}", repeats), "1 to 100000", ""});
  }
  if (parsed.has("output")) {
    write_slab(crystal, miller, terminations, repeats, parsed);
    return 0;
  }
  if (parsed.has("json")) {
    Json json = as_json(crystal, miller, surface, terminations);
    if (repeats > 0) json["slab"] = {{"repeats", repeats}, {"thickness", repeats * surface.spacing}, {"atoms", repeats * surface.atoms_per_repeat}};
    fmt::print("{}\n", json.dump(2));
    return 0;
  }
  print_table(crystal, miller, surface, terminations);
  if (repeats > 0) fmt::print("slab: {} repeats, {:.3f} A, {} atoms\n", repeats, repeats * surface.spacing, repeats * surface.atoms_per_repeat);
  return 0;
}

}  // namespace lamella
