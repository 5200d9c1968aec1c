#pragma once
#include <string>
#include <vector>

#include "builder/specification.hpp"
#include "lattice/crystal.hpp"
#include "lattice/match.hpp"

namespace lamella {

/// A material that may face another: a crystal with the faces to try, or a glass, which takes any cell.
struct Material {
  std::string layer;                         ///< its layer's name in the specification
  std::string name;                          ///< "LiCoO2"
  std::optional<Crystal> crystal;            ///< none: a glass
  Formula formula;                           ///< of a glass
  QuenchRecipe quench;
  std::vector<Miller> faces;                 ///< the specification's own first
  std::vector<VacancySpecification> vacancies;
};

/// A crystal cut for a superlattice.
struct CutFace {
  std::size_t material;                      ///< index into the materials given
  Miller miller;
  Termination termination;
  Slab slab;
};

/// Crystals on one small common cell; glasses are filled in later.
struct Superlattice {
  std::vector<CutFace> faces;
  Match match;
  long atoms = 0;                            ///< glasses estimated
  double thickness = 0.0;                    ///< A, what was asked of each layer at least
};

struct SuperlatticeLimits {
  long max_atoms;
  double max_strain;
  double thickness;                          ///< A
};

/// The `count` best superlattices of these materials (bottom to top) within the limits: the specification's faces first, then
/// by strain and atoms, no two of the same faces and terminations unless there are no others. Throws Error (bad_input) when none fits.
std::vector<Superlattice> find_superlattices(const std::vector<Material>& materials, const SuperlatticeLimits& limits, int count);

/// The faces worth trying besides the specification's own: low-index ones.
std::vector<Miller> faces_to_try(const Miller& own);

}  // namespace lamella
