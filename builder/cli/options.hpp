#pragma once
#include <boost/program_options.hpp>
#include <string>
#include <vector>

#include "base/progress.hpp"

namespace lamella {

/// Parses `words` against `options` (positional names in order); on --help prints `usage` (examples first) and the options
/// and sets `helped`. Unknown options become Error (bad_input) with the nearest known one.
struct ParsedOptions {
  boost::program_options::variables_map values;
  bool helped = false;
  bool has(const std::string& name) const { return values.count(name) > 0; }
};
ParsedOptions parse_options(const std::vector<std::string>& words, const boost::program_options::options_description& options,
                            const std::vector<std::string>& positional, const std::string& usage);

/// A progress line on standard error, only when that is a terminal; does nothing otherwise.
Progress terminal_progress();

}  // namespace lamella
