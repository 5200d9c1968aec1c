#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/build_folder.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "builder/manifest.hpp"
#include "builder/stack.hpp"

namespace lamella {

namespace {

namespace po = boost::program_options;

const char* const usage =
    "examples:\n"
    "  lamella build coated-10.toml -o stack\n"
    "  lamella build coated-10.toml -o thin --set coating.thickness=5 --seed 2\n"
    "  lamella build coated-10.toml -n          what would be built: cell, strain, atoms, vacancies\n"
    "  lamella build stack/spec.toml -o again   the same bytes, without a melt\n\n"
    "Builds, audits and writes a stack: usage `lamella build SPEC -o DIR`\n";

po::options_description build_options() {
  po::options_description options("options");
  options.add_options()
      ("output,o", po::value<std::string>(), "the folder to make")
      ("set", po::value<std::vector<std::string>>()->composing(), "KEY=VALUE over the specification, e.g. coating.thickness=5 (repeatable)")
      ("seed", po::value<std::uint64_t>(), "seed over the specification's")
      ("model", po::value<std::string>(), "a Deep Potential whose type map orders the types")
      ("force,f", "take the place of a folder that is there")
      ("requench", "melt glasses anew, whatever layer files are named")
      ("dry-run,n", "print what would be built, write nothing")
      ("json", "print the manifest (or the plan) as JSON")
      ("quiet,q", "print nothing but errors");
  return options;
}

Specification asked_specification(const ParsedOptions& parsed) {
  std::vector<std::string> overrides;
  if (parsed.has("set")) overrides = parsed.get<std::vector<std::string>>("set");
  if (parsed.has("seed")) overrides.push_back(fmt::format("seed={}", parsed.get<std::uint64_t>("seed")));
  return read_specification(parsed.get<std::string>("spec"), overrides);
}

void print_layers(const std::vector<LayerRecord>& layers) {
  fmt::print("{:<14} {:<9} {:>8} {:>10}  {}\n", "layer", "kind", "atoms", "thickness", "formula");
  for (const LayerRecord& layer : layers) {
    fmt::print("{:<14} {:<9} {:>8} {:>8.2f} A  {}", layer.name, layer.kind, layer.atoms, layer.thickness, layer.formula);
    for (const VacancyResult& v : layer.vacancies) fmt::print("  {} of {} {} vacant", v.removed, v.of, v.species.symbol());
    fmt::print("\n");
  }
}

void print_match(const Match& match) {
  fmt::print("common cell: {:.2f} A^2, a = ({:.3f}, {:.3f}), b = ({:.3f}, {:.3f}) A; largest strain {:.3f} %\n", match.area, match.cell(0, 0), match.cell(0, 1),
             match.cell(1, 0), match.cell(1, 1), 100.0 * match.max_strain);
}

int dry_run(const Specification& specification, bool json) {
  const StackPlan plan = plan_stack(specification);
  if (json) {
    fmt::print("{}\n", plan_json(plan, specification).dump(1));
    return 0;
  }
  print_match(plan.match);
  print_layers(plan.layers);
  fmt::print("{} atoms in all (glasses estimated)\n", plan.atoms);
  return 0;
}

void print_built(const Stack& stack, const std::string& folder) {
  print_match(stack.match);
  print_layers(stack.layers);
  fmt::print("{} atoms, {:.0f} A^3, net charge {:+.0f} e\n", stack.audit.atoms, stack.audit.volume, stack.audit.net_charge);
  fmt::print("next: lamella run {} --protocol relax --steps 200\n", folder);
}

}  // namespace

int build_command(const std::vector<std::string>& words) {
  const ParsedOptions parsed = parse_options(words, build_options(), {"spec"}, usage);
  if (parsed.helped) return 0;
  if (!parsed.has("spec")) fail_input({"build", "no specification", "", "", "usage: lamella build SPEC -o DIR"});
  Specification specification = asked_specification(parsed);
  if (parsed.has("dry-run")) return dry_run(specification, parsed.has("json"));
  if (!parsed.has("output")) fail_input({"build", "no folder to write", "", "", "give one: -o DIR"});
  const std::string folder = parsed.get<std::string>("output");
  FolderOptions options;
  options.replace = parsed.has("force");
  options.progress = parsed.has("quiet") ? [](const ProgressReport&) {} : terminal_progress();
  check_target_free(folder, options.replace);  // before a melt of minutes, not after it
  if (parsed.has("model")) specification.model = std::filesystem::absolute(parsed.get<std::string>("model")).string();
  BuildOptions build;
  build.requench = parsed.has("requench");
  build.progress = options.progress;
  const Stack stack = build_stack(specification, build);
  const nlohmann::ordered_json manifest = write_build_folder(stack, folder, options);
  for (const std::string& warning : stack.warnings) fmt::print(stderr, "lamella: warning: {}\n", warning);
  if (parsed.has("quiet")) return 0;
  if (parsed.has("json")) fmt::print("{}\n", manifest.dump(1));
  else print_built(stack, folder);
  return 0;
}

}  // namespace lamella
