#include "runner/input_script.hpp"

#include <algorithm>
#include <array>
#include <sstream>
#include <string_view>

#include "base/files.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

constexpr std::array<const char*, 3> kMarkers = {"# --- system", "# --- start", "# --- run"};

int marker_of(const std::string& line) {
  for (std::size_t k = 0; k < kMarkers.size(); ++k)
    if (line.starts_with(kMarkers[k])) return static_cast<int>(k);
  return -1;
}

// Everything after a # that stands outside quotes is a comment, as LAMMPS reads it.
std::string without_comment(const std::string& line) {
  char quote = 0;
  for (std::size_t i = 0; i < line.size(); ++i) {
    if (quote) {
      if (line[i] == quote) quote = 0;
    } else if (line[i] == '"' || line[i] == '\'') {
      quote = line[i];
    } else if (line[i] == '#') {
      return line.substr(0, i);
    }
  }
  return line;
}

std::string trimmed(std::string line) {
  while (!line.empty() && std::isspace(static_cast<unsigned char>(line.back()))) line.pop_back();
  return line;
}

int triple_quotes(const std::string& text) {
  int count = 0;
  for (std::size_t at = 0; (at = text.find("\"\"\"", at)) != std::string::npos; at += 3) ++count;
  return count;
}

}  // namespace

InputScript parse_input_script(const std::string& text) {
  InputScript script;
  std::array<std::vector<std::string>*, 4> sections = {&script.head, &script.system, &script.start, &script.run};
  std::array<bool, 3> seen{};
  std::size_t section = 0;
  bool jumps = false, fix_writes = false;
  std::string logical, line;
  std::istringstream lines(text);
  while (std::getline(lines, line)) {
    if (!line.empty() && line.back() == '\r') line.pop_back();
    if (const int marker = marker_of(line); marker >= 0 && logical.empty()) {
      seen[marker] = true;
      section = static_cast<std::size_t>(marker) + 1;
      continue;
    }
    logical += line;
    if (triple_quotes(logical) % 2) {
      logical += "\n";
      continue;
    }
    const std::string bare = trimmed(triple_quotes(logical) ? logical : without_comment(logical));
    if (!bare.empty() && bare.back() == '&') {
      logical = bare.substr(0, bare.size() - 1);
      continue;
    }
    const std::vector<std::string> words = split_words(bare);
    if (!words.empty()) sections[section]->push_back(bare);
    if (!words.empty() && (words[0] == "jump" || words[0] == "next" || words[0] == "label")) jumps = true;
    if (!words.empty() && words[0] == "fix" && std::ranges::find(words, "file") != words.end()) fix_writes = true;
    logical.clear();
  }
  script.resumable = seen[0] && seen[1] && seen[2] && !jumps && !fix_writes;
  if (jumps) script.why_not = "it jumps";
  else if (fix_writes) script.why_not = "a fix of it writes a file, which LAMMPS would begin anew at every checkpoint";
  else if (!script.resumable) script.why_not = "it lacks the comment lines `# --- system`, `# --- start`, `# --- run`";
  return script;
}

bool InputScript::changes_atoms() const {
  static constexpr std::array<std::string_view, 7> words = {"delete_atoms", "create_atoms", "replicate", "deposit", "evaporate", "pour", "gcmc"};
  for (const std::string& line : all()) {
    const std::vector<std::string> in_line = split_words(line);
    for (const std::string_view word : words)
      if (in_line.front() == word || (in_line.front() == "fix" && in_line.size() > 3 && in_line[3] == word)) return true;
  }
  return false;
}

InputScript read_input_script(const std::filesystem::path& file) { return parse_input_script(read_whole_file(file)); }

std::vector<std::string> InputScript::all() const {
  std::vector<std::string> lines;
  for (const auto* section : {&head, &system, &start, &run}) lines.insert(lines.end(), section->begin(), section->end());
  return lines;
}

std::string index_variable(const InputScript& script, const std::string& name) {
  for (const std::string& line : script.head) {
    const std::vector<std::string> words = split_words(line);
    if (words.size() >= 4 && words[0] == "variable" && words[1] == name && words[2] == "index") return words[3];
  }
  return "";
}

}  // namespace lamella
