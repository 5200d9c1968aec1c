#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/version.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "runner/lammps_bridge.hpp"
#include "runner/self_check.hpp"

namespace lamella {

int doctor_command(const std::vector<std::string>& words) {
  boost::program_options::options_description options("options");
  options.add_options()("json", "machine-readable");
  const ParsedOptions parsed = parse_options(words, options, {},
                                             "examples:\n  lamella doctor\n  mpirun -n 2 lamella doctor\n\n"
                                             "Checks the installation: libraries, ranks, bundled files, a ten-step run, forces against deepmd-kit's.\n");
  if (parsed.helped) return 0;
  const std::vector<CheckedItem> items = check_installation();
  bool good = true;
  nlohmann::ordered_json json{{"lamella", version()}, {"checks", nlohmann::ordered_json::array()}};
  for (const CheckedItem& item : items) {
    good = good && item.good;
    json["checks"].push_back({{"name", item.name}, {"good", item.good}, {"found", item.found}, {"hint", item.hint}});
  }
  if (bridge::mpi_rank() != 0) return good ? 0 : 1;
  if (parsed.has("json")) {
    fmt::print("{}\n", json.dump(2));
    return good ? 0 : 1;
  }
  fmt::print("lamella {}\n", version());
  for (const CheckedItem& item : items) {
    fmt::print("  {} {:<18} {}\n", item.good ? "ok  " : "BAD ", item.name, item.found);
    if (!item.good && !item.hint.empty()) fmt::print("       {:<18} {}\n", "", item.hint);
  }
  fmt::print("{}\n", good ? "everything works. next: lamella build structures/presets/coated-10.toml -o stack" : "something is wrong, see above");
  return good ? 0 : 1;
}

}  // namespace lamella
