#pragma once
#include <filesystem>
#include <string>
#include <vector>

namespace lamella {

/// A LAMMPS input as logical lines (comments gone, `&` continuations and triple quotes joined), in the three sections that the
/// exporter's comment lines open: `# --- system`, `# --- start`, `# --- run`.
struct InputScript {
  std::vector<std::string> head;    ///< before `# --- system`: variables
  std::vector<std::string> system;
  std::vector<std::string> start;   ///< left out when a run goes on from a restart
  std::vector<std::string> run;
  /// Whether a run of it can go on from a restart: all three sections are there, no `jump`, `next` or `label`, and no fix
  /// that writes a file.
  bool resumable = false;
  std::string why_not;              ///< what stands against it

  std::vector<std::string> all() const;
  /// Whether it makes or removes atoms on purpose.
  bool changes_atoms() const;
};

/// Throws Error (bad_input) when the file cannot be read.
InputScript read_input_script(const std::filesystem::path& file);
InputScript parse_input_script(const std::string& text);

/// The value of `variable NAME index VALUE` in the script's head, "" where there is none.
std::string index_variable(const InputScript& script, const std::string& name);

}  // namespace lamella
