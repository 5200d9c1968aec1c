#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "observe/trajectory.hpp"
#include "runner/trajectory_writer.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

const TrajectoryIdentity kAtoms = {{1, 2, 3}, {1, 1, 2}, {Element(3), Element(3), Element(9)}, {0, 1, 1}, {"lower", "upper"}};

Cell cell_at(int frame) {
  Mat3 rows;
  rows << 10 + 0.01 * frame, 0, 0, 2, 9, 0, -1.5, 0.5, 12;
  return Cell(rows);
}

std::vector<Cartesian> positions_at(int frame) { return {{0.5 + frame, 1, 2}, {3, -40.25 + frame, 1}, {0, 0, 100.125}}; }

void write_frames(TrajectoryWriter& writer, int from, int to) {
  for (int f = from; f < to; ++f) writer.write(100 * f, 0.1 * f, cell_at(f), Cartesian(1, 2, 3), positions_at(f));
}

}  // namespace

TEST_CASE("a trajectory reads back: unwrapped positions, cell, time, elements and layers") {
  const fs::path folder = test::fresh_folder("trajectory");
  {
    TrajectoryWriter writer(folder / "t.nc", kAtoms);
    write_frames(writer, 0, 5);
  }
  const auto reader = open_trajectory(folder / "t.nc");
  CHECK(reader->atoms().elements[2] == Element(9));
  CHECK(reader->atoms().layer_of == std::vector<int>{0, 1, 1});
  CHECK(reader->atoms().layer_names == std::vector<std::string>{"lower", "upper"});
  Frame frame;
  for (int f = 0; f < 5; ++f) {
    REQUIRE(reader->next(frame));
    CHECK(frame.unwrapped);
    CHECK(frame.step == 100 * f);
    CHECK(frame.time == Approx(0.1 * f));
    CHECK((frame.cell.rows() - cell_at(f).rows()).norm() < 1e-9);
    for (int i = 0; i < 3; ++i) CHECK((frame.positions[i].vec() - positions_at(f)[i].vec() + Vec3(1, 2, 3)).norm() < 1e-5);
  }
  CHECK(!reader->next(frame));
  fs::remove_all(folder);
}

TEST_CASE("a trajectory cut back to a mark and continued has the same bytes") {
  const fs::path folder = test::fresh_folder("trajectory-cut");
  TrajectoryMark mark;
  {
    TrajectoryWriter whole(folder / "whole.nc", kAtoms);
    write_frames(whole, 0, 7);
    TrajectoryWriter part(folder / "part.nc", kAtoms);
    write_frames(part, 0, 3);
    mark = part.sync();
    write_frames(part, 0, 2);  // what a killed run wrote after its checkpoint
  }
  CHECK(mark.frames == 3);
  {
    TrajectoryWriter part(folder / "part.nc", kAtoms, mark);
    write_frames(part, 3, 7);
  }
  CHECK(read_whole_file(folder / "whole.nc") == read_whole_file(folder / "part.nc"));
  mark.bytes = 1000000;
  CHECK_THROWS_AS(TrajectoryWriter(folder / "part.nc", kAtoms, mark), Error);
  CHECK_THROWS_AS(TrajectoryWriter("/no/such/folder/t.nc", kAtoms), Error);
  fs::remove_all(folder);
}
