#pragma once
#include <filesystem>
#include <optional>
#include <utility>

namespace lamella {

/// A lock on a file (made when missing) that the system lets go of when its process ends, however it ends.
class FileLock {
 public:
  enum class Kind { shared, exclusive };
  /// Waits. Throws Error (while_running) where the file system knows no locks.
  FileLock(const std::filesystem::path& file, Kind kind);
  /// Does not wait: empty when another holds it.
  static std::optional<FileLock> try_lock(const std::filesystem::path& file, Kind kind);
  FileLock(FileLock&& other) noexcept : descriptor_(std::exchange(other.descriptor_, -1)) {}
  FileLock& operator=(FileLock&&) = delete;
  ~FileLock();
  /// From exclusive to shared.
  void share();

 private:
  explicit FileLock(int descriptor) : descriptor_(descriptor) {}
  int descriptor_;
};

}  // namespace lamella
