// The program itself, run many times: the same forces bit for bit, on one rank and on two (deepmd-kit #2603).
#include <catch2/catch.hpp>

#include <array>
#include <cmath>
#include <cstdlib>
#include <sstream>
#include <vector>

#include "runner/engine.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

// 64 atoms of Li and F under the bundled Deep Potential, `steps` of NVE that cross rebuilds of the neighbour lists.
std::string input(const fs::path& data, int steps) {
  return fmt::format(R"(units metal
atom_style charge
read_data {}
pair_style deepmd {}/structures/potential/first-pass.pb
pair_coeff * * Li F
neighbor 1.0 bin
neigh_modify every 3 delay 0 check no
velocity all create 900 5 loop geom
timestep 0.001
fix 1 all nve
dump 1 all custom {} forces.dump id x y z fx fy fz
dump_modify 1 sort id format float %.17g
run {}
)", data.string(), fs::absolute(LAMELLA_SOURCE_DIR).string(), steps, steps);
}

std::string forces_on_two_ranks(const fs::path& folder, const std::string& text) {
  write_whole_file(folder / "two.in", text);
  // A clean environment: this process may be an MPI program itself by now, and mpirun would take itself for one of its ranks.
  const std::string command = fmt::format("cd '{}' && env -i PATH=\"$PATH\" HOME=\"$HOME\" LD_LIBRARY_PATH=\"$LD_LIBRARY_PATH\" ASAN_OPTIONS=detect_leaks=0 "
                                          "OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1 mpirun --oversubscribe --bind-to none -n 2 '{}' lammps --threads 1 --precision double "
                                          "-in two.in -log none -screen none > said.txt 2>&1",
                                          folder.string(), fs::absolute(LAMELLA_BINARY).string());
  fs::remove(folder / "forces.dump");
  const int status = std::system(command.c_str());
  INFO(read_whole_file(folder / "said.txt"));
  REQUIRE(status == 0);
  return read_whole_file(folder / "forces.dump");
}

// The numbers of the last frame, id x y z fx fy fz a row.
std::vector<std::array<double, 7>> last_frame(const std::string& dump) {
  std::istringstream lines(dump.substr(dump.rfind("fx fy fz") + 8));
  std::vector<std::array<double, 7>> rows;
  for (std::array<double, 7> row; lines >> row[0] >> row[1] >> row[2] >> row[3] >> row[4] >> row[5] >> row[6];) rows.push_back(row);
  return rows;
}

}  // namespace

TEST_CASE("twenty runs give one trajectory bit for bit in either precision and whatever the threads") {
  const fs::path folder = test::fresh_folder("repeat");
  test::write_lithium_fluoride(folder);
  for (const Precision precision : {Precision::double_, Precision::mixed}) {
    std::vector<Cartesian> first_x, first_f;
    for (int run = 0; run < 20; ++run) {
      INFO("run " << run);
      EngineOptions options;
      options.precision = precision;
      options.threads = 1 + run % 3;
      Engine engine(options);
      std::string text = input(folder / "lammps/stack.data", 30);
      text.erase(text.find("dump 1"), text.find("run 30") - text.find("dump 1"));
      engine.commands(text);
      const auto x = engine.positions(), f = engine.forces();
      REQUIRE(f.size() == 64);
      if (run == 0) first_x = x, first_f = f;
      bool same = true;
      for (std::size_t i = 0; i < f.size(); ++i) same = same && x[i].vec() == first_x[i].vec() && f[i].vec() == first_f[i].vec();
      CHECK(same);
    }
  }
  fs::remove_all(folder);
}

TEST_CASE("two ranks repeat their own bits and give one rank's forces") {
  if (std::system("mpirun --version > /dev/null 2>&1") != 0) {
    WARN("no mpirun: not tested");
    return;
  }
  const fs::path folder = test::fresh_folder("ranks");
  test::write_lithium_fluoride(folder);
  const fs::path data = folder / "lammps/stack.data";
  const std::string again = input(data, 20);
  const std::string first = forces_on_two_ranks(folder, again);
  for (int run = 1; run < 3; ++run) CHECK(forces_on_two_ranks(folder, again) == first);
  const auto two = last_frame(forces_on_two_ranks(folder, input(data, 1)));
  EngineOptions options;
  options.threads = 1;
  Engine engine(options);
  std::string text = input(data, 1);
  text.erase(text.find("dump 1"), text.find("run 1") - text.find("dump 1"));
  engine.commands(text);
  const auto f = engine.forces();
  REQUIRE(two.size() == f.size());
  double worst = 0.0, largest = 0.0;
  for (std::size_t i = 0; i < f.size(); ++i)
    for (int a = 0; a < 3; ++a) {
      worst = std::max(worst, std::abs(two[i][4 + a] - f[i].vec()[a]));
      largest = std::max(largest, std::abs(f[i].vec()[a]));
    }
  CHECK(largest > 0.1);
  CHECK(worst < 1e-9);
  fs::remove_all(folder);
}
