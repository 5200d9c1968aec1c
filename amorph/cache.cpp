#include "amorph/cache.hpp"

#include <fmt/format.h>

#include <cstdlib>

#include "amorph/layer_file.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

namespace lamella {
namespace {

/// Raise it when the way from request to bytes changes: old layers are then made anew.
constexpr const char* way = "amorph-7 lammps-2021-09-29";

/// The crystals around a confined melt, to the last bit; empty without them.
std::string words_of(const std::optional<Confinement>& between) {
  if (!between) return "";
  std::string text = fmt::format("|{:a}", between->gap);
  for (const Slab* slab : {&between->below, &between->above})
    for (std::size_t i = 0; i < slab->size(); ++i)
      text += fmt::format("|{} {:a} {:a} {:a}", slab->elements[i].symbol(), slab->positions[i].x(), slab->positions[i].y(), slab->positions[i].z());
  return text;
}

std::filesystem::path layer_path(const std::string& key) { return cache_folder() / "layers" / (key + ".extxyz"); }

}  // namespace

std::filesystem::path cache_folder() {
  if (const char* named = std::getenv("LAMELLA_CACHE")) {
    if (std::string(named) == "off" || !*named) return {};
    return named;
  }
  if (const char* xdg = std::getenv("XDG_CACHE_HOME"); xdg && *xdg) return std::filesystem::path(xdg) / "lamella";
  if (const char* home = std::getenv("HOME"); home && *home) return std::filesystem::path(home) / ".cache" / "lamella";
  return {};
}

std::string layer_key(const LayerRequest& request, const MeltPotential& potential) {
  const QuenchRecipe& r = request.recipe;
  const Mat2& p = request.plane;
  return sha256(fmt::format("{}|{}|{:.17g},{:.17g},{:.17g},{:.17g}|{:.17g}|{}|{}|{}|{:.17g},{:.17g},{:.17g},{:.17g},{:.17g}|{}|{:.17g}|{},{:.17g},{},{}|{}|{:.17g},{:.17g},{:.17g},{:.17g}",
                            way, to_string(request.formula), p(0, 0), p(0, 1), p(1, 0), p(1, 1), request.thickness, potential.name, potential.sha256,
                            potential.timestep, r.melt, r.hold, r.rate, r.final, r.final_hold, chosen_method(r, request.thickness, potential), r.density,
                            r.rewinds, r.crystal_share, r.require_amorphous, r.tries, request.seed, r.bond, r.regular_t, r.regular_q, r.release) +
                words_of(request.between));
}

std::optional<AmorphousLayer> cached_layer(const std::string& key) {
  const std::filesystem::path path = cache_folder().empty() ? std::filesystem::path() : layer_path(key);
  std::error_code ignored;
  if (path.empty() || !std::filesystem::exists(path, ignored)) return std::nullopt;
  try {
    return parse_layer_file(read_whole_file(path), path.string());
  } catch (const Error&) {
    return std::nullopt;
  }
}

void store_layer(const std::string& key, const AmorphousLayer& layer) {
  if (cache_folder().empty()) return;
  try {
    std::filesystem::create_directories(layer_path(key).parent_path());
    write_whole_file(layer_path(key), layer_file_text(layer));
  } catch (const std::exception&) {
    // A read-only home must not stop a build: it only melts again next time.
  }
}

}  // namespace lamella
