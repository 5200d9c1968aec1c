#include "observe/order.hpp"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "observe/grid_ladder.hpp"

namespace lamella {
namespace {

void check(const OrderCriteria& c) {
  if (!(c.bond > 0.0) || !(c.bond < 20.0))
    fail_input({"order", "not a bond length", std::to_string(c.bond), "above 0 to 20 A", ""});
  if (c.sublattice_neighbours < 1 || c.coherent_links > c.sublattice_neighbours)
    fail_input({"order", "more links in register than neighbours", std::to_string(c.coherent_links),
                "at most " + std::to_string(c.sublattice_neighbours), ""});
}

bool contains(std::span<const Element> set, Element e) { return std::find(set.begin(), set.end(), e) != set.end(); }

std::vector<int> atoms_of(const Structure& structure, std::span<const Element> set) {
  std::vector<int> atoms;
  for (std::size_t i = 0; i < structure.size(); ++i)
    if (contains(set, structure.elements[i])) atoms.push_back(static_cast<int>(i));
  return atoms;
}

/// Ligands around each centre, nearest first: at least `least` of them wherever that many exist at all.
class Shells {
 public:
  Shells(const Cell& cell, std::span<const Cartesian> ligands, double reach, std::array<bool, 3> periodic) : ladder_(cell, ligands, reach, 2.0, periodic) {}

  /// A short list where the structure does not hold `least` ligands within 16 times the reach.
  const std::vector<Neighbour>& around(const Cartesian& centre, std::size_t least) {
    constexpr std::size_t rungs = 5;
    for (std::size_t k = 0; k < rungs; ++k) {
      ladder_.rung(k).around_point(centre, found_);
      if (found_.size() > least) break;
    }
    // Where centres are ligands too (a metal glass), a centre is not its own neighbour.
    if (!found_.empty() && found_.front().distance < 1e-9) found_.erase(found_.begin());
    return found_;
  }

 private:
  GridLadder ladder_;
  std::vector<Neighbour> found_;
};

template <std::size_t n>
std::array<Vec3, n> first(const std::vector<Neighbour>& shell) {
  std::array<Vec3, n> vectors;
  for (std::size_t k = 0; k < n; ++k) vectors[k] = shell[k].vector;
  return vectors;
}

int find_root(std::vector<int>& parent, int i) {
  while (parent[i] != i) i = parent[i] = parent[parent[i]];
  return i;
}

/// Sizes of the sets of a union-find over the members flagged, largest first.
std::vector<long> cluster_sizes(std::vector<int>& parent, const std::vector<char>& member) {
  std::vector<long> size(parent.size(), 0), sizes;
  for (std::size_t i = 0; i < parent.size(); ++i)
    if (member[i]) ++size[find_root(parent, static_cast<int>(i))];
  for (const long s : size)
    if (s > 0) sizes.push_back(s);
  std::sort(sizes.rbegin(), sizes.rend());
  return sizes;
}

/// Clusters of regular tetrahedra that share a ligand.
std::vector<long> linked_tetrahedra(const std::vector<LocalOrder>& centres, const std::vector<std::vector<int>>& bonded, std::size_t ligands) {
  std::vector<int> parent(centres.size()), owner(ligands, -1);
  std::iota(parent.begin(), parent.end(), 0);
  std::vector<char> member(centres.size(), 0);
  for (std::size_t i = 0; i < centres.size(); ++i) {
    if (!centres[i].regular) continue;
    member[i] = 1;
    for (const int ligand : bonded[i]) {
      if (owner[ligand] < 0) owner[ligand] = static_cast<int>(i);
      parent[find_root(parent, static_cast<int>(i))] = find_root(parent, owner[ligand]);
    }
  }
  return cluster_sizes(parent, member);
}

/// The first shell of one centre; `bonded` receives the ligands within the bond length.
LocalOrder first_shell(const std::vector<Neighbour>& shell, const OrderCriteria& criteria, std::vector<int>& bonded) {
  LocalOrder order{};
  for (const Neighbour& n : shell)
    if (n.distance <= criteria.bond) bonded.push_back(n.index);
  order.cn = static_cast<int>(bonded.size());
  if (shell.size() >= 4) {
    order.q = tetrahedral_q(first<4>(shell));
    order.t = tetrahedricity(first<4>(shell));
    order.regular = order.cn == 4 && order.t < criteria.regular_t && order.q > criteria.regular_q;
  }
  if (shell.size() >= 6) {
    order.octahedral = octahedral_rms(first<6>(shell));
    order.rock_salt_like = order.cn == 6 && order.octahedral < criteria.octahedral_rms;
  }
  return order;
}

void mark_crystal(OrderReport& report, const SublatticeOrder& sublattice) {
  const OrderCriteria& c = report.criteria;
  for (std::size_t i = 0; i < report.centres.size(); ++i) {
    LocalOrder& centre = report.centres[i];
    for (const double s : sublattice.correlation[i]) centre.links += s > c.coherence ? 1 : 0;
    centre.crystal_like = centre.links >= c.coherent_links;
  }
  std::vector<int> parent(report.centres.size());
  std::iota(parent.begin(), parent.end(), 0);
  std::vector<char> member(parent.size(), 0);
  for (std::size_t i = 0; i < parent.size(); ++i) {
    if (!report.centres[i].crystal_like) continue;
    member[i] = 1;
    for (std::size_t k = 0; k < sublattice.neighbours[i].size(); ++k) {
      const int j = sublattice.neighbours[i][k];
      if (report.centres[j].crystal_like && sublattice.correlation[i][k] > c.coherence)
        parent[find_root(parent, static_cast<int>(i))] = find_root(parent, j);
    }
  }
  const std::vector<long> sizes = cluster_sizes(parent, member);
  report.largest_crystal = sizes.empty() ? 0 : sizes.front();
}

void count_into(std::vector<long>& histogram, int count) {
  const auto at = static_cast<std::size_t>(count);
  if (histogram.size() <= at) histogram.resize(at + 1, 0);
  ++histogram[at];
}

void add_up(OrderReport& report, const SublatticeOrder& sublattice) {
  // Halfway between the q4 of perfect fcc (0.191) and hcp (0.097): how a close-packed sublattice is stacked.
  constexpr double fcc_hcp_q4 = 0.144;
  for (std::size_t i = 0; i < report.centres.size(); ++i) {
    const LocalOrder& c = report.centres[i];
    count_into(report.cn_histogram, c.cn);
    report.four_coordinated += c.cn == 4;
    report.regular += c.regular;
    report.rock_salt_like += c.rock_salt_like;
    report.crystal_like += c.crystal_like;
    report.crystal_rock_salt += c.crystal_like && c.rock_salt_like;
    report.crystal_tetrahedral += c.crystal_like && c.cn == 4;
    report.crystal_wurtzite += c.crystal_like && c.cn == 4 && sublattice.mean_q4[i] < fcc_hcp_q4;
  }
  report.mean_cn = sum_of(report.cn_histogram).mean;
}

std::vector<long> ligand_histogram(const std::vector<std::vector<int>>& bonded, std::size_t ligands) {
  std::vector<int> centres_of(ligands, 0);
  for (const std::vector<int>& around : bonded)
    for (const int ligand : around) ++centres_of[static_cast<std::size_t>(ligand)];
  std::vector<long> histogram;
  for (const int count : centres_of) count_into(histogram, count);
  return histogram;
}

}  // namespace

HistogramSum sum_of(std::span<const long> histogram, std::size_t least) {
  HistogramSum sum;
  long counts = 0;
  for (std::size_t n = 0; n < histogram.size(); ++n) {
    sum.entries += histogram[n];
    counts += static_cast<long>(n) * histogram[n];
    if (n >= least) sum.above += histogram[n];
  }
  if (sum.entries > 0) sum.mean = static_cast<double>(counts) / static_cast<double>(sum.entries);
  return sum;
}

double tetrahedral_q(const std::array<Vec3, 4>& ligands) {
  double sum = 0.0;
  for (int j = 0; j < 4; ++j)
    for (int k = j + 1; k < 4; ++k) {
      const double cosine = ligands[j].dot(ligands[k]) / (ligands[j].norm() * ligands[k].norm());
      sum += (cosine + 1.0 / 3.0) * (cosine + 1.0 / 3.0);
    }
  return 1.0 - 3.0 / 8.0 * sum;
}

double tetrahedricity(const std::array<Vec3, 4>& points) {
  std::array<double, 6> edges{};
  int n = 0;
  for (int j = 0; j < 4; ++j)
    for (int k = j + 1; k < 4; ++k) edges[n++] = (points[j] - points[k]).norm();
  double mean = 0.0, sum = 0.0;
  for (const double e : edges) mean += e / 6.0;
  for (int i = 0; i < 6; ++i)
    for (int j = i + 1; j < 6; ++j) sum += (edges[i] - edges[j]) * (edges[i] - edges[j]);
  return sum / (15.0 * mean * mean);
}

double octahedral_rms(const std::array<Vec3, 6>& ligands) {
  std::array<double, 15> cosines{};
  int n = 0;
  for (int j = 0; j < 6; ++j)
    for (int k = j + 1; k < 6; ++k) cosines[n++] = ligands[j].dot(ligands[k]) / (ligands[j].norm() * ligands[k].norm());
  std::sort(cosines.begin(), cosines.end());
  double sum = 0.0;
  for (int i = 0; i < 15; ++i) {
    const double off = cosines[i] - (i < 3 ? -1.0 : 0.0);
    sum += off * off;
  }
  return std::sqrt(sum / 15.0);
}

OrderReport local_order(const Structure& structure, std::span<const Element> centres, std::span<const Element> ligands,
                        const OrderCriteria& criteria, std::array<bool, 3> periodic) {
  check(criteria);
  OrderReport report;
  report.criteria = criteria;
  const std::vector<int> centre_atoms = atoms_of(structure, centres);
  std::vector<Cartesian> ligand_points, centre_points;
  for (const int i : atoms_of(structure, ligands)) ligand_points.push_back(structure.positions[i]);
  Shells shells(structure.cell, ligand_points, 1.4 * criteria.bond, periodic);
  std::vector<std::vector<int>> bonded(centre_atoms.size());
  for (std::size_t k = 0; k < centre_atoms.size(); ++k) {
    centre_points.push_back(structure.positions[centre_atoms[k]]);
    report.centres.push_back(first_shell(shells.around(centre_points.back(), 6), criteria, bonded[k]));
    report.centres.back().atom = centre_atoms[k];
  }
  report.ligand_histogram = ligand_histogram(bonded, ligand_points.size());
  report.clusters = linked_tetrahedra(report.centres, bonded, ligand_points.size());
  const SublatticeOrder sublattice = sublattice_order(structure.cell, centre_points, criteria.sublattice_neighbours, periodic);
  mark_crystal(report, sublattice);
  add_up(report, sublattice);
  return report;
}

}  // namespace lamella
