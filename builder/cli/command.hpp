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

/// Every subcommand registers here, in the order of `--help` (builder/cli/commands.cpp).
std::span<const Command> commands();

/// Exit status of the whole program; prints `lamella: error: ...` to standard error.
int run_command_line(int argc, char** argv);

// One per file: builder/cli/<name>.cpp
int build_command(const std::vector<std::string>& words);
int slab_command(const std::vector<std::string>& words);
int match_command(const std::vector<std::string>& words);
int quench_command(const std::vector<std::string>& words);
int energy_command(const std::vector<std::string>& words);
int info_command(const std::vector<std::string>& words);
int run_protocol_command(const std::vector<std::string>& words);
int lammps_command_line(const std::vector<std::string>& words);

}  // namespace lamella
