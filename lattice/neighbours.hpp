#pragma once
#include <array>
#include <span>
#include <vector>

#include "lattice/cell.hpp"

namespace lamella {

/// One neighbour of a centre: r_j + shift.cell - r_i = `vector` (A), of length `distance`.
struct Neighbour {
  int index;
  std::array<int, 3> shift;
  Vec3 vector;
  double distance;
};

/// Linked cells over a periodic set of points, built once and asked often: what `neighbour_lists` stands on. Use it alone where
/// the lists of a million atoms together would not fit in memory (an audit, a packing).
class NeighbourGrid {
 public:
  /// `cutoff` in A is the largest distance that will be asked. Throws std::invalid_argument unless it is positive and finite.
  NeighbourGrid(const Cell& cell, std::span<const Cartesian> positions, double cutoff, std::array<bool, 3> periodic = {true, true, true});

  /// Everything within the cut-off of atom `i`, itself left out (its images are not), sorted by (distance, index, shift).
  /// `found` is cleared first, so that one vector serves many calls. Safe to call from several threads.
  void around_atom(int i, std::vector<Neighbour>& found) const;
  /// The same about any point (A); an atom exactly there is found at distance 0.
  void around_point(const Cartesian& point, std::vector<Neighbour>& found) const;

 private:
  struct Home {
    std::array<int, 3> bin;    // may lie outside the bins along a direction without images
    std::array<int, 3> image;  // the periodic image the point was wrapped from
  };
  Home home_of(const Cartesian& point) const;
  void collect(const Cartesian& centre, const Home& home, int skip, std::vector<Neighbour>& found) const;
  void choose_bins(std::size_t atoms);
  void sort_into_bins();

  Cell cell_;
  double cutoff_;
  std::array<bool, 3> periodic_;
  std::vector<Cartesian> positions_;         // as given
  std::vector<std::array<int, 3>> images_;   // of each atom
  Vec3 low_ = Vec3::Zero(), span_ = Vec3::Ones();  // fractional extent covered by the bins
  std::array<int, 3> bins_{1, 1, 1}, reach_{1, 1, 1};
  std::vector<int> start_, members_;         // atoms of bin b: members_[start_[b] .. start_[b + 1])
};

/// Full neighbour lists (each pair from both sides) of all atoms within `cutoff` (A), periodic images included: right for
/// any triclinic cell, also one smaller than the cut-off, where an atom may neighbour its own images. Linked cells, O(N).
/// `periodic` says along which of a, b, c there are images. Lists are sorted by (distance, index, shift).
std::vector<std::vector<Neighbour>> neighbour_lists(const Cell& cell, std::span<const Cartesian> positions, double cutoff,
                                                    std::array<bool, 3> periodic = {true, true, true});

}  // namespace lamella
