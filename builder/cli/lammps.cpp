#include <fmt/format.h>
#include <unistd.h>

#include <charconv>

#include "base/error.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"
#include "runner/engine.hpp"
#include "runner/lammps_bridge.hpp"

namespace lamella {

namespace {

const char* kHelp =
    "examples:\n"
    "  lamella lammps -in in.lammps\n"
    "  lamella lammps -in in.lammps -var steps 1000 -log run.log --threads 4\n"
    "  mpirun -n 2 lamella lammps -in in.lammps --precision double\n\n"
    "LAMMPS itself, with the native `pair_style deepmd`: an input written for deepmd-kit's lmp runs unchanged, any flag of lmp\n"
    "is passed on (https://docs.lammps.org/Run_options.html).\n";

/// Ours alone, for --help: the words are sorted by hand, as LAMMPS's flags have one dash and any number of values.
boost::program_options::options_description own_options() {
  boost::program_options::options_description options("options of lamella");
  options.add_options()
      ("threads", boost::program_options::value<int>(), "threads of the potential in each rank (else OMP_NUM_THREADS, else all cores, shared among the ranks)")
      ("precision", boost::program_options::value<std::string>()->default_value("mixed"), "mixed or double")
      ("backend", boost::program_options::value<std::string>()->default_value("native"), "native, plain (slow, the reference), deepmd (deepmd-kit's own library, for other models)");
  return options;
}

struct Words {
  EngineOptions options;
  bool helped = false;
};

int thread_count(const std::string& text) {
  int threads = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), threads);
  if (code != std::errc() || end != text.data() + text.size() || threads < 1 || threads > 4096)
    fail_input({"--threads", "not a number of threads", text, "1 to 4096", ""});
  return threads;
}

// Our own options may stand anywhere; everything else is LAMMPS's.
Words sort_words(const std::vector<std::string>& words) {
  Words sorted;
  sorted.options.log = "";
  sorted.options.screen = true;
  sorted.options.precision = Precision::mixed;
  for (std::size_t i = 0; i < words.size(); ++i) {
    std::string name = words[i], value;
    const bool joined = name.starts_with("--") && name.find('=') != std::string::npos;
    if (joined) value = name.substr(name.find('=') + 1), name = name.substr(0, name.find('='));
    if (name == "--help" || name == "-h" || name == "-help") sorted.helped = true;
    if (name != "--threads" && name != "--precision" && name != "--backend") {
      sorted.options.arguments.push_back(words[i]);
      continue;
    }
    if (!joined && ++i == words.size()) fail_input({name, "without a value", "", "", "see lamella lammps --help"});
    if (!joined) value = words[i];
    if (name == "--threads") sorted.options.threads = thread_count(value);
    else if (name == "--backend") sorted.options.backend = value;
    else if (value == "double" || value == "mixed") sorted.options.precision = value == "double" ? Precision::double_ : Precision::mixed;
    else fail_input({"--precision", "unknown", value, "double, mixed", ""});
  }
  return sorted;
}

bool names_input(const std::vector<std::string>& words) {
  for (const std::string& word : words)
    if (word == "-in" || word == "-i" || word == "-r2data" || word == "-r2dump" || word.starts_with("-restart2")) return true;
  return false;
}

}  // namespace

int lammps_command_line(const std::vector<std::string>& words) {
  const Words sorted = sort_words(words);
  if (sorted.helped) {
    answer_help(kHelp, own_options());
    return 0;
  }
  if (!names_input(sorted.options.arguments) && isatty(STDIN_FILENO))
    fail_input({"lamella lammps", "no input", "", "", "lamella lammps -in FILE"});
  try {
    Engine engine(sorted.options);
    return engine.given_input();
  } catch (const Error& error) {
    if (bridge::mpi_rank() == 0) throw;
    return static_cast<int>(error.failure());  // one report is enough
  }
}

}  // namespace lamella
