// V(r) = -kB T ln g(r): no barrier where there is none.
#include <catch2/catch.hpp>

#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "observe/potential_of_mean_force.hpp"

using namespace lamella;

namespace {

std::vector<int> range(int from, int to) {
  std::vector<int> v(static_cast<std::size_t>(to - from));
  std::iota(v.begin(), v.end(), from);
  return v;
}

}  // namespace

TEST_CASE("an ideal gas has no bond and no barrier however few its pairs and fine its shells") {
  for (int seed = 0; seed < 60; ++seed) {
    INFO("seed " << seed);
    RandomStream random(static_cast<std::uint64_t>(seed), "test/ideal gas");
    const int atoms = seed % 3 == 0 ? 20 : seed % 3 == 1 ? 80 : 300, frames = seed % 2 ? 3 : 20, bins = seed % 5 ? 200 : 800;
    Mat3 rows;
    rows << 15, 0, 0, 4, 14, 0, -3, 2, 16;
    std::vector<Frame> run(static_cast<std::size_t>(frames));
    for (Frame& frame : run) {
      frame.cell = Cell(rows);
      for (int i = 0; i < atoms; ++i) frame.positions.push_back(frame.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()}));
    }
    RdfAccumulator rdf({{"A-A", range(0, atoms), range(0, atoms)}, {"A-B", range(0, atoms / 4), range(atoms / 4, atoms)}}, static_cast<std::size_t>(atoms), 8.0, bins);
    rdf.add(run);
    for (std::size_t p = 0; p < 2; ++p) CHECK(!potential_of_mean_force(rdf.result(p), 300.0).found);
  }
}

TEST_CASE("pairs held by a known spring and an ideal gas around them: the barrier is that of the counts") {
  // Bonds of 2.0 +- 0.1 A, nothing between 2.6 and 3.2 A: only a bound can be told, and it grows with the run.
  double last = 0.0;
  for (const int frames : {10, 100}) {
    RandomStream random(3, "test/spring");
    Mat3 rows;
    rows << 20, 0, 0, 4, 19, 0, -3, 2, 21;
    std::vector<Frame> run(static_cast<std::size_t>(frames));
    for (Frame& frame : run) {
      frame.cell = Cell(rows);
      for (int i = 0; i < 27; ++i) {  // dimers on a wide grid: no other pair nearer than 3.2 A
        const Vec3 s((i % 3 + 0.5) / 3, (i / 3 % 3 + 0.5) / 3, (i / 9 + 0.5) / 3);
        Vec3 along(random.normal(), random.normal(), random.normal());
        const Cartesian middle = frame.cell.to_cartesian(Fractional(s));
        const double length = std::clamp(2.0 + 0.1 * random.normal(), 1.5, 2.55);
        along *= 0.5 * length / along.norm();
        frame.positions.push_back(middle + Cartesian(along));
        frame.positions.push_back(middle - Cartesian(along));
      }
    }
    RdfAccumulator rdf({{"A-A", range(0, 54), range(0, 54)}}, 54, 8.0, 200);
    rdf.add(run);
    const PotentialOfMeanForce v = potential_of_mean_force(rdf.result(0), 500.0);
    REQUIRE(v.found);
    CHECK(v.r_peak == Approx(2.0).margin(0.1));
    CHECK(v.breaking.bound);
    CHECK(v.breaking.value > last + (last > 0 ? 0.06 : 0.0));  // ten times the frames: kB T ln 10 = 0.099 eV more, less the peak's noise
    last = v.breaking.value;
  }
}
