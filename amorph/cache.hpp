#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "amorph/layer.hpp"
#include "amorph/quench.hpp"

namespace lamella {

/// $LAMELLA_CACHE, else $XDG_CACHE_HOME/lamella, else ~/.cache/lamella; empty (no cache) for LAMELLA_CACHE=off or without a home.
std::filesystem::path cache_folder();

/// Hash of all that decides a layer's bytes: formula, plane, thickness, recipe, seed, the potential's lines or model file, the
/// version of this module and of LAMMPS.
std::string layer_key(const LayerRequest& request, const MeltPotential& potential);

/// A finished layer from the cache, or none. A file that cannot be read counts as none.
std::optional<AmorphousLayer> cached_layer(const std::string& key);
/// Written whole or not at all; a cache that cannot be written is no error.
void store_layer(const std::string& key, const AmorphousLayer& layer);

/// What a quench has behind it: the state and the record of every stage that counts, and its rewinds.
struct QuenchLog {
  std::vector<MeltState> history;
  std::vector<StageRecord> stages;
  std::vector<Rewind> rewinds;
};

/// States of an unfinished quench in a folder of the cache; a killed one goes on from them to the same bytes.
class MeltStore {
 public:
  /// An empty key, or no cache: remembers nothing.
  explicit MeltStore(const std::string& key);
  /// What was saved, whole stages only; an empty log when nothing usable is there.
  QuenchLog load() const;
  /// After a stage: its state, then the list of what counts (atomically).
  void save(const QuenchLog& log);
  /// The density that a search before the quench found, g/cm3; 0: none.
  double density() const;
  void save_density(double density);
  /// Forgets the folder: the layer is finished.
  void clear();

 private:
  std::filesystem::path folder_;
};

}  // namespace lamella
