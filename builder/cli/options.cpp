#include "builder/cli/options.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <sstream>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {

namespace po = boost::program_options;

namespace {

std::vector<std::string> long_names(const po::options_description& options) {
  std::vector<std::string> names;
  for (const auto& option : options.options()) names.push_back(option->long_name());
  return names;
}

[[noreturn]] void unknown_option(const std::string& written, const po::options_description& options) {
  const std::string bare = written.substr(std::min(written.size(), written.find_first_not_of('-')));
  const std::string near = nearest_word(bare.substr(0, bare.find('=')), long_names(options));
  fail_input({"command line", "unknown option", "'" + written + "'", "", near.empty() ? "see --help" : "did you mean '--" + near + "'?"});
}

HelpText* asked_help = nullptr;  // where --help goes while help_of asks

HelpText::Option described(const po::option_description& option) {
  HelpText::Option described;
  described.name = option.long_name();
  const std::string letter = option.canonical_display_name(po::command_line_style::allow_dash_for_short);
  if (letter.size() == 2 && letter[0] == '-') described.letter = letter.substr(1);
  described.takes_value = option.semantic()->max_tokens() > 0;
  const std::string value = option.semantic()->name();  // "arg (=8)"
  if (const std::size_t at = value.find("(="); at != std::string::npos) described.standard = value.substr(at + 2, value.rfind(')') - at - 2);
  described.description = option.description();
  return described;
}

}  // namespace

void answer_help(const std::string& usage, const po::options_description& options) {
  if (asked_help) {
    asked_help->usage = usage;
    for (const auto& option : options.options()) asked_help->options.push_back(described(*option));
    return;
  }
  std::ostringstream text;
  text << usage << "\n" << options;
  fmt::print("{}", text.str());
}

HelpText help_of(int (*command)(const std::vector<std::string>&)) {
  HelpText help;
  asked_help = &help;
  try {
    command({"--help"});
  } catch (...) {
    asked_help = nullptr;
    throw;
  }
  asked_help = nullptr;
  return help;
}

ParsedOptions parse_options(const std::vector<std::string>& words, const po::options_description& options,
                            const std::vector<std::string>& positional, const std::string& usage) {
  po::options_description visible = options, all = options;
  visible.add_options()("help,h", "print this");
  all.add_options()("help,h", "");
  po::positional_options_description places;
  for (std::size_t i = 0; i < positional.size(); ++i) {
    const bool rest = positional[i].ends_with("...");
    const std::string name = rest ? positional[i].substr(0, positional[i].size() - 3) : positional[i];
    places.add(name.c_str(), rest ? -1 : 1);
    if (!all.find_nothrow(name, false)) {
      if (rest) all.add_options()(name.c_str(), po::value<std::vector<std::string>>());
      else all.add_options()(name.c_str(), po::value<std::string>());
    }
  }
  ParsedOptions parsed;
  try {
    // No guessing: `--thick` is an error with a suggestion, so that a script never changes its meaning with a new option.
    const int style = po::command_line_style::unix_style & ~po::command_line_style::allow_guessing;
    po::store(po::command_line_parser(words).options(all).positional(places).style(style).run(), parsed.values);
    po::notify(parsed.values);
  } catch (const po::unknown_option& error) {
    unknown_option(error.get_option_name(), options);
  } catch (const po::too_many_positional_options_error&) {
    fail_input({"command line", "too many arguments", fmt::format("'{}'", fmt::join(words, " ")), "", "see --help"});
  } catch (const po::error& error) {
    fail_input({"command line", error.what(), "", "", "see --help"});
  }
  if (parsed.has("help")) {
    answer_help(usage, visible);
    parsed.helped = true;
  }
  return parsed;
}

std::vector<std::string> comma_words(std::string text) {
  std::replace(text.begin(), text.end(), ',', ' ');
  return split_words(text);
}

Progress terminal_progress() {
  if (!isatty(STDERR_FILENO)) return [](const ProgressReport&) {};
  return [](const ProgressReport& report) {
    std::string line = report.task;
    if (report.fraction >= 0.0) line += fmt::format(" {:5.1f} %", 100.0 * report.fraction);
    if (!report.detail.empty()) line += "  " + report.detail;
    fmt::print(stderr, "\r\033[K{}", line.substr(0, 110));
    if (report.fraction >= 1.0) fmt::print(stderr, "\n");
    std::fflush(stderr);
  };
}

}  // namespace lamella
