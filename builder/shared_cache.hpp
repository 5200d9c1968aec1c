#pragma once
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

#include "builder/crystalline.hpp"

namespace lamella {

/// Texts kept by the hash of what they were made from, for the points of a sweep: the first process that needs one makes it,
/// others wait for it and read. A default-constructed cache keeps nothing.
class SharedCache {
 public:
  SharedCache() = default;
  explicit SharedCache(std::filesystem::path folder) : folder_(std::move(folder)) {}
  /// `kind` begins the file's name ("melt", "match"); `key` is everything that decides the text, this program aside.
  std::string get(const std::string& kind, const std::string& key, const std::function<std::string()>& make) const;

 private:
  std::filesystem::path folder_;
};

/// "VERSION SHA256" of the running program: what a result made by another one is not taken for.
const std::string& program_identity();

/// The layer file of a glass: the same words of the layer, seed and in-plane cell (to the last bit), the same melt.
std::string shared_melt(const SharedCache& cache, const LayerSpecification& layer, const Specification& specification, const Mat2& plane,
                        const std::function<std::string()>& make);
/// The match of a stack: the same surfaces, limits and glasses, the same match.
Match shared_match(const SharedCache& cache, const std::vector<CrystallineLayer>& layers, const Specification& specification, const std::function<Match()>& make);

}  // namespace lamella
