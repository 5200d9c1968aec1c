#pragma once
#include <cstdint>
#include <deque>
#include <map>
#include <string>
#include <vector>

#include "observe/trajectory.hpp"

namespace lamella {

/// Two elements count as bonded below `cutoff` (A).
struct BondKind {
  std::string name;  ///< "P-S"
  Element a, b;
  double cutoff;
};

/// P-S 2.6, P-O 2.0, Co-S 2.7, S-S 2.4 A: in the gap between the first and the second shell of thiophosphates, phosphates,
/// cobalt sulphides and S2 dimers.
std::vector<BondKind> default_bond_kinds();

/// A bond that formed or broke, and stayed so for the life-time criterion.
struct BondEvent {
  long frame;  ///< of the analysed frames, from 0: the first of those that prove it
  int kind;
  bool formed;
  int a, b;    ///< atom indices
};

/// What is bonded in one frame, by confirmed bonds.
struct BondCensus {
  std::vector<long> bonds;            ///< of each kind
  long tetrahedra = 0;                ///< P with exactly four S
  long tetrahedra_kept = 0;           ///< P that still have the four S of the first frame
  long phosphorus_with_oxygen = 0;    ///< P with at least one O
  long cobalt_with_sulphur = 0;       ///< Co with at least one S
  long dimers = 0;                    ///< S2: two S bonded to each other and to no other S
  long chains = 0;                    ///< three or more S linked
  long longest_chain = 0;             ///< S atoms in the longest
};

/// Follows bonds through a run. A bond changes its state once `lifetime` frames on end say so, and the change is dated at
/// the first of them: a collision does not count. The state before frame 0 is the majority of the first `lifetime` frames.
/// The censuses therefore come `lifetime` - 1 frames late; finish() closes the series.
class BondTracker {
 public:
  /// Kinds whose elements do not occur are kept with zeros. Throws Error (bad_input) for lifetime < 1.
  BondTracker(const TrajectoryAtoms& atoms, std::vector<BondKind> kinds, int lifetime = 3);

  /// Bonded pairs of one frame, sorted: kind and the two atoms packed in one number. Safe to call from several threads.
  std::vector<std::uint64_t> bonded_pairs(const Frame& frame) const;
  /// Frames in their order, by their bonded_pairs().
  void add(std::vector<std::uint64_t> bonded);
  void add(const Frame& frame) { add(bonded_pairs(frame)); }
  void finish();

  const std::vector<BondKind>& kinds() const { return kinds_; }
  const std::vector<BondCensus>& censuses() const { return censuses_; }  ///< one per frame added, after finish()
  const std::vector<BondEvent>& events() const { return events_; }

 private:
  struct State {
    bool bonded = false;
    int differing = 0;  // frames on end that say the opposite
  };
  void start();
  void follow(const std::vector<std::uint64_t>& bonded);
  void flip(std::uint64_t pair, bool bonded, bool event);
  BondCensus census();
  void count_sulphur(BondCensus& census) const;

  std::vector<Element> elements_;
  std::vector<BondKind> kinds_;
  int lifetime_;
  int ps_ = -1, po_ = -1, cos_ = -1, ss_ = -1;  // kinds with a meaning of their own
  std::deque<std::vector<std::uint64_t>> early_;
  bool started_ = false;
  long followed_ = 0, added_ = 0;
  std::map<std::uint64_t, State> states_;
  std::vector<std::vector<int>> partners_[4];      // confirmed partners of an atom: P-S, P-O, Co-S, S-S
  std::vector<std::vector<int>> original_;         // the S of each P in the first frame
  std::vector<long> bond_counts_;
  std::vector<BondCensus> censuses_;
  std::vector<BondEvent> events_;
};

}  // namespace lamella
