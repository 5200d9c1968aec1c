#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/random.hpp"
#include "observe/bonds.hpp"

using namespace lamella;

namespace {

TrajectoryAtoms atoms_of(std::initializer_list<const char*> symbols) {
  TrajectoryAtoms atoms;
  for (const char* symbol : symbols) {
    atoms.ids.push_back(static_cast<long>(atoms.ids.size()) + 1);
    atoms.elements.push_back(Element::from_symbol(symbol));
  }
  return atoms;
}

Frame frame_of(std::vector<Cartesian> positions) {
  Frame frame;
  frame.cell = Cell(Mat3(20.0 * Mat3::Identity()));
  frame.positions = std::move(positions);
  return frame;
}

/// One P with four S about it at (10, 10, 0.2): across the boundary; and two S apart by `gap`.
Frame thiophosphate(double fourth, double gap) {
  const double t = 2.05 / std::sqrt(3.0);
  const Cartesian p(10, 10, 0.2);
  return frame_of({p, p + Cartesian(t, t, t), p + Cartesian(-t, -t, t), p + Cartesian(-t, t, -t), p + Cartesian(t, -t, -t) * (fourth / 2.05), Cartesian(3, 3, 3), Cartesian(3, 3, 3 + gap)});
}

}  // namespace

TEST_CASE("a tetrahedron lost and a dimer made count once they last, dated at their first frame") {
  const TrajectoryAtoms atoms = atoms_of({"P", "S", "S", "S", "S", "S", "S"});
  BondTracker tracker(atoms, default_bond_kinds(), 3);
  //                 0     1     2     3     4     5     6     7     8     9
  const double fourth[] = {2.05, 2.05, 2.9, 2.05, 2.05, 2.9, 3.1, 3.2, 3.3, 3.4};  // a swing at 2 does not count
  const double gap[] = {3.5, 3.5, 2.1, 2.1, 3.5, 3.5, 3.5, 2.1, 2.1, 2.1};         // a collision at 2 and 3 does not count
  for (int t = 0; t < 10; ++t) tracker.add(thiophosphate(fourth[t], gap[t]));
  tracker.finish();
  REQUIRE(tracker.censuses().size() == 10);
  for (int t = 0; t < 10; ++t) {
    INFO("frame " << t);
    const BondCensus& census = tracker.censuses()[t];
    CHECK(census.bonds[0] == (t < 5 ? 4 : 3));
    CHECK(census.tetrahedra == (t < 5 ? 1 : 0));
    CHECK(census.tetrahedra_kept == (t < 5 ? 1 : 0));
    CHECK(census.dimers == (t < 7 ? 0 : 1));
    CHECK(census.chains == 0);
  }
  REQUIRE(tracker.events().size() == 2);
  CHECK(tracker.events()[0].frame == 5);
  CHECK_FALSE(tracker.events()[0].formed);
  CHECK((tracker.events()[0].a == 0 && tracker.events()[0].b == 4));
  CHECK(tracker.events()[1].frame == 7);
  CHECK(tracker.events()[1].formed);
}

TEST_CASE("chains of sulphur are told from dimers, P-O and Co-S from their cut-offs") {
  const TrajectoryAtoms atoms = atoms_of({"S", "S", "S", "Co", "O", "P"});
  BondTracker tracker(atoms, default_bond_kinds(), 1);
  tracker.add(frame_of({Cartesian(1, 1, 19.5), Cartesian(1, 1, 1.5), Cartesian(1, 1, 3.6), Cartesian(1, 3.4, 1.5), Cartesian(10, 10, 10), Cartesian(10, 10, 11.6)}));
  tracker.add(frame_of({Cartesian(1, 1, 19.5), Cartesian(1, 1, 1.5), Cartesian(1, 1, 5.6), Cartesian(1, 5.4, 1.5), Cartesian(10, 10, 10), Cartesian(10, 10, 12.6)}));
  tracker.finish();
  const BondCensus& first = tracker.censuses()[0];
  CHECK(first.chains == 1);
  CHECK(first.longest_chain == 3);
  CHECK(first.dimers == 0);
  CHECK(first.cobalt_with_sulphur == 1);
  CHECK(first.phosphorus_with_oxygen == 1);
  const BondCensus& second = tracker.censuses()[1];
  CHECK(second.dimers == 1);
  CHECK(second.chains == 0);
  CHECK(second.cobalt_with_sulphur == 0);
  CHECK(second.phosphorus_with_oxygen == 0);
}

TEST_CASE("a tetrahedron that has exchanged a sulphur is a tetrahedron but not the one kept") {
  const TrajectoryAtoms atoms = atoms_of({"P", "S", "S", "S", "S", "S", "S"});
  BondTracker tracker(atoms, default_bond_kinds(), 2);
  Frame before = thiophosphate(2.05, 3.5), after = before;
  std::swap(after.positions[4], after.positions[5]);
  for (int t = 0; t < 3; ++t) tracker.add(before);
  for (int t = 0; t < 3; ++t) tracker.add(after);
  tracker.finish();
  CHECK(tracker.censuses()[5].tetrahedra == 1);
  CHECK(tracker.censuses()[5].tetrahedra_kept == 0);
  CHECK(tracker.censuses()[2].tetrahedra_kept == 1);
}

TEST_CASE("the tracker against its definition on random switching") {
  const int seed = GENERATE(1, 2, 3, 4);
  INFO("seed " << seed);
  RandomStream random(seed, "test/bonds");
  const int lifetime = 3, frames = 200;
  const TrajectoryAtoms atoms = atoms_of({"S", "S"});
  BondTracker tracker(atoms, default_bond_kinds(), lifetime);
  std::vector<bool> raw;
  for (int t = 0; t < frames; ++t) {
    raw.push_back(t == 0 ? random.uniform() < 0.5 : random.uniform() < 0.4 ? !raw.back() : static_cast<bool>(raw.back()));
    tracker.add(frame_of({Cartesian(1, 1, 1), Cartesian(1, 1, raw.back() ? 3.0 : 4.0)}));
  }
  tracker.finish();
  bool state = raw[0] + raw[1] + raw[2] >= 2;
  for (int t = 0; t < frames; ++t) {
    bool turns = t + lifetime <= frames;
    for (int k = t; k < t + lifetime && turns; ++k) turns = raw[k] != state;
    if (turns) state = !state;
    INFO("frame " << t);
    CHECK(tracker.censuses()[t].dimers == (state ? 1 : 0));
  }
}

TEST_CASE("short runs and odd wishes") {
  const TrajectoryAtoms atoms = atoms_of({"S", "S"});
  BondTracker none(atoms, default_bond_kinds(), 3);
  none.finish();
  CHECK(none.censuses().empty());
  BondTracker one(atoms, default_bond_kinds(), 3);
  one.add(frame_of({Cartesian(1, 1, 1), Cartesian(1, 1, 3)}));
  one.finish();
  REQUIRE(one.censuses().size() == 1);
  CHECK(one.censuses()[0].dimers == 1);
  CHECK_THROWS_AS(BondTracker(atoms, default_bond_kinds(), 0), Error);
}
