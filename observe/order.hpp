#pragma once
#include <array>
#include <span>
#include <vector>

#include "lattice/neighbours.hpp"
#include "lattice/structure.hpp"

namespace lamella {

/// Thresholds of the local order; every one is printed with what it decided.
struct OrderCriteria {
  double bond = 2.5;             ///< A, centre-ligand distance that counts as a bond
  double regular_t = 0.005;      ///< "regular tetrahedron": CN 4 and T below this ...
  double regular_q = 0.95;       ///< ... and q above this
  double octahedral_rms = 0.25;  ///< rock-salt-like: CN 6 and the 15 cosines within this rms of an octahedron's
  int sublattice_neighbours = 12;  ///< nearest centres that define the bond order of the sublattice
  double coherence = 0.5;        ///< normalised q6(i).q6(j) above which two neighbours are in register
  int coherent_links = 8;        ///< that many of them in register: crystal-like (liquid and glass: below 1 %)
  bool operator==(const OrderCriteria&) const = default;
};

/// The first shell of one centre.
struct LocalOrder {
  int atom;          ///< index into the structure
  int cn = 0;        ///< ligands within `bond`
  double q = 0.0;    ///< Errington-Debenedetti (10.1038/35053024) of the four nearest ligands: 1 in a regular tetrahedron
  double t = 0.0;    ///< Medvedev-Naberukhin (10.1016/0022-3093(87)90074-0) of their tetrahedron: 0 when its six edges are equal
  double octahedral = 0.0;  ///< rms deviation of the 15 cosines of the six nearest ligands from an octahedron's
  bool regular = false;         ///< regular tetrahedron by the criteria
  bool rock_salt_like = false;  ///< CN 6, octahedral, by the criteria
  int links = 0;                ///< neighbours of its own sublattice whose bond order is in register (ten Wolde)
  bool crystal_like = false;    ///< enough of them
};

/// All centres of a structure and what they add up to.
struct OrderReport {
  OrderCriteria criteria;
  std::vector<LocalOrder> centres;
  double mean_cn = 0.0;
  std::vector<long> cn_histogram;    ///< centres with CN 0, 1, 2, ...
  std::vector<long> ligand_histogram;  ///< ligands bonded to 0, 1, 2, ... centres
  long four_coordinated = 0;
  long regular = 0;                  ///< regular tetrahedra
  std::vector<long> clusters;        ///< sizes of their clusters linked by shared ligands, largest first
  long rock_salt_like = 0;           ///< octahedral CN 6
  long crystal_like = 0;             ///< in register with their sublattice, whatever the crystal
  long crystal_rock_salt = 0;        ///< of those: octahedral CN 6
  long crystal_tetrahedral = 0;      ///< of those: CN 4 (wurtzite or zinc blende)
  long crystal_wurtzite = 0;         ///< tetrahedral ones whose sublattice is stacked hexagonally (averaged q4 nearer hcp's than fcc's)
  long largest_crystal = 0;          ///< the largest cluster of linked crystal-like centres
  /// Shares of all centres; 0 for no centres.
  double share(long count) const { return centres.empty() ? 0.0 : static_cast<double>(count) / static_cast<double>(centres.size()); }
};

/// What a histogram of counts 0, 1, 2, ... holds: entries, their mean count (0 for none), those of at least `least`.
struct HistogramSum {
  long entries = 0, above = 0;
  double mean = 0.0;
};
HistogramSum sum_of(std::span<const long> histogram, std::size_t least = 0);

/// Errington-Debenedetti q of four vectors from a centre, 1 - 3/8 sum_{j<k} (cos psi_jk + 1/3)^2.
double tetrahedral_q(const std::array<Vec3, 4>& ligands);
/// Medvedev-Naberukhin T of the tetrahedron of four points: sum_{i<j} (l_i - l_j)^2 / (15 <l>^2) over its six edges.
double tetrahedricity(const std::array<Vec3, 4>& points);
/// rms deviation of the 15 cosines of six vectors from an octahedron's (three of -1, twelve of 0).
double octahedral_rms(const std::array<Vec3, 6>& ligands);

/// Order of `centres` (their common sublattice) by `ligands`. `periodic`: directions with images (a slab: not c). Throws Error
/// (bad_input) when the criteria make no sense.
OrderReport local_order(const Structure& structure, std::span<const Element> centres, std::span<const Element> ligands,
                        const OrderCriteria& criteria = {}, std::array<bool, 3> periodic = {true, true, true});

/// Normalised bond-order correlation of one sublattice: for each point, its nearest neighbours and q6(i).q6(j) with each.
struct SublatticeOrder {
  std::vector<std::vector<int>> neighbours;      ///< nearest first
  std::vector<std::vector<double>> correlation;  ///< beside it
  std::vector<double> q4, q6;                    ///< Steinhardt invariants (10.1103/PhysRevB.28.784)
  std::vector<double> mean_q4, mean_q6;          ///< averaged over the point and its neighbours (Lechner-Dellago, 10.1063/1.2977970)
};
SublatticeOrder sublattice_order(const Cell& cell, std::span<const Cartesian> points, int neighbours, std::array<bool, 3> periodic);

}  // namespace lamella
