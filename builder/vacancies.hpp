#pragma once
#include <string>
#include <vector>

#include "builder/specification.hpp"

namespace lamella {

/// What one entry of `vacancies` came to.
struct VacancyResult {
  Element species;
  double requested = 0.0;  ///< fraction (or count / of, where a count was asked)
  long removed = 0, of = 0;
  double charge = 0.0;     ///< e, of the removed ions by their common formal charges (negative of what the layer gained)
};

/// Removes atoms of a layer at random: round(fraction * N) of the N ions of that species within the asked part of the height,
/// drawn from the stream "vacancies/<layer>/<species>". The order of the rest is kept.
/// Throws Error (bad_input): the species is not there, more asked than there are.
std::vector<VacancyResult> remove_vacancies(Slab& slab, const std::string& layer, const std::vector<VacancySpecification>& wanted, std::uint64_t seed);

}  // namespace lamella
