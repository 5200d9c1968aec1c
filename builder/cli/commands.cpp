#include "builder/cli/command.hpp"

namespace lamella {

// One per file: builder/cli/<name>.cpp
int energy_command(const std::vector<std::string>& words);
int info_command(const std::vector<std::string>& words);

std::span<const Command> commands() {
  static const std::vector<Command> all = {
      {"energy", "energy, forces and virial of a structure under a model", energy_command},
      {"info", "what a Deep Potential is: descriptor, sizes, cut-offs, types, hash", info_command},
  };
  return all;
}

}  // namespace lamella
