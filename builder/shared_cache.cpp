#include "builder/shared_cache.hpp"

#include <fmt/format.h>

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/file_lock.hpp"
#include "base/files.hpp"
#include "base/version.hpp"

namespace lamella {

namespace {

using Json = nlohmann::ordered_json;

std::string exact(const Mat2& m) { return fmt::format("{:a} {:a} {:a} {:a}\n", m(0, 0), m(0, 1), m(1, 0), m(1, 1)); }

/// Numbers as JSON come back to the last bit: the shortest digits that do.
Json matrix(const auto& m) { return {m(0, 0), m(0, 1), m(1, 0), m(1, 1)}; }
template <class M>
M matrix_of(const Json& json) {
  M m;
  for (int i = 0; i < 4; ++i) m(i / 2, i % 2) = json.at(static_cast<std::size_t>(i)).get<typename M::Scalar>();
  return m;
}

std::string text_of(const Match& match) {
  Json layers = Json::array();
  for (const LayerMatch& l : match.layers)
    layers.push_back({{"name", l.name}, {"matrix", matrix(l.matrix)}, {"strain", matrix(l.strain)}, {"rotation", l.rotation}, {"von_mises", l.von_mises}, {"energy_per_area", l.energy_per_area}});
  return Json{{"area", match.area}, {"max_strain", match.max_strain}, {"atoms", match.atoms}, {"multiplicity", match.multiplicity}, {"cell", matrix(match.cell)}, {"layers", layers}}.dump(1) + "\n";
}

Match match_of(const std::string& text) {
  const Json json = Json::parse(text);
  Match match;
  match.area = json.at("area").get<double>();
  match.max_strain = json.at("max_strain").get<double>();
  match.atoms = json.at("atoms").get<long>();
  match.multiplicity = json.at("multiplicity").get<long>();
  match.cell = matrix_of<Mat2>(json.at("cell"));
  for (const Json& l : json.at("layers"))
    match.layers.push_back({l.at("name").get<std::string>(), matrix_of<Int2x2>(l.at("matrix")), matrix_of<Mat2>(l.at("strain")), l.at("rotation").get<double>(),
                            l.at("von_mises").get<double>(), l.at("energy_per_area").get<double>()});
  return match;
}

/// What a match cannot depend on is left out of its key, so that points which differ in it share the match.
std::string words_of_match(Specification specification) {
  specification.seed = 0;
  specification.title.clear();
  specification.types.clear();
  specification.model.clear();
  for (LayerSpecification& layer : specification.layers) {
    layer.vacancies.clear();
    layer.shift.reset();
    layer.structure.clear();
    layer.sha256.clear();
  }
  return specification_text(specification);
}

}  // namespace

const std::string& program_identity() {
  static const std::string identity = fmt::format("{} {}", version(), sha256_of_file("/proc/self/exe"));
  return identity;
}

std::string SharedCache::get(const std::string& kind, const std::string& key, const std::function<std::string()>& make) const {
  if (folder_.empty()) return make();
  const std::filesystem::path file = folder_ / fmt::format("{}-{}", kind, sha256(program_identity() + "\n" + key));
  const FileLock lock(file.string() + ".lock", FileLock::Kind::exclusive);
  std::error_code ec;
  if (std::filesystem::is_regular_file(file, ec)) return read_whole_file(file);
  const std::string text = make();
  write_whole_file(file, text);
  return text;
}

std::string shared_melt(const SharedCache& cache, const LayerSpecification& layer, const Specification& specification, const Mat2& plane,
                        const std::function<std::string()>& make) {
  Specification alone;  // every word of the layer that the canonical text writes, whatever is added to recipes later
  alone.seed = specification.seed;
  alone.layers = {layer};
  alone.layers.front().vacancies.clear();
  alone.layers.front().shift.reset();
  alone.layers.front().coating = false;
  std::string key = specification_text(alone) + exact(plane);
  std::error_code ec;  // a potential may be a model's file
  if (std::filesystem::is_regular_file(layer.quench.potential, ec)) key += sha256_of_file(layer.quench.potential);
  return cache.get("melt", key, make);
}

Match shared_match(const SharedCache& cache, const std::vector<CrystallineLayer>& layers, const Specification& specification, const std::function<Match()>& make) {
  std::string key = words_of_match(specification);
  for (const CrystallineLayer& layer : layers) {
    key += fmt::format("{} {} {:a}\n", layer.match.name, layer.match.atoms_per_cell, layer.match.thickness) + exact(layer.match.basis);
    if (layer.match.plane_stiffness)
      for (const double c : layer.match.plane_stiffness->reshaped()) key += fmt::format("{:a} ", c);
  }
  return match_of(cache.get("match", key, [&] { return text_of(make()); }));
}

}  // namespace lamella
