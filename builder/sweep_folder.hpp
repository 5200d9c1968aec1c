#pragma once
#include <filesystem>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "base/file_lock.hpp"
#include "builder/stack.hpp"

namespace lamella {

/// What a finished point was made from. A point counts as done only while all of it still holds.
struct PointMarker {
  std::string specification;         ///< sha256 of its canonical text
  std::vector<InputFile> inputs;     ///< crystals, layer files, the model: as the specification names them
  std::string program;               ///< version and sha256 of the program file

  /// The marker's text but for the manifest's hash.
  nlohmann::ordered_json json() const;
};

/// Hashes of input files, each read once for as long as this lives: many points name the same crystals.
class InputHashes {
 public:
  /// Reads and hashes whatever `specification` names. Throws Error (bad_input) for a missing file.
  PointMarker marker_of(const Specification& specification);

 private:
  std::map<std::string, std::string> crystals_, files_;
};

/// The folder of a sweep: points, markers, cache. Several processes may work in it; what a killed one left is swept away by
/// the next that starts alone, and a point's leftovers by whoever takes the point.
class SweepFolder {
 public:
  explicit SweepFolder(const std::filesystem::path& root);

  const std::filesystem::path& root() const { return root_; }
  std::filesystem::path point(const std::string& name) const { return root_ / name; }
  std::filesystem::path cache() const { return root_ / ".sweep" / "cache"; }
  /// Waits until nobody else builds this point, and removes what a killed builder left of it.
  FileLock take(const std::string& name) const;
  /// The point's manifest when its marker holds `marker` and every file of the manifest is as it was written; else nothing.
  std::optional<nlohmann::ordered_json> finished(const std::string& name, const PointMarker& marker) const;
  /// Written last, atomically: from now on the point is done.
  void finish(const std::string& name, const PointMarker& marker) const;
  /// A folder of that name holding files that no manifest knows (runs, notes) is moved aside, never overwritten; its new name.
  std::string move_aside(const std::string& name) const;

 private:
  std::filesystem::path marker_file(const std::string& name) const { return root_ / ".sweep" / "done" / (name + ".json"); }
  void clean_leftovers() const;

  std::filesystem::path root_;
  std::optional<FileLock> lock_;
};

}  // namespace lamella
