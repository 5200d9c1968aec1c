#include <catch2/catch.hpp>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "runner/engine.hpp"

using namespace lamella;

namespace {

// Rock-salt LiF with the Catlow-type Buckingham set of physics.md.
const char* kLithiumFluoride = R"(
units metal
atom_style charge
lattice custom 4.026 a1 1 0 0 a2 0 1 0 a3 0 0 1 basis 0 0 0 basis 0.5 0.5 0 basis 0.5 0 0.5 basis 0 0.5 0.5 &
  basis 0.5 0 0 basis 0 0.5 0 basis 0 0 0.5 basis 0.5 0.5 0.5
region box block 0 2 0 2 0 2
create_box 2 box
create_atoms 2 region box basis 1 1 basis 2 1 basis 3 1 basis 4 1 basis 5 2 basis 6 2 basis 7 2 basis 8 2
mass 1 6.94
mass 2 18.998
set type 1 charge 1.0
set type 2 charge -1.0
pair_style buck/coul/long 6.0
kspace_style ewald 1e-6
pair_coeff 1 2 443.83 0.2714 0.0
pair_coeff 2 2 1127.7 0.2753 15.83
pair_coeff 1 1 0.0 0.3 0.0
)";

}  // namespace

TEST_CASE("a rock-salt crystal in the engine: energy, box, positions by id") {
  Engine engine;
  engine.commands(kLithiumFluoride);
  engine.command("run 0");
  REQUIRE(engine.atom_count() == 64);
  // physics.md: -10.885 eV per formula unit at its own lattice constant of 4.053 A.
  CHECK(engine.thermo("pe") / 32 == Approx(-10.88).margin(0.03));
  CHECK(engine.box().volume() == Approx(std::pow(8.052, 3)));
  const auto positions = engine.positions();
  const auto types = engine.types();
  REQUIRE(positions.size() == 64);
  CHECK(types.front() == 1);
  CHECK((positions[0].vec() - Vec3(0, 0, 0)).norm() < 1e-9);
  for (const Cartesian& f : engine.forces()) CHECK(f.norm() < 1e-6);  // every site is a centre of symmetry
}

TEST_CASE("callbacks come every k steps, in runs and after clear, and see the state") {
  Engine engine;
  std::vector<long> steps;
  double temperature = -1, energy = 0;
  engine.on_step(5, [&](long step) {
    steps.push_back(step);
    temperature = engine.thermo("temp");
    energy = engine.thermo("pe");
  });
  engine.commands(kLithiumFluoride);
  engine.commands("velocity all create 300 1\nfix 1 all nve\nrun 12");
  CHECK(steps == std::vector<long>{5, 10});
  CHECK(temperature > 0);
  CHECK(energy / 32 == Approx(-10.88).margin(0.2));
  engine.command("clear");
  engine.commands(kLithiumFluoride);
  engine.commands("fix 1 all nve\nrun 5");
  CHECK(steps == std::vector<long>{5, 10, 5});
  engine.on_step(0, nullptr);
  engine.command("run 5");
  CHECK(steps.size() == 3);
}

TEST_CASE("thermo keywords in a callback are those of the very step") {
  Engine engine;
  std::vector<std::array<double, 3>> seen;
  engine.on_step(2, [&](long) { seen.push_back({engine.thermo("temp"), engine.thermo("pe"), engine.thermo("press")}); });
  engine.commands(kLithiumFluoride);
  engine.commands("velocity all create 300 1\nfix 1 all nve\nthermo 5\nrun 4\n");
  REQUIRE(seen.size() == 2);
  CHECK(seen[1][0] == Approx(engine.thermo("temp")).epsilon(1e-12));
  CHECK(seen[1][1] == Approx(engine.thermo("pe")).epsilon(1e-12));
  CHECK(seen[1][2] == Approx(engine.thermo("press")).epsilon(1e-12));
  CHECK(std::abs(seen[0][0] - seen[1][0]) > 1.0);
}

TEST_CASE("LAMMPS's fatal errors become exceptions that name the command, the process and a new engine go on") {
  for (const char* bad : {"pair_style no_such_style", "run 10", "no_such_command", "read_data /no/such/file"}) {
    Engine engine;
    INFO(bad);
    try {
      engine.command(bad);
      FAIL("no error");
    } catch (const Error& error) {
      CHECK(error.failure() == Failure::while_running);
      CHECK(error.text().where == bad);
      CHECK(!error.text().what.empty());
    }
  }
  Engine engine;
  engine.commands(kLithiumFluoride);
  engine.commands("fix 1 all nve\nrun 1");
  CHECK(engine.thermo("step") == 1);
}

TEST_CASE("an error thrown inside a run leaves a process that can run again") {
  {
    Engine engine;
    engine.commands(kLithiumFluoride);
    engine.on_step(2, [](long) { fail_run({"step", "asked to stop", "", "", ""}); });
    CHECK_THROWS_AS(engine.commands("fix 1 all nve\nrun 10"), Error);
  }
  Engine engine;
  engine.commands(kLithiumFluoride);
  engine.commands("velocity all create 1e7 1\nfix 1 all nve");
  CHECK_THROWS_AS(engine.command("run 1000"), Error);  // atoms are lost
}
