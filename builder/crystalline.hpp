#pragma once
#include <functional>
#include <string>
#include <vector>

#include "builder/specification.hpp"
#include "lattice/crystal.hpp"
#include "lattice/match.hpp"
#include "lattice/slab.hpp"

namespace lamella {

/// Where in its crystal an atom of a slab sits.
struct SlabSite {
  std::string label;        ///< of the site in the crystal's file
  bool in_unit = false;     ///< part of a covalent unit (PS4, ...)
};

/// A crystalline layer cut on its primitive surface cell, before it meets the others.
struct CrystallineLayer {
  std::string name;
  Crystal crystal;
  Termination termination;
  int repeats = 0;
  Slab slab;
  std::vector<SlabSite> sites;  ///< per atom of `slab`
  MatchLayer match;
};

/// Reads the crystal, picks the termination, cuts whole repeats. Throws Error (bad_input).
CrystallineLayer cut_layer(const LayerSpecification& layer, const Specification& specification);

/// All layers of `specification` that are crystals and not left out, bottom to top.
std::vector<CrystallineLayer> cut_crystalline_layers(const Specification& specification);

/// The common cell that `pick` asks for, among the matches within the limits; atoms of the glasses on top of each match's own are
/// given by `glass_atoms(area)`, and those of a crystalline coating count twice where the boundary repeats it. Throws Error (bad_input)
/// with what would have to give way when there is none.
Match choose_match(const std::vector<CrystallineLayer>& layers, const Specification& specification, const std::function<long(double area)>& glass_atoms);

/// Why strain is shared otherwise than asked (a crystal without elastic constants); empty when it is as asked.
std::string strain_warning(const std::vector<CrystallineLayer>& layers, const Specification& specification);

}  // namespace lamella
