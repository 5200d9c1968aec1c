#pragma once
#include <string>
#include <vector>

#include "builder/crystalline.hpp"
#include "builder/specification.hpp"

namespace lamella {

/// What one entry of `vacancies` came to.
struct VacancyResult {
  Element species;
  double requested = 0.0;  ///< fraction (or count / of, where a count was asked)
  long removed = 0, of = 0;
  std::string site;        ///< where one was asked
  std::string policy = "none";
  Element counter{};       ///< of the counter-ions
  long counter_removed = 0;
  double charge = 0.0;     ///< e, what the layer has gained by this entry, by common formal charges: -1 for a Li+ taken alone
};

/// Removes atoms of a layer at random: round(fraction * N) of the N ions of that species (and site) within the asked part of the
/// height, drawn from the stream "vacancies/<layer>/<species>". The order of the rest is kept. With charge = "counter-ions" as many
/// ions of opposite charge go as make the layer neutral again, from the same part of the height, never out of a covalent unit.
/// `sites`: of the slab that `slab` repeats, atom i being a copy of i modulo their number; empty for a glass.
/// Throws Error (bad_input): the species or site is not there, more asked than there are, a charge that whole counter-ions cannot balance.
std::vector<VacancyResult> remove_vacancies(Slab& slab, const std::string& layer, const std::vector<VacancySpecification>& wanted, std::uint64_t seed,
                                            const std::vector<SlabSite>& sites = {});

}  // namespace lamella
