// amorph: recipes, melts and quenches of amorphous layers inside a given in-plane cell, and the proof of what was made.
#pragma once
#include <cstdint>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>
#include <optional>
#include <string>
#include <vector>

#include "base/progress.hpp"
#include "lattice/structure.hpp"

namespace lamella {

/// How an amorphous layer is made; the `quench = {...}` table of a specification.
struct QuenchRecipe {
  /// buckingham | tosi-fumi (LiF) | a Deep Potential's file (*.pb, *.dp) | LAMMPS lines ("pair_style ...; pair_coeff ..."), types
  /// numbered by the formula's order of elements
  std::string potential = "buckingham";
  double melt = 2500.0;     ///< K
  double hold = 5.0;        ///< ps at the melt temperature
  double rate = 1.0e13;     ///< K/s
  double final = 300.0;     ///< K
  double final_hold = 2.0;  ///< ps at the final temperature
  std::string method = "auto";  ///< auto | bulk | slab | confined
  double density = 0.0;     ///< g/cm3 of the finished glass; 0: the potential's own (found by NPT along z)
  int rewinds = 40;         ///< times a nucleating quench may go back to an earlier temperature with new velocities; 0: never
  double crystal_share = 0.10;      ///< share of crystal-like ions above which the layer counts as crystallised
  bool require_amorphous = false;   ///< crystallised is an error, after `tries` seeds
  int tries = 5;            ///< seeds tried where amorphous is required
  double bond = 0.0;        ///< A, cation to anion, that counts as a bond; 0: 2.5 for LiF, else 1.35 first peaks
  double regular_t = 0.005, regular_q = 0.95;  ///< a tetrahedron is regular with CN 4, T below and q above
  double release = 0.5;     ///< ps that the crystals are free after a confined quench
};

/// The crystals a confined melt lies between, in the frame of the stack's plane; their atoms stay where they are until the release.
struct Confinement {
  Slab below, above;
  double gap;  ///< A between outermost atoms of neighbouring layers: half of it on either side of the layer is nobody's
};

/// What to make: formula, the in-plane cell (rows, A; any shape), the thickness (A) and the seed.
struct LayerRequest {
  Formula formula;
  Mat2 plane;
  double thickness;
  QuenchRecipe recipe;
  std::uint64_t seed = 1;
  std::optional<Confinement> between = {};    ///< confined only
  std::filesystem::path inputs = {};          ///< folder for each stage's LAMMPS input and data; empty: not kept. No part of the key; with it a layer is made even where the cache has it
};

/// A finished layer: stoichiometric, whole formula units, both faces flat, and its proof.
struct AmorphousLayer {
  Slab slab;                ///< z from 0 to slab.thickness
  double density;           ///< g/cm3 over slab.thickness
  nlohmann::ordered_json proof;  ///< method, stages, density, first peak (A), CN, crystallised, thresholds, seed, hashes
  std::vector<std::string> warnings;
};

/// Packs, melts, quenches, cuts. Same request, same bytes on one machine at any thread count. A finished layer is kept in the cache
/// ($LAMELLA_CACHE, else ~/.cache/lamella; LAMELLA_CACHE=off: nowhere), keyed by the hash of all that decides it; so are the
/// states after each stage, from which a killed quench goes on to the same bytes.
/// Throws Error: bad_input for what cannot be met (thickness, density, potential without the elements, rate 0),
/// while_running when the melt did not melt or LAMMPS failed.
AmorphousLayer make_amorphous_layer(const LayerRequest& request, const Progress& progress);

/// The number of formula units that fills `thickness` of `plane` at `density` (g/cm3), at least 1.
long formula_units(const Formula& formula, double area, double thickness, double density);

}  // namespace lamella
