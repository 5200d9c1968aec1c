#include "amorph/layer.hpp"

#include <fmt/format.h>

#include "amorph/cache.hpp"
#include "amorph/layer_maker.hpp"
#include "base/error.hpp"

namespace lamella {
namespace {

std::uint64_t seed_of_try(std::uint64_t seed, int attempt) { return seed + 1000003ull * static_cast<std::uint64_t>(attempt); }

}  // namespace

AmorphousLayer make_amorphous_layer(const LayerRequest& request, const Progress& progress) {
  check_request(request);
  const MeltPotential potential = melt_potential(request.recipe, request.formula, other_elements(request));
  check_width(request.plane, potential);
  const std::string key = layer_key(request, potential);
  // Who asks for the stages' inputs wants the melt to be run.
  if (request.inputs.empty())
    if (std::optional<AmorphousLayer> known = cached_layer(key)) return *known;
  nlohmann::ordered_json tries = nlohmann::ordered_json::array();
  const int allowed = request.recipe.require_amorphous ? request.recipe.tries : 1;
  for (int attempt = 0; attempt < allowed; ++attempt) {
    LayerRequest one = request;
    one.seed = seed_of_try(request.seed, attempt);
    MeltStore store(key + fmt::format("-{}", attempt));
    AmorphousLayer layer = LayerMaker(one, potential, progress).make(&store);
    const bool crystallised = layer.proof.at("crystallised").get<bool>();
    tries.push_back({{"seed", one.seed}, {"crystal_share", layer.proof.at("crystal_share")}, {"rewinds", layer.proof.at("rewinds").size()}});
    layer.proof["tries"] = tries;
    if (!crystallised || !request.recipe.require_amorphous) {
      store_layer(key, layer);
      for (int k = 0; k <= attempt; ++k) MeltStore(key + fmt::format("-{}", k)).clear();
      if (progress) progress({"melt and quench", 1.0, ""});
      return layer;
    }
  }
  fail_run({"quench", "every try crystallised", tries.dump(), fmt::format("at most {} of crystal-like ions", request.recipe.crystal_share),
            "quench faster, or raise quench.tries or quench.rewinds"});
}

}  // namespace lamella
