#pragma once
#include <filesystem>
#include <string>
#include <string_view>

namespace lamella {

/// The whole file as bytes. Throws Error (bad_input) naming the path when it cannot be read.
std::string read_whole_file(const std::filesystem::path& path);

/// Writes a file whole or not at all: temporary name beside it, fsync, rename, fsync of the folder.
/// Throws Error (while_running) with the system's reason; the temporary is removed.
void write_whole_file(const std::filesystem::path& path, std::string_view bytes);

/// fsync of a folder, so that renames in it survive a power cut. Throws Error (while_running) when the device fails; a file
/// system that knows no fsync of folders does not.
void sync_folder(const std::filesystem::path& folder);

/// Lower-case hexadecimal SHA-256 of bytes, or of a file's content.
std::string sha256(std::string_view bytes);
std::string sha256_of_file(const std::filesystem::path& path);

/// Throws Error (bad_input) when `target` exists and is no folder, or is a folder that holds anything while `replace` is false.
void check_target_free(const std::filesystem::path& target, bool replace);

/// A folder that appears whole or not at all: files are written under `path()`, then `commit()` renames it to its target.
/// Destroyed without commit, it is removed. Throws Error (bad_input) when the target exists, holds anything and `replace`
/// is false; with `replace` the old folder is swapped out only at commit.
class StagedFolder {
 public:
  StagedFolder(std::filesystem::path target, bool replace);
  ~StagedFolder();
  StagedFolder(const StagedFolder&) = delete;
  StagedFolder& operator=(const StagedFolder&) = delete;

  const std::filesystem::path& path() const { return staging_; }
  void commit();

 private:
  std::filesystem::path target_, staging_;
  bool replace_, committed_ = false;
};

}  // namespace lamella
