#include "builder/cli/command.hpp"

namespace lamella {

// One per file: builder/cli/<name>.cpp

std::span<const Command> commands() {
  static const std::vector<Command> all = {
  };
  return all;
}

}  // namespace lamella
