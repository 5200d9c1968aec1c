#include "builder/vacancies.hpp"

#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"

namespace lamella {

namespace {

std::vector<std::size_t> candidates(const Slab& slab, const VacancySpecification& vacancy) {
  std::vector<std::size_t> found;
  // Whole-layer requests take every ion, also those that stick out of the nominal height by a part of a bond.
  const bool everywhere = vacancy.from <= 0.0 && vacancy.to >= 1.0;
  for (std::size_t i = 0; i < slab.size(); ++i) {
    const double height = slab.positions[i].z() / slab.thickness;
    if (slab.elements[i] == vacancy.species && (everywhere || (height >= vacancy.from && height <= vacancy.to))) found.push_back(i);
  }
  return found;
}

void erase_atoms(Slab& slab, const std::vector<bool>& gone) {
  std::size_t kept = 0;
  for (std::size_t i = 0; i < slab.size(); ++i) {
    if (gone[i]) continue;
    slab.elements[kept] = slab.elements[i];
    slab.positions[kept] = slab.positions[i];
    ++kept;
  }
  slab.elements.resize(kept);
  slab.positions.resize(kept);
}

}  // namespace

std::vector<VacancyResult> remove_vacancies(Slab& slab, const std::string& layer, const std::vector<VacancySpecification>& wanted, std::uint64_t seed) {
  std::vector<VacancyResult> results;
  for (const VacancySpecification& vacancy : wanted) {
    const std::string symbol = vacancy.species.symbol(), where = fmt::format("layer.{}.vacancies.{}", layer, symbol);
    const std::vector<std::size_t> sites = candidates(slab, vacancy);
    if (sites.empty())
      fail_input({where, "no such ion there", "0 " + symbol, to_string(formula_of(slab.elements)), "name a species of this layer, or a wider part of it"});
    const long of = static_cast<long>(sites.size());
    const long removed = vacancy.count ? *vacancy.count : std::lround(vacancy.fraction * static_cast<double>(of));
    if (removed > of) fail_input({where, "more vacancies than ions", fmt::format("{}", removed), fmt::format("0 to {}", of), ""});
    RandomStream stream(seed, fmt::format("vacancies/{}/{}", layer, symbol));
    std::vector<bool> gone(slab.size(), false);
    for (std::size_t pick : stream.choose(sites.size(), static_cast<std::size_t>(removed))) gone[sites[pick]] = true;
    erase_atoms(slab, gone);
    const double requested = vacancy.count ? static_cast<double>(*vacancy.count) / static_cast<double>(of) : vacancy.fraction;
    results.push_back({vacancy.species, requested, removed, of, static_cast<double>(removed) * common_charge(vacancy.species)});
  }
  return results;
}

}  // namespace lamella
