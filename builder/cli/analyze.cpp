#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/analyze.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;
namespace fs = std::filesystem;

constexpr const char* usage =
    "examples:\n"
    "  lamella analyze stack\n"
    "  lamella analyze stack --protocol reaction --windows 5\n"
    "  lamella analyze run.lammpstrj --types Li,Co,O,P,S,Cl,F --layers stack.extxyz -o results\n"
    "  lamella analyze run.extxyz --pairs Li-F,F-F --interval 0.1 --json\n\n"
    "lamella analyze DIR|TRAJECTORY: radial distribution functions, bonds and dimers, tetrahedra, diffusion, profiles and strain\n"
    "of a built folder's runs, or of a LAMMPS dump, an AMBER NetCDF or an extended XYZ; csv and analysis.json in DIR/analysis.\n";

AnalysisInput input_of_file(const fs::path& file, const ParsedOptions& parsed, double timestep) {
  AnalysisInput input;
  input.name = file.filename().string();
  input.file = file;
  input.reading.timestep = timestep;
  if (parsed.has("types"))
    for (const std::string& symbol : comma_words(parsed.values["types"].as<std::string>())) input.reading.types.push_back(Element::from_symbol(symbol));
  if (parsed.has("layers")) input.reading.reference = read_identities(parsed.values["layers"].as<std::string>());
  return input;
}

void print_summary(const Analysis& a) {
  fmt::print("{}: {} frames, {:g} ps, {} atoms\n", a.input.name, a.time.size(), a.time.back() - a.time.front(), a.atoms.size());
  if (!a.bonds.empty()) {
    const BondCensus &first = a.bonds.front(), &last = a.bonds.back();
    fmt::print("  PS4 tetrahedra {} -> {}, P with O {} -> {}, Co with S {} -> {}, S2 dimers {} -> {}\n", first.tetrahedra, last.tetrahedra, first.phosphorus_with_oxygen,
               last.phosphorus_with_oxygen, first.cobalt_with_sulphur, last.cobalt_with_sulphur, first.dimers, last.dimers);
  }
  if (!a.order.empty()) {
    const HistogramSum first = sum_of(a.order.front().ligand_histogram, 6), last = sum_of(a.order.back().ligand_histogram, 6);
    fmt::print("  regular LiF4 tetrahedra {} -> {}, F with six Li {} -> {} of {}\n", a.order.front().regular, a.order.back().regular, first.above, last.above, last.entries);
  }
  for (const PotentialOfMeanForce& v : a.potentials)
    if (v.found) fmt::print("  {}: peak {:.2f} A, breaking barrier {} {:.2f} eV\n", v.name, v.r_peak, v.breaking.bound ? ">=" : "=", v.breaking.value);
  for (const Diffusion& d : a.diffusion)
    if (d.diffusive && (d.name == a.options.mobile || d.name.starts_with(a.options.mobile + ":")))
      fmt::print("  D({}) = ({:.3g} +- {:.2g}) cm2/s from {:g} to {:g} ps\n", d.name, d.d.value, d.d.error, d.fit_begin, d.fit_end);
  for (const std::string& warning : a.warnings) fmt::print(stderr, "lamella: warning: {}\n", warning);
}

}  // namespace

int analyze_command(const std::vector<std::string>& words) {
  AnalyzeOptions o;
  double timestep = 0.001;
  po::options_description options("options");
  options.add_options()
      ("protocol", po::value<std::string>(), "the run of the folder to analyse (default: all)")
      ("windows", po::value(&o.windows)->default_value(o.windows), "time windows of g(r) and profiles")
      ("pairs", po::value<std::string>(), "pairs of g(r), as P-S,Li:coating-S (default: the paper's)")
      ("r-max", po::value(&o.r_max)->default_value(o.r_max, "8"), "A, of g(r); any")
      ("bins", po::value(&o.bins)->default_value(o.bins), "shells of g(r)")
      ("lifetime", po::value(&o.lifetime)->default_value(o.lifetime), "frames that a change of a bond must last")
      ("mobile", po::value(&o.mobile)->default_value(o.mobile), "the ion that diffuses")
      ("coating", po::value(&o.coating), "layer that counts as the coating (default: the amorphous one)")
      ("temperature", po::value(&o.temperature), "K, for V(r) (default: as the run says)")
      ("types", po::value<std::string>(), "elements of type 1, 2, ... of a trajectory: Li,Co,O")
      ("layers", po::value<std::string>(), "stack.extxyz with the layers (and elements) of a trajectory's atoms")
      ("timestep", po::value(&timestep)->default_value(timestep, "0.001"), "ps, of a trajectory that counts steps only")
      ("interval", po::value(&o.interval), "ps between frames of a trajectory without times")
      ("start", po::value(&o.start)->default_value(0), "first frame")
      ("stop", po::value(&o.stop)->default_value(-1), "frame to stop before (-1: the end)")
      ("every", po::value(&o.every)->default_value(1), "take every n-th frame")
      ("tetrahedron-T", po::value(&o.order.regular_t)->default_value(o.order.regular_t, "0.005"), "regular LiF4: tetrahedricity below")
      ("tetrahedron-q", po::value(&o.order.regular_q)->default_value(o.order.regular_q, "0.95"), "regular LiF4: orientational order above")
      ("threads", po::value(&o.threads)->default_value(0), "0: all cores")
      ("output,o", po::value<std::string>(), "folder for the results (default: DIR/analysis, or analysis beside the trajectory)")
      ("force", "replace an output folder that holds other files")
      ("json", "analysis.json to standard output")
      ("quiet,q", "no summary");
  const ParsedOptions parsed = parse_options(words, options, {"input"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("input")) fail_input({"command line", "a built folder or a trajectory is wanted", "", "", "lamella analyze DIR"});
  if (parsed.has("pairs")) o.pairs = comma_words(parsed.values["pairs"].as<std::string>());
  const fs::path given = parsed.values["input"].as<std::string>();
  const bool folder = fs::is_directory(given);
  std::vector<AnalysisInput> inputs;
  if (folder) inputs = runs_of_folder(given, parsed.has("protocol") ? parsed.values["protocol"].as<std::string>() : "");
  else inputs.push_back(input_of_file(given, parsed, timestep));
  std::vector<Analysis> runs;
  const Progress progress = terminal_progress();
  for (const AnalysisInput& input : inputs) runs.push_back(analyze(input, o, progress));
  const fs::path output = parsed.has("output") ? fs::path(parsed.values["output"].as<std::string>()) : (folder ? given : given.parent_path()) / "analysis";
  write_analyses(output, runs, parsed.has("force"));
  if (parsed.has("json")) fmt::print("{}\n", analysis_json(runs.front()).dump(1));
  else if (!parsed.has("quiet"))
    for (const Analysis& run : runs) print_summary(run);
  if (!parsed.has("json") && !parsed.has("quiet")) {
    fmt::print("{}: csv files and analysis.json\n", output.string());
    if (folder) fmt::print(stderr, "next: lamella report {}\n", given.string());
  }
  return 0;
}

}  // namespace lamella
