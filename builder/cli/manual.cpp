// The manual page, written from what every command's own --help says.
#include <fmt/format.h>

#include "base/version.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;

const char* const usage =
    "examples:\n"
    "  lamella manual | man -l -\n"
    "  lamella manual > lamella.1\n\n"
    "Prints the manual page of lamella and all its commands (roff). Installed packages carry it: man lamella.\n";

/// Text as roff takes it: no requests at the start of a line, dashes that can be copied.
std::string roff(const std::string& text) {
  std::string out;
  bool line_start = true;
  for (const char c : text) {
    if (line_start && (c == '.' || c == '\'')) out += "\\&";
    if (c == '\\') out += "\\e";
    else if (c == '-') out += "\\-";
    else if (c == '\'') out += "\\(aq";
    else if (c == '`') out += "\\(ga";
    else if (c == '^') out += "\\(ha";
    else if (c == '~') out += "\\(ti";
    else out += c;
    line_start = c == '\n';
  }
  return out;
}

std::string option_entry(const HelpText::Option& option) {
  std::string head;
  if (!option.letter.empty()) head = "\\fB\\-" + roff(option.letter) + "\\fR, ";
  head += "\\fB\\-\\-" + roff(option.name) + "\\fR";
  if (option.takes_value) head += " \\fIvalue\\fR";
  std::string text = roff(option.description);
  if (!option.standard.empty()) text += " (default " + roff(option.standard) + ")";
  return ".TP\n" + head + "\n" + text + "\n";
}

std::string command_section(const Command& command) {
  const HelpText help = help_of(command.run);
  std::string text = ".SS lamella " + command.name + "\n" + roff(command.summary) + ".\n.PP\n.nf\n" + roff(help.usage);
  if (!text.ends_with('\n')) text += '\n';
  text += ".fi\n";
  for (const HelpText::Option& option : help.options) text += option_entry(option);
  return text;
}

}  // namespace

int manual_command(const std::vector<std::string>& words) {
  if (parse_options(words, po::options_description("options"), {}, usage).helped) return 0;
  // No date: the page is a build product, and the same source gives the same bytes.
  fmt::print(".TH LAMELLA 1 \"\" \"lamella {0}\" \"User Commands\"\n.SH NAME\nlamella \\- solid\\-solid interface stacks, from a specification to a running Deep Potential simulation\n"
             ".SH SYNOPSIS\n.B lamella\n.I command\n.RI [ option ...]\n"
             ".SH DESCRIPTION\nBuilds stacks of crystals and amorphous layers from one small TOML file, writes inputs for LAMMPS, VASP, DeePMD\\-kit and DP\\-GEN, runs them in an\n"
             "embedded LAMMPS under a Deep Potential, and analyses the trajectories.\n"
             ".SH COMMANDS\n",
             version());
  for (const Command& command : commands()) fmt::print("{}", command_section(command));
  fmt::print(".SH ENVIRONMENT\n"
             ".TP\n.B LAMELLA_STRUCTURES\nfolder of bundled crystals, presets and the potential, over the installed one\n"
             ".TP\n.B OMP_NUM_THREADS\nthreads of the potential where \\fB\\-\\-threads\\fR is not given to \\fBlamella lammps\\fR\n"
             ".TP\n.B LAMELLA_DEEPMD\nfolder of a deepmd\\-kit installation, for \\fB\\-\\-backend deepmd\\fR\n"
             ".SH EXIT STATUS\n0 done; 1 failed while running; 2 the command line or the specification is wrong; 130 interrupted with its state saved.\n"
             ".SH SEE ALSO\n.BR lmp (1),\nthe method: 10.1002/adfm.202402993\n");
  return 0;
}

}  // namespace lamella
