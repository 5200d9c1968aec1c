// Shell completion, written from what every command's own --help says.
#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "builder/cli/command.hpp"
#include "builder/cli/options.hpp"

namespace lamella {
namespace {

namespace po = boost::program_options;

const char* const usage =
    "examples:\n"
    "  lamella completion zsh > ~/.zfunc/_lamella                     with ~/.zfunc in fpath\n"
    "  lamella completion fish > ~/.config/fish/completions/lamella.fish\n"
    "  source <(lamella completion bash)                              in this shell\n\n"
    "lamella completion bash|zsh|fish: prints the script. Installed packages carry all three.\n";

/// The words that an option's value is one of; any other value is a file or free text.
std::string choices(const std::string& option) {
  static const std::map<std::string, std::string> words = {
      {"precision", "double mixed"}, {"protocol", "relax reaction diffusion"}, {"backend", "native plain deepmd"}, {"script", "slurm"}};
  const auto found = words.find(option);
  return found == words.end() ? "" : found->second;
}

std::string spelled(const HelpText& help) {
  std::string words;
  for (const HelpText::Option& option : help.options) {
    if (!option.letter.empty()) words += "-" + option.letter + " ";
    words += "--" + option.name + " ";
  }
  if (!words.empty()) words.pop_back();
  return words;
}

/// For between single quotes.
std::string quoted(const std::string& text, const std::string& quote) {
  std::string out;
  for (const char c : text) {
    if (c == '\'') out += quote;
    else out += c == '\n' ? ' ' : c;
  }
  return out;
}

void print_bash() {
  std::string names;
  for (const Command& command : commands()) names += (names.empty() ? "" : " ") + command.name;
  fmt::print("# bash completion for lamella\n_lamella() {{\n"
             "  local word=${{COMP_WORDS[COMP_CWORD]}} before=${{COMP_WORDS[COMP_CWORD-1]}} options=\n  COMPREPLY=()\n"
             "  if [ \"$COMP_CWORD\" -eq 1 ]; then\n    COMPREPLY=($(compgen -W '{} --help --version' -- \"$word\"))\n    return\n  fi\n  case $before in\n",
             names);
  for (const char* option : {"precision", "protocol", "backend", "script"})
    fmt::print("    --{}) COMPREPLY=($(compgen -W '{}' -- \"$word\")); return ;;\n", option, choices(option));
  fmt::print("  esac\n  case ${{COMP_WORDS[1]}} in\n");
  for (const Command& command : commands()) {
    if (command.name == "completion") fmt::print("    completion) options='bash zsh fish --help'; COMPREPLY=($(compgen -W \"$options\" -- \"$word\")); return ;;\n");
    else fmt::print("    {}) options='{}' ;;\n", command.name, spelled(help_of(command.run)));
  }
  fmt::print("  esac\n  case $word in\n    -*) COMPREPLY=($(compgen -W \"$options\" -- \"$word\")) ;;\n    *) COMPREPLY=($(compgen -f -- \"$word\")); compopt -o filenames 2>/dev/null ;;\n  esac\n}}\n"
             "complete -F _lamella lamella\n");
}

/// Zsh reads brackets and colons inside a description.
std::string zsh_text(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '[' || c == ']' || c == ':' || c == '\\') out += '\\';
    out += c;
  }
  return quoted(out, "'\\''");
}

void print_zsh() {
  fmt::print("#compdef lamella\n_lamella() {{\n  local -a commands\n  commands=(\n");
  for (const Command& command : commands()) fmt::print("    '{}:{}'\n", command.name, quoted(command.summary, "'\\''"));
  fmt::print("  )\n  if (( CURRENT == 2 )); then\n    _describe command commands\n    return\n  fi\n  case $words[2] in\n");
  for (const Command& command : commands()) {
    fmt::print("    {})\n      _arguments -s", command.name);
    for (const HelpText::Option& option : help_of(command.run).options) {
      const std::string words = choices(option.name);
      const std::string value = !option.takes_value ? "" : words.empty() ? ":value:_files" : ":value:(" + words + ")";
      const std::string star = option.takes_value ? "*" : "";
      if (!option.letter.empty()) fmt::print(" \\\n        '{}-{}[{}]{}'", star, option.letter, zsh_text(option.description), value);
      fmt::print(" \\\n        '{}--{}{}[{}]{}'", star, option.name, option.takes_value ? "=" : "", zsh_text(option.description), value);
    }
    fmt::print(" \\\n        '*:file:{}' ;;\n", command.name == "completion" ? "(bash zsh fish)" : "_files");
  }
  fmt::print("  esac\n}}\n"
             "if [ \"$funcstack[1]\" = _lamella ]; then _lamella \"$@\"; else compdef _lamella lamella; fi\n");
}

void print_fish() {
  fmt::print("# fish completion for lamella\n");
  for (const Command& command : commands())
    fmt::print("complete -c lamella -n __fish_use_subcommand -f -a {} -d '{}'\n", command.name, quoted(command.summary, "\\'"));
  for (const Command& command : commands()) {
    for (const HelpText::Option& option : help_of(command.run).options) {
      fmt::print("complete -c lamella -n '__fish_seen_subcommand_from {}' -l {}", command.name, option.name);
      if (!option.letter.empty()) fmt::print(" -s {}", option.letter);
      if (option.takes_value) fmt::print(" -r");
      if (const std::string words = choices(option.name); !words.empty()) fmt::print(" -f -a '{}'", words);
      fmt::print(" -d '{}'\n", quoted(option.description, "\\'"));
    }
    if (command.name == "completion") fmt::print("complete -c lamella -n '__fish_seen_subcommand_from completion' -f -a 'bash zsh fish'\n");
  }
}

}  // namespace

int completion_command(const std::vector<std::string>& words) {
  const ParsedOptions parsed = parse_options(words, po::options_description("options"), {"shell"}, usage);
  if (parsed.helped) return 0;
  const std::string shell = parsed.has("shell") ? parsed.get<std::string>("shell") : "";
  if (shell == "bash") print_bash();
  else if (shell == "zsh") print_zsh();
  else if (shell == "fish") print_fish();
  else fail_input({"completion", shell.empty() ? "no shell named" : "unknown shell", shell.empty() ? "" : "'" + shell + "'", "bash, zsh, fish", ""});
  return 0;
}

}  // namespace lamella
