// builder/cli: the command line, one file per subcommand. Parses, calls the library, prints results; no science here.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "base/progress.hpp"

namespace lamella {

/// A subcommand: its name, one line for `lamella --help`, and what runs it with the words after its name.
/// `run` returns the exit status; errors are thrown.
struct Command {
  std::string name;
  std::string summary;
  int (*run)(const std::vector<std::string>& words);
};

/// Every subcommand registers in commands.cpp, in the order of `--help`.
std::span<const Command> commands();

/// Exit status of the whole program; prints `lamella: error: ...` to standard error.
int run_command_line(int argc, char** argv);

}  // namespace lamella
