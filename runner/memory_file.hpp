#pragma once
#include <string>
#include <string_view>

namespace lamella {

/// A file without a disk behind it, for what LAMMPS writes and reads by name: LAMMPS does not look whether its writing worked,
/// and memory does not fill up or fail half-way unseen.
class MemoryFile {
 public:
  /// Throws Error (while_running) where the system has none.
  explicit MemoryFile(std::string_view bytes = {});
  ~MemoryFile();
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;

  std::string path() const;   ///< to be opened by name, in this process
  std::string bytes() const;  ///< what it holds now

 private:
  int descriptor_;
};

}  // namespace lamella
