#include "builder/vacancies.hpp"

#include <fmt/format.h>

#include <cmath>
#include <set>

#include "base/error.hpp"
#include "base/random.hpp"
#include "base/words.hpp"

namespace lamella {

namespace {

/// A slab that loses atoms, and where each of the rest came from.
class Thinning {
 public:
  Thinning(Slab& slab, const std::vector<SlabSite>& sites) : slab_(slab), sites_(sites) {
    for (std::size_t i = 0; i < slab.size(); ++i) origin_.push_back(sites.empty() ? 0 : i % sites.size());
  }
  const Slab& slab() const { return slab_; }
  /// Whole-layer requests take every ion, also those that stick out of the nominal height by a part of a bond.
  bool within(std::size_t i, const VacancySpecification& vacancy) const {
    const double height = slab_.positions[i].z() / slab_.thickness;
    return (vacancy.from <= 0.0 && vacancy.to >= 1.0) || (height >= vacancy.from && height <= vacancy.to);
  }
  std::string site(std::size_t i) const { return sites_.empty() ? "" : sites_[origin_[i]].label; }
  bool in_unit(std::size_t i) const { return !sites_.empty() && sites_[origin_[i]].in_unit; }
  std::set<std::string> labels_of(Element species) const {
    std::set<std::string> labels;
    for (std::size_t i = 0; i < slab_.size(); ++i)
      if (!sites_.empty() && slab_.elements[i] == species) labels.insert(site(i));
    return labels;
  }
  void remove(const std::vector<std::size_t>& places, const std::vector<std::size_t>& picks) {
    std::vector<bool> gone(slab_.size(), false);
    for (std::size_t pick : picks) gone[places[pick]] = true;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < slab_.size(); ++i) {
      if (gone[i]) continue;
      slab_.elements[kept] = slab_.elements[i];
      slab_.positions[kept] = slab_.positions[i];
      origin_[kept++] = origin_[i];
    }
    slab_.elements.resize(kept);
    slab_.positions.resize(kept);
    origin_.resize(kept);
  }

 private:
  Slab& slab_;
  const std::vector<SlabSite>& sites_;
  std::vector<std::size_t> origin_;
};

std::vector<std::size_t> candidates(const Thinning& layer, const VacancySpecification& vacancy, const std::string& where) {
  const std::string symbol = vacancy.species.symbol();
  if (!vacancy.site.empty()) {
    const std::set<std::string> known = layer.labels_of(vacancy.species);
    if (!known.contains(vacancy.site)) {
      const std::string near = nearest_word(vacancy.site, std::vector<std::string>(known.begin(), known.end()));
      fail_input({where + ".site", "no such site of " + symbol, "'" + vacancy.site + "'", known.empty() ? "none: a glass has no sites" : fmt::format("{}", fmt::join(known, ", ")),
                  near.empty() ? "" : "did you mean '" + near + "'?"});
    }
  }
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < layer.slab().size(); ++i)
    if (layer.slab().elements[i] == vacancy.species && layer.within(i, vacancy) && (vacancy.site.empty() || layer.site(i) == vacancy.site)) found.push_back(i);
  if (found.empty())
    fail_input({where, "no such ion there", "0 " + symbol, to_string(formula_of(layer.slab().elements)), "name a species of this layer, or a wider part of it"});
  return found;
}

std::vector<std::size_t> free_ions(const Thinning& layer, Element element, const VacancySpecification& vacancy) {
  std::vector<std::size_t> found;
  for (std::size_t i = 0; i < layer.slab().size(); ++i)
    if (layer.slab().elements[i] == element && layer.within(i, vacancy) && !layer.in_unit(i)) found.push_back(i);
  return found;
}

/// As asked, else the free ion of opposite charge whose own charge is least.
Element counter_of(const Thinning& layer, const VacancySpecification& vacancy, const std::string& where) {
  const int charge = common_charge(vacancy.species);
  std::optional<Element> best;
  for (const FormulaTerm& term : formula_of(layer.slab().elements)) {
    const int other = common_charge(term.element);
    if (other * charge >= 0 || free_ions(layer, term.element, vacancy).empty()) continue;
    if (term.element.symbol() == vacancy.counter) return term.element;
    if (vacancy.counter.empty() && (!best || std::abs(other) < std::abs(common_charge(*best)))) best = term.element;
  }
  if (!best)
    fail_input({where, vacancy.counter.empty() ? "no counter-ion there" : "not a counter-ion there", vacancy.counter.empty() ? vacancy.species.symbol() : vacancy.counter,
                "an ion of opposite charge outside covalent units", "name another, or use charge = \"report\""});
  return *best;
}

void remove_counter_ions(Thinning& layer, const VacancySpecification& vacancy, const std::string& where, const std::string& stream, std::uint64_t seed, VacancyResult& result) {
  result.counter = counter_of(layer, vacancy, where);
  const long owed = std::lround(std::abs(result.charge)), each = std::abs(common_charge(result.counter));
  if (owed % each != 0)
    fail_input({where, fmt::format("{} {} cannot be balanced by whole {}", result.removed, vacancy.species.symbol(), result.counter.symbol()), fmt::format("{} e", owed),
                fmt::format("a multiple of {} e", each), "ask for another count or counter-ion"});
  const std::vector<std::size_t> ions = free_ions(layer, result.counter, vacancy);
  result.counter_removed = owed / each;
  if (result.counter_removed > static_cast<long>(ions.size()))
    fail_input({where, "more counter-ions than there are", fmt::format("{} {}", result.counter_removed, result.counter.symbol()), fmt::format("0 to {}", ions.size()), ""});
  RandomStream random(seed, stream + "/counter");
  layer.remove(ions, random.choose(ions.size(), static_cast<std::size_t>(result.counter_removed)));
  result.charge = 0.0;
}

}  // namespace

std::vector<VacancyResult> remove_vacancies(Slab& slab, const std::string& layer, const std::vector<VacancySpecification>& wanted, std::uint64_t seed,
                                            const std::vector<SlabSite>& sites) {
  std::vector<VacancyResult> results;
  Thinning thinning(slab, sites);
  for (const VacancySpecification& vacancy : wanted) {
    const std::string symbol = vacancy.species.symbol(), where = fmt::format("layer.{}.vacancies.{}", layer, symbol);
    const std::vector<std::size_t> ions = candidates(thinning, vacancy, where);
    VacancyResult result;
    result.species = vacancy.species;
    result.of = static_cast<long>(ions.size());
    result.removed = vacancy.count ? *vacancy.count : std::lround(vacancy.fraction * static_cast<double>(result.of));
    if (result.removed > result.of) fail_input({where, "more vacancies than ions", fmt::format("{}", result.removed), fmt::format("0 to {}", result.of), ""});
    result.requested = vacancy.count ? static_cast<double>(*vacancy.count) / static_cast<double>(result.of) : vacancy.fraction;
    result.site = vacancy.site;
    result.policy = vacancy.charge;
    result.charge = static_cast<double>(-result.removed * common_charge(vacancy.species));
    const std::string stream = fmt::format("vacancies/{}/{}{}", layer, symbol, vacancy.site.empty() ? "" : "/" + vacancy.site);
    RandomStream random(seed, stream);
    thinning.remove(ions, random.choose(ions.size(), static_cast<std::size_t>(result.removed)));
    if (vacancy.charge == "counter-ions" && result.charge != 0.0) remove_counter_ions(thinning, vacancy, where, stream, seed, result);
    results.push_back(result);
  }
  return results;
}

}  // namespace lamella
