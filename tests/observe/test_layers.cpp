// Profiles, residence, box and V(r): small observables with answers known by hand.
#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"
#include "observe/box_history.hpp"
#include "observe/potential_of_mean_force.hpp"
#include "observe/profile.hpp"
#include "observe/residence.hpp"

using namespace lamella;

TEST_CASE("profiles hold every atom, its mass and its charge, and follow a gliding stack") {
  Mat3 m;
  m << 10, 0, 0, 2, 9, 0, 1, 3, 20;
  const Cell cell(m);
  TrajectoryAtoms atoms;
  RandomStream random(1, "test/profile");
  TrackedFrame frame;
  frame.cell = cell;
  for (int i = 0; i < 60; ++i) {
    atoms.ids.push_back(i + 1);
    atoms.elements.push_back(Element::from_symbol(i < 30 ? "Li" : i < 50 ? "F" : "S"));
    frame.fractional.emplace_back(random.uniform(), random.uniform(), i < 30 ? 0.12 : 1.32);
  }
  ProfileAccumulator profile(atoms, cell, 1.0);
  profile.add(frame);
  frame.drift = Vec3(0, 0, 0.4);
  for (Vec3& s : frame.fractional) s += frame.drift;
  profile.add(frame);
  const Profile p = profile.result();
  REQUIRE(p.z.size() == 20);
  const double slice = cell.volume() / 20;
  double mass = 0, charge = 0, li = 0;
  for (std::size_t k = 0; k < 20; ++k) mass += p.mass_density[k] * slice, charge += p.charge_density[k] * slice, li += p.number_density[0][k] * slice;
  CHECK(li == Approx(30));
  CHECK(mass / 1.66053906660 == Approx(30 * Element::from_symbol("Li").mass() + 20 * Element::from_symbol("F").mass() + 10 * Element::from_symbol("S").mass()));
  CHECK(charge == Approx(30 - 20 - 20));
  CHECK(p.number_density[0][2] * slice == Approx(30));
  CHECK(p.number_density[1][6] * slice == Approx(20));
  CHECK(p.z[2] == Approx(2.5));
}

TEST_CASE("ions of a layer are counted out once they stay out, also where the layer straddles the boundary") {
  const double shift = GENERATE(0.0, 0.55);
  INFO("shift " << shift);
  TrajectoryAtoms atoms;
  atoms.layer_names = {"cathode", "coating", "electrolyte"};
  TrackedFrame frame;
  frame.cell = Cell(Mat3(Vec3(10, 10, 30).asDiagonal()));
  for (int i = 0; i < 30; ++i) {  // three layers of ten atoms: heights 0-0.3, 0.35-0.65, 0.7-1
    atoms.ids.push_back(i + 1);
    atoms.elements.push_back(Element::from_symbol("Li"));
    atoms.layer_of.push_back(i / 10);
    frame.fractional.emplace_back(0, 0, i / 10 * 0.35 + 0.03 * (i % 10) + shift);
  }
  ResidenceTracker tracker(atoms, 1, Element::from_symbol("Li"), 2);
  REQUIRE(tracker.ions() == 10);
  const std::vector<Vec3> home = frame.fractional;
  auto at = [&](double moved) {
    frame.fractional = home;
    frame.fractional[19].z() += moved;
    for (Vec3& s : frame.fractional) s.z() += 0.25;
    frame.drift = Vec3(0, 0, 0.25);
    tracker.add(frame);
  };
  frame.drift = Vec3::Zero();
  tracker.add(frame);
  CHECK(tracker.high() - tracker.low() == Approx(0.35).margin(0.03));
  at(0.02);
  at(0.2);
  at(0.0);
  at(0.2);
  at(0.25);
  at(0.0);
  const std::vector<long> inside{10, 10, 9, 10, 9, 9, 10}, left{0, 0, 0, 0, 0, 1, 1};
  for (std::size_t t = 0; t < inside.size(); ++t) {
    INFO("frame " << t);
    CHECK(tracker.counts()[t].inside == inside[t]);
    CHECK(tracker.counts()[t].left_ever == left[t]);
  }
}

TEST_CASE("box and strain against the first frame") {
  Mat3 m;
  m << 10, 0, 0, 2, 9, 0, 1, 3, 20;
  Mat3 f = Mat3::Identity();
  f(0, 0) = 1.02;
  f(1, 2) = 0.01;
  const BoxState state = box_state(Cell(Mat3(m * f.transpose())), Cell(m));
  CHECK(state.strain[0] == Approx(0.02));
  CHECK(state.strain[3] == Approx(0.005));
  CHECK(state.strain[1] == Approx(0).margin(1e-12));
  CHECK(state.volume == Approx(1800 * 1.02));
}

TEST_CASE("V(r): the barrier of a g of known shape, and only a bound where g vanishes") {
  RdfResult rdf;
  rdf.name = "P-S";
  const bool empty = GENERATE(false, true);
  for (int k = 0; k < 200; ++k) {
    const double r = (k + 0.5) * 0.04;
    const double peak = 8.0 * std::exp(-std::pow((r - 2.05) / 0.1, 2)), shell = 2.0 * std::exp(-std::pow((r - 3.8) / 0.4, 2)), floor = empty ? 0.0 : 0.002;
    const double g = r < 1.5 ? 0.0 : peak + shell + floor;
    rdf.r.push_back(r);
    rdf.g.push_back(g < 1e-3 ? 0.0 : g);
    rdf.one_pair.push_back(1e-5);
    rdf.coordination.push_back(0);
  }
  const PotentialOfMeanForce v = potential_of_mean_force(rdf, 300.0);
  REQUIRE(v.found);
  CHECK(v.r_peak == Approx(2.05).margin(0.05));
  CHECK(v.r_next == Approx(3.8).margin(0.05));
  CHECK(v.breaking.bound == empty);
  const double kt = 8.617333262e-5 * 300;
  CHECK(v.breaking.value == Approx(kt * std::log(8.0 / (empty ? 1e-5 : 0.0025))).epsilon(0.06));
  CHECK(v.forming.value == Approx(kt * std::log(2.0 / (empty ? 1e-5 : 0.0025))).epsilon(0.06));
  CHECK(v.v[51] == Approx(-kt * std::log(rdf.g[51])));
  CHECK(std::isnan(v.v[10]));
  CHECK_THROWS_AS(potential_of_mean_force(rdf, 0.0), Error);
}
