#pragma once
#include "observe/rdf.hpp"

namespace lamella {

/// A barrier of V(r), eV; with `bound` the run saw no pair in the gap and the barrier is at least `value`.
struct Barrier {
  double value = 0.0;
  bool bound = false;
};

/// V(r) = -kB T ln g(r) (Kirkwood 1935, 10.1063/1.1749657), with the bond's peak, the gap behind it and the shell beyond.
/// A g of a layer does not tend to 1, so V has no absolute zero: only differences along one curve mean anything.
struct PotentialOfMeanForce {
  std::string name;
  double temperature = 0.0;       ///< K
  std::vector<double> r, v;       ///< A, eV; v is NaN where g = 0
  bool found = false;             ///< a first peak and a gap behind it
  double r_peak = 0.0, r_gap = 0.0, r_next = 0.0;  ///< A; r_next 0 where nothing lies beyond
  Barrier breaking;               ///< V(gap) - V(peak): out of the bond
  Barrier forming;                ///< V(gap) - V(next shell): into the bond
};

/// A first peak farther out than `longest_bond` (A), or made of fewer than 100 pairs, is no bond: `found` stays false.
/// Throws Error (bad_input) unless the temperature is positive. Where g vanishes in the gap, the bound takes three pairs for
/// none seen (95 % of a Poisson count).
PotentialOfMeanForce potential_of_mean_force(const RdfResult& rdf, double temperature, double longest_bond = 4.0);

}  // namespace lamella
