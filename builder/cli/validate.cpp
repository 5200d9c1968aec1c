#include <fmt/format.h>

#include <filesystem>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/validate.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;

const char* const usage =
    "examples:\n"
    "  lamella validate --model graph.pb --data data/validation\n"
    "  lamella validate --model graph.pb --data test.extxyz --json\n"
    "  lamella validate --model graph.pb --data a --data b -o errors\n\n"
    "Errors of a Deep Potential on labelled frames (DeePMD npy sets, extended XYZ with energy, forces, virial or stress): a table by\n"
    "family and element, and energies.csv, forces.csv, virials.csv, parity.png, validation.json in the folder of -o.\n";

po::options_description validate_options() {
  po::options_description options("options");
  options.add_options()
      ("model,m", po::value<std::string>(), "the Deep Potential (required)")
      ("data,d", po::value<std::vector<std::string>>()->composing(), "labelled frames: a folder or an extxyz file (repeatable)")
      ("output,o", po::value<std::string>()->default_value("validation"), "folder for parity data and plot")
      ("threads", po::value<int>()->default_value(0), "0: all cores")
      ("plain", "the slow reference evaluator")
      ("no-files", "print the table only")
      ("json", "print the errors as JSON")
      ("quiet,q", "print nothing but errors");
  return options;
}

void print_errors(const std::string& name, const LabelErrors& errors) {
  const auto number = [](const ErrorSummary& e, double factor) { return e.count ? fmt::format("{:.3f}", factor * e.rmse()) : std::string("-"); };
  fmt::print("{:<32} {:>7} {:>8} {:>14} {:>12} {:>14}\n", name, errors.frames, errors.atoms, number(errors.energy, 1000.0), number(errors.force, 1.0), number(errors.virial, 1000.0));
}

void print_table(const Validation& validation) {
  fmt::print("{:<32} {:>7} {:>8} {:>14} {:>12} {:>14}\n", "RMSE", "frames", "atoms", "E, meV/atom", "F, eV/A", "W, meV/atom");
  for (const auto& [family, errors] : validation.families) print_errors(family, errors);
  if (validation.families.size() > 1) print_errors("all", validation.all);
  if (!validation.elements.empty()) fmt::print("\n{:<8} {:>12} {:>12} {:>12}\n", "element", "RMSE F, eV/A", "MAE F", "largest F");
  for (const auto& [element, errors] : validation.elements) fmt::print("{:<8} {:>12.4f} {:>12.4f} {:>12.4f}\n", element, errors.rmse(), errors.mae(), errors.largest);
}

void write_files(const std::filesystem::path& folder, const std::vector<LabelledFrame>& frames, const Validation& validation) {
  std::filesystem::create_directories(folder);
  write_whole_file(folder / "energies.csv", energy_csv(frames, validation));
  write_whole_file(folder / "forces.csv", force_csv(frames, validation));
  write_whole_file(folder / "virials.csv", virial_csv(frames, validation));
  write_whole_file(folder / "parity.png", parity_png(frames, validation));
  write_whole_file(folder / "validation.json", validation_json(validation).dump(1) + "\n");
}

}  // namespace

int validate_command(const std::vector<std::string>& words) {
  const ParsedOptions parsed = parse_options(words, validate_options(), {}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("model")) fail_input({"--model", "no model given", "", "a .pb, .dp or .yaml file", "see lamella validate --help"});
  if (!parsed.has("data")) fail_input({"--data", "no data given", "", "a folder of DeePMD sets or an extxyz file", "see lamella validate --help"});
  const int asked = parsed.get<int>("threads");
  if (asked < 0 || asked > 1024) fail_input({"--threads", "out of range", std::to_string(asked), "0 to 1024", ""});
  const DeepPotentialModel model = load_model(parsed.get<std::string>("model"));
  std::vector<LabelledFrame> frames;
  for (const std::string& path : parsed.get<std::vector<std::string>>("data"))
    for (LabelledFrame& frame : read_labelled(path)) frames.push_back(std::move(frame));
  const int threads = asked > 0 ? asked : static_cast<int>(std::max(1u, std::thread::hardware_concurrency()));
  const Progress progress = parsed.has("quiet") ? [](const ProgressReport&) {} : terminal_progress();
  const bool plain = parsed.has("plain");  // frames are small and many: one evaluator of one thread for each core
  const Validation validation = validate(frames, [&] { return plain ? make_plain_evaluator(model) : make_fast_evaluator(model, Precision::double_, 1); }, threads, progress);
  const std::string folder = parsed.get<std::string>("output");
  if (!parsed.has("no-files")) write_files(folder, frames, validation);
  if (validation.overflow > 0) fmt::print(stderr, "lamella: warning: {} neighbours beyond the model's sel were dropped\n", validation.overflow);
  if (parsed.has("quiet")) return 0;
  if (parsed.has("json"))
    fmt::print("{}\n", validation_json(validation).dump(1));
  else
    print_table(validation);
  if (!parsed.has("json") && !parsed.has("no-files")) fmt::print("\nparity data and plot in {}\n", folder);
  return 0;
}

}  // namespace lamella
