#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>
#include <exception>
#include <new>

#include "base/error.hpp"
#include "base/version.hpp"
#include "base/words.hpp"
#include "builder/cli/command.hpp"
#include "runner/deep_potential/fast_evaluator.hpp"

namespace lamella {

namespace {

void print_help() {
  fmt::print("lamella {}: solid-solid interface stacks, from a specification to a running Deep Potential simulation\n\n", version());
  fmt::print("examples:\n"
             "  lamella build structures/presets/coated-10.toml -o stack\n"
             "  lamella run stack --protocol relax --steps 200\n"
             "  lamella analyze stack && lamella report stack\n\n"
             "commands:\n");
  for (const Command& command : commands()) fmt::print("  {:<10} {}\n", command.name, command.summary);
  fmt::print("\n`lamella COMMAND --help` says more. `lamella --version` prints the version.\n");
}

const Command& find_command(const std::string& name) {
  std::vector<std::string> known;
  for (const Command& command : commands()) {
    if (command.name == name) return command;
    known.push_back(command.name);
  }
  const std::string near = nearest_word(name, known);
  fail_input({"command line", "unknown command", "'" + name + "'", "",
              near.empty() ? "see `lamella --help`" : "did you mean '" + near + "'?"});
}

int run_words(const std::vector<std::string>& words) {
  if (words.empty() || words[0] == "--help" || words[0] == "-h" || words[0] == "help") {
    print_help();
    return words.empty() ? static_cast<int>(Failure::bad_input) : 0;
  }
  if (words[0] == "--version" || words[0] == "-V") {
    fmt::print("lamella {}\nDeep Potential kernels: {}\n", version(), kernel_name());
    return 0;
  }
  return find_command(words[0]).run({words.begin() + 1, words.end()});
}

int report(Failure failure, const std::string& text) {
  std::fflush(stdout);
  fmt::print(stderr, "lamella: error: {}\n", text);
  return static_cast<int>(failure);
}

}  // namespace

int run_command_line(int argc, char** argv) {
  try {
    const int status = run_words({argv + 1, argv + argc});
    // A full disk or a closed pipe behind standard output must not look like success.
    if (std::fflush(stdout) != 0) return report(Failure::while_running, "standard output: cannot write; is the disk full or the pipe closed?");
    return status;
  } catch (const Error& error) {
    return report(error.failure(), error.what());
  } catch (const std::bad_alloc&) {
    return report(Failure::while_running, "memory: not enough for this; use a smaller cell or fewer atoms");
  } catch (const std::exception& error) {
    return report(Failure::while_running, fmt::format("internal: {}; please report this", error.what()));
  }
}

}  // namespace lamella
