#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/dataset.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;
using Json = nlohmann::ordered_json;

const char* const usage =
    "examples:\n"
    "  lamella dataset coated-10.toml -o data            pair interfaces and the coated one, ready for VASP and DP-GEN\n"
    "  lamella dataset coated-10.toml -o data --no-melts in seconds: the coating as its crystal\n"
    "  lamella dataset a.toml b.toml -o data --max-atoms 300 --matches 3 --seeds 2 --perturbations 8\n\n"
    "Small superlattices, perturbations, VASP decks, DP-GEN and DeePMD-kit inputs: usage `lamella dataset SPEC... -o DIR`\n";

po::options_description dataset_options() {
  po::options_description options("options");
  options.add_options()
      ("output,o", po::value<std::string>(), "the folder to make")
      ("max-atoms", po::value<long>()->default_value(200), "of any superlattice")
      ("max-strain", po::value<double>()->default_value(0.06, "0.06"), "largest principal strain of any crystal")
      ("thickness", po::value<double>()->default_value(3.0, "3"), "A of each layer, at least; the thickest that fit are taken")
      ("matches", po::value<int>()->default_value(2), "superlattices per set of layers")
      ("seeds", po::value<int>()->default_value(1), "of each superlattice")
      ("perturbations", po::value<int>()->default_value(4), "of each superlattice")
      ("cell-change", po::value<double>()->default_value(0.03, "0.03"), "largest strain of a perturbation")
      ("rattle", po::value<double>()->default_value(0.15, "0.15"), "A, standard deviation of the strongest rattle")
      ("no-melts", "glasses stand in as crystals")
      ("seed", po::value<std::uint64_t>(), "seed over the first specification's")
      ("model", po::value<std::string>(), "a Deep Potential whose type map orders the types")
      ("set", po::value<std::vector<std::string>>()->composing(), "KEY=VALUE over every specification (repeatable)")
      ("force,f", "take the place of a folder that is there")
      ("json", "print dataset.json")
      ("quiet,q", "print nothing but errors");
  return options;
}

template <class T>
T in_range(const ParsedOptions& parsed, const std::string& name, T low, T high) {
  const T value = parsed.get<T>(name);
  if (!(value >= low && value <= high)) fail_input({"--" + name, "out of range", fmt::format("{}", value), fmt::format("{} to {}", low, high), ""});
  return value;
}

DatasetOptions asked_options(const ParsedOptions& parsed) {
  DatasetOptions options;
  options.max_atoms = in_range<long>(parsed, "max-atoms", 10, 100000);
  options.max_strain = in_range(parsed, "max-strain", 0.0, 0.3);
  options.thickness = in_range(parsed, "thickness", 1.0, 200.0);
  options.matches = in_range(parsed, "matches", 1, 100);
  options.seeds = in_range(parsed, "seeds", 1, 100);
  options.perturbations = in_range(parsed, "perturbations", 0, 999);
  options.cell_change = in_range(parsed, "cell-change", 0.0, 0.2);
  options.rattle = in_range(parsed, "rattle", 0.0, 1.0);
  options.melts = !parsed.has("no-melts");
  options.replace = parsed.has("force");
  if (!parsed.has("quiet")) options.progress = terminal_progress();
  return options;
}

void print_table(const Json& record, const std::string& folder) {
  fmt::print("{:<28} {:>6} {:>10} {:>9} {:>11}\n", "system", "atoms", "area, A^2", "strain, %", "structures");
  for (const Json& system : record["systems"])
    fmt::print("{:<28} {:>6} {:>10.1f} {:>9.2f} {:>11}\n", system["name"].get<std::string>(), system["atoms"].get<long>(), system["area"].get<double>(),
               100.0 * system["max_strain"].get<double>(), system["structures"].size());
  fmt::print("next: see {}/README.md\n", folder);
}

}  // namespace

int dataset_command(const std::vector<std::string>& words) {
  const ParsedOptions parsed = parse_options(words, dataset_options(), {"spec..."}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("spec")) fail_input({"dataset", "no specification", "", "", "usage: lamella dataset SPEC... -o DIR"});
  if (!parsed.has("output")) fail_input({"dataset", "no folder to write", "", "", "give one: -o DIR"});
  DatasetOptions options = asked_options(parsed);
  const std::string folder = parsed.get<std::string>("output");
  check_target_free(folder, options.replace);
  std::vector<Specification> specifications;
  const auto overrides = parsed.has("set") ? parsed.get<std::vector<std::string>>("set") : std::vector<std::string>{};
  for (const std::string& path : parsed.get<std::vector<std::string>>("spec")) specifications.push_back(read_specification(path, overrides));
  options.seed = parsed.has("seed") ? parsed.get<std::uint64_t>("seed") : specifications.front().seed;
  options.types = parsed.has("model") ? load_model(parsed.get<std::string>("model")).type_map : specifications.front().types;
  std::vector<std::string> warnings;
  const std::vector<DatasetSystem> systems = make_dataset(specifications, options, warnings);
  const Json record = write_dataset(systems, folder, options);
  for (const std::string& warning : warnings) fmt::print(stderr, "lamella: warning: {}\n", warning);
  if (parsed.has("quiet")) return 0;
  if (parsed.has("json"))
    fmt::print("{}\n", record.dump(1));
  else
    print_table(record, folder);
  return 0;
}

}  // namespace lamella
