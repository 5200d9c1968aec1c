#pragma once
#include <functional>
#include <string>
#include <unordered_map>
#include <vector>

#include "observe/trajectory.hpp"

namespace lamella {

/// How an error of a reader is thrown: with its file, frame and line.
using FailHere = std::function<void(const std::string& what, const std::string& got, const std::string& hint)>;

/// What a frame says of its atoms, in the file's order. `types` or `elements` may be empty.
struct FileAtoms {
  std::vector<long> ids;
  std::vector<int> types;
  std::vector<Element> elements;
  std::vector<int> layer_of;
  std::vector<std::string> layer_names;
};

/// Finite and within 1e8 A of the box: what floor() and the neighbour bins can count with.
bool is_position(const Vec3& r);

/// The census: fixes order and identity with the first frame, and tells for later frames which row is which atom.
class AtomTable {
 public:
  /// Sorts by id, takes elements and layers from the options' reference where there is one. Errors through `fail`.
  TrajectoryAtoms establish(const FileAtoms& first, const TrajectoryOptions& options, const FailHere& fail);
  /// order[row] = index of the atom in that row; an atom missing or doubled is named by id, layer and last position.
  void order_of(const std::vector<long>& ids, const TrajectoryAtoms& atoms, const std::vector<Cartesian>& last, std::vector<int>& order, const FailHere& fail);

 private:
  int index_of(long id) const;
  std::vector<int> dense_;  // index by id - first id, where ids are dense
  long first_ = 0;
  std::unordered_map<long, int> sparse_;
  std::vector<char> seen_;
};

}  // namespace lamella
