#pragma once
#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "base/progress.hpp"

namespace lamella {

struct ParsedOptions {
  boost::program_options::variables_map values;
  bool helped = false;  ///< --help was given and answered: return 0
  bool has(const std::string& name) const { return values.count(name) > 0; }
  template <class T>
  T get(const std::string& name) const { return values[name].as<T>(); }
};

/// Parses `words` against `options`; `positional` names the arguments without dashes in order ("spec", or "words..." for all
/// the rest as a vector of strings). On --help prints `usage` (examples first) and the options. Unknown options become
/// Error (bad_input) with the nearest known one.
ParsedOptions parse_options(const std::vector<std::string>& words, const boost::program_options::options_description& options,
                            const std::vector<std::string>& positional, const std::string& usage);

/// What a command's --help tells, for the manual and for shell completion.
struct HelpText {
  struct Option {
    std::string name, letter;  ///< "output", "o"; letter empty where there is none
    bool takes_value = false;
    std::string standard;      ///< the default, empty where there is none
    std::string description;
  };
  std::string usage;
  std::vector<Option> options;
};

/// Answers --help: prints `usage` (examples first) and `options`, or hands them to help_of.
void answer_help(const std::string& usage, const boost::program_options::options_description& options);

/// The help of a command as data, asked from the command itself: it cannot go stale.
HelpText help_of(int (*command)(const std::vector<std::string>& words));

/// "Li,Co,O" as words; blanks part them too.
std::vector<std::string> comma_words(std::string text);

/// A progress line on standard error, only when that is a terminal; does nothing otherwise.
Progress terminal_progress();

}  // namespace lamella
