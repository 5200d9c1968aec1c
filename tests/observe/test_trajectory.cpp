#include <catch2/catch.hpp>
#include <filesystem>
#include <fstream>
#include <netcdf.h>
#include <unistd.h>
#include <zlib.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "observe/trajectory.hpp"

namespace fs = std::filesystem;
using namespace lamella;

#if defined(__SANITIZE_ADDRESS__)
// The NetCDF library believes a hostile header's counts and asks calloc for the impossible; it copes with null, which is what
// calloc answers outside the sanitizer.
extern "C" const char* __asan_default_options() { return "allocator_may_return_null=1"; }
#endif

namespace {

struct Scratch {
  fs::path folder = fs::temp_directory_path() / ("lamella_test_trajectory" + std::to_string(::getpid()));
  Scratch() { fs::create_directories(folder); }
  ~Scratch() { fs::remove_all(folder); }
  fs::path write(const std::string& name, const std::string& text) const {
    write_whole_file(folder / name, text);
    return folder / name;
  }
};

const std::string two_frames =
    "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n3\nITEM: BOX BOUNDS xy xz yz pp pp pp\n-1 13 2\n-0.5 9.5 1\n0 8 -0.5\n"
    "ITEM: ATOMS id type x y z ix iy iz\n2 1 1 1 1 0 0 0\n7 2 2 2 2 1 0 -1\n1 2 3 3 3 0 0 0\n"
    "ITEM: TIMESTEP\n100\nITEM: NUMBER OF ATOMS\n3\nITEM: BOX BOUNDS pp pp ff\n0 10\n0 10\n0 10\n"
    "ITEM: ATOMS id type x y z ix iy iz\n7 2 2.5 2 2 1 0 0\n1 2 3 3 3 0 0 0\n2 1 1 1 1 0 0 0\n";

TrajectoryOptions with_types() {
  TrajectoryOptions options;
  options.types = {Element::from_symbol("Li"), Element::from_symbol("F")};
  return options;
}

std::string error_of(const fs::path& file, const TrajectoryOptions& options = with_types()) {
  try {
    const auto reader = open_trajectory(file, options);
    Frame frame;
    while (reader->next(frame)) {
    }
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::bad_input);
    return error.what();
  }
  return "none";
}

}  // namespace

TEST_CASE("a LAMMPS dump: tilted box from its bounds, images, atoms in any order") {
  const Scratch scratch;
  const fs::path plain = scratch.write("a.dump", two_frames);
  gzFile gz = gzopen((scratch.folder / "a.dump.gz").c_str(), "wb");
  gzwrite(gz, two_frames.data(), static_cast<unsigned>(two_frames.size()));
  gzclose(gz);
  for (const fs::path& file : {plain, scratch.folder / "a.dump.gz"}) {
    const auto reader = open_trajectory(file, with_types());
    CHECK(reader->atoms().ids == std::vector<long>{1, 2, 7});
    CHECK(reader->atoms().elements[1].symbol() == "Li");
    Frame frame;
    REQUIRE(reader->next(frame));
    // bounds -1..13 hold tilts xy = 2, xz = 1: xlo = -1 - min(0, 2, 1, 3) = -1, xhi = 13 - 3; yz = -0.5: ylo = -0.5 + 0.5
    Mat3 wanted;
    wanted << 11, 0, 0, 2, 9.5, 0, 1, -0.5, 8;
    CHECK(frame.cell.rows().isApprox(wanted));
    CHECK(frame.unwrapped);
    CHECK(frame.positions[2].vec().isApprox(Vec3(2 + 1 + 11 - 1, 2 + 0 + 0.5, 2 - 8)));  // from the corner (-1, 0, 0)
    REQUIRE(reader->next(frame));
    CHECK(frame.step == 100);
    CHECK(frame.time == Approx(0.1));
    CHECK(frame.periodic == std::array<bool, 3>{true, true, false});
    CHECK(frame.positions[2].vec().isApprox(Vec3(12.5, 2, 2)));
    CHECK_FALSE(reader->next(frame));
    CHECK(count_frames(file, with_types()) == 2);
  }
}

TEST_CASE("scaled, unwrapped and general boxes, units, times, element column") {
  const Scratch scratch;
  const std::string head = "ITEM: UNITS\nreal\nITEM: TIME\n250\nITEM: TIMESTEP\n5\nITEM: NUMBER OF ATOMS\n1\n";
  Frame frame;
  auto first = [&](const std::string& text) {
    const auto reader = open_trajectory(scratch.write("b.dump", text), {});
    REQUIRE(reader->next(frame));
    return reader->atoms();
  };
  const auto atoms = first(head + "ITEM: BOX BOUNDS pp pp pp\n1 11\n0 20\n0 30\nITEM: ATOMS id element xs ys zs\n4 Co 0.5 0.25 0.1\n");
  CHECK(atoms.elements[0].symbol() == "Co");
  CHECK(frame.time == Approx(0.25));
  CHECK(frame.positions[0].vec().isApprox(Vec3(5, 5, 3)));
  CHECK_FALSE(frame.unwrapped);
  first(head + "ITEM: BOX BOUNDS abc origin pp pp pp\n0 10 0 1\n-10 0 0 1\n0 0 10 1\nITEM: ATOMS id element xu yu zu\n4 Co 2 3 4\n");
  CHECK(frame.cell.a() == Vec3(0, 10, 0));
  CHECK(frame.positions[0].vec().isApprox(Vec3(1, 2, 3)));
}

TEST_CASE("extended XYZ: layers from molecule, identities by id") {
  const Scratch scratch;
  const std::string frame_text =
      "2\nLattice=\"5 0 0 1 5 0 0 0 6\" Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1 pbc=\"T T F\" Step=10\n"
      "F 1 2 3 9 2 coating 2\nLi 0 0 0 3 1 cathode 1\n";
  const fs::path file = scratch.write("a.extxyz", frame_text + frame_text);
  const TrajectoryAtoms atoms = read_identities(file);
  CHECK(atoms.ids == std::vector<long>{3, 9});
  CHECK(atoms.layer_names == std::vector<std::string>{"cathode", "coating"});
  CHECK(atoms.layer_of == std::vector<int>{0, 1});
  CHECK(count_frames(file) == 2);
  const auto reader = open_trajectory(file);
  Frame frame;
  REQUIRE(reader->next(frame));
  CHECK(frame.time == Approx(0.01));
  CHECK_FALSE(frame.periodic[2]);
  CHECK(frame.positions[1].vec() == Vec3(1, 2, 3));
  // The same identities put elements and layers to a dump that carries bare numbers.
  TrajectoryOptions options;
  options.reference = atoms;
  const auto dump = open_trajectory(scratch.write("a.dump", "ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n2\nITEM: BOX BOUNDS pp pp pp\n0 5\n0 5\n0 5\n"
                                                            "ITEM: ATOMS id type x y z\n9 5 1 1 1\n3 4 2 2 2\n"), options);
  CHECK(dump->atoms().elements[1].symbol() == "F");
  CHECK(dump->atoms().layer_of == std::vector<int>{0, 1});
}

/// Two frames of three atoms as `lamella run` lays them out, ids 5, 2, 9.
void write_netcdf(const fs::path& file) {
  int nc = 0, frame = 0, atom = 0, spatial = 0;
  REQUIRE(nc_create(file.c_str(), NC_CLOBBER | NC_64BIT_OFFSET, &nc) == NC_NOERR);
  nc_def_dim(nc, "frame", NC_UNLIMITED, &frame);
  nc_def_dim(nc, "atom", 3, &atom);
  nc_def_dim(nc, "spatial", 3, &spatial);
  auto variable = [&](const char* name, nc_type type, std::vector<int> dimensions) {
    int id = 0;
    REQUIRE(nc_def_var(nc, name, type, static_cast<int>(dimensions.size()), dimensions.data(), &id) == NC_NOERR);
    return id;
  };
  const int id = variable("id", NC_INT, {atom}), z = variable("Z", NC_INT, {atom}), layer = variable("layer", NC_INT, {atom}), time = variable("time", NC_DOUBLE, {frame});
  const int lengths = variable("cell_lengths", NC_DOUBLE, {frame, spatial}), angles = variable("cell_angles", NC_DOUBLE, {frame, spatial}), origin = variable("cell_origin", NC_DOUBLE, {frame, spatial});
  const int x = variable("coordinates", NC_FLOAT, {frame, atom, spatial});
  nc_put_att_text(nc, layer, "names", 15, "cathode coating");
  nc_put_att_text(nc, x, "unwrapped", 3, "yes");
  nc_enddef(nc);
  const int ids[] = {5, 2, 9}, numbers[] = {3, 9, 3}, layers[] = {1, 2, 2};
  nc_put_var_int(nc, id, ids);
  nc_put_var_int(nc, z, numbers);
  nc_put_var_int(nc, layer, layers);
  for (std::size_t f = 0; f < 2; ++f) {
    const std::size_t start[] = {f, 0, 0}, three[] = {1, 3}, all[] = {1, 3, 3};
    const double t = 0.5 * static_cast<double>(f), l[] = {10, 11, 12}, a[] = {90, 60, 120}, o[] = {1, 1, 1};
    const float r[] = {1, 2, 3, 4, 5, 6, 70, 8, 9};
    nc_put_var1_double(nc, time, start, &t);
    nc_put_vara_double(nc, lengths, start, three, l);
    nc_put_vara_double(nc, angles, start, three, a);
    nc_put_vara_double(nc, origin, start, three, o);
    nc_put_vara_float(nc, x, start, all, r);
  }
  REQUIRE(nc_close(nc) == NC_NOERR);
}

TEST_CASE("AMBER NetCDF as `lamella run` writes it, cut short it is an error, never a crash") {
  const Scratch scratch;
  const fs::path file = scratch.folder / "a.nc";
  write_netcdf(file);
  const auto reader = open_trajectory(file);
  CHECK(reader->atoms().ids == std::vector<long>{2, 5, 9});
  CHECK(reader->atoms().elements[0].symbol() == "F");
  CHECK(reader->atoms().layer_names == std::vector<std::string>{"cathode", "coating"});
  CHECK(reader->atoms().layer_of == std::vector<int>{1, 0, 1});
  Frame frame;
  REQUIRE(reader->next(frame));
  REQUIRE(reader->next(frame));
  CHECK(frame.unwrapped);
  CHECK(frame.time == Approx(0.5));
  CHECK(frame.cell.parameters()[4] == Approx(60.0));
  CHECK(frame.positions[2].vec().isApprox(Vec3(69, 7, 8)));
  CHECK_FALSE(reader->next(frame));
  const std::string bytes = read_whole_file(file);
#ifdef __SANITIZE_ADDRESS__
  constexpr std::size_t stride = 31;
#else
  constexpr std::size_t stride = 7;
#endif
  for (std::size_t length = 0; length < bytes.size(); length += stride) {
    const std::string error = error_of(scratch.write("cut.nc", bytes.substr(0, length)));
    INFO("cut at byte " << length << " of " << bytes.size() << ": " << error);
    if (length < 600) CHECK(error != "none");
  }
  // A header that lies about its sizes must not be believed: every byte of it turned over, one at a time.
  for (std::size_t at = 4; at < std::min<std::size_t>(bytes.size(), 900); ++at) {
    std::string turned = bytes;
    turned[at] = static_cast<char>(~turned[at]);
    error_of(scratch.write("turned.nc", turned));
  }
}

TEST_CASE("every cut of a trajectory is an error with its frame and line, or fewer whole frames") {
  const Scratch scratch;
  for (std::size_t length = 0; length < two_frames.size(); ++length) {
    const std::string error = error_of(scratch.write("cut.dump", two_frames.substr(0, length)));
    INFO("cut at byte " << length << ": " << error);
    const bool whole = length + 1 >= two_frames.size() || two_frames.substr(length).starts_with("ITEM: TIMESTEP\n100") ||
                       two_frames.substr(length).starts_with("\nITEM: TIMESTEP\n100") || (error == "none" && two_frames[length - 1] == '0');
    if (whole) CHECK(error == "none");
    else CHECK((error.find(" line ") != std::string::npos || error.find("an empty file") != std::string::npos));
  }
}

TEST_CASE("hostile trajectories are refused in plain words") {
  const Scratch scratch;
  auto with = [&](const std::string& from, const std::string& to) {
    std::string text = two_frames;
    const std::size_t at = text.rfind(from);
    REQUIRE(at != std::string::npos);
    text.replace(at, from.size(), to);
    return error_of(scratch.write("bad.dump", text));
  };
  CHECK_THAT(with("1 2 3 3 3 0 0 0\n", ""), Catch::Contains("frame 1 line"));
  CHECK_THAT(with("OF ATOMS\n3", "OF ATOMS\n999999999"), Catch::Contains("the file ends inside this frame"));
  CHECK_THAT(with("OF ATOMS\n3", "OF ATOMS\n-3"), Catch::Contains("not a whole number in range"));
  CHECK_THAT(with("7 2 2.5", "1 2 2.5"), Catch::Contains("two atoms with one id"));
  CHECK_THAT(with("7 2 2.5", "8 2 2.5"), Catch::Contains("did not have"));
  CHECK_THAT(with("7 2 2.5", "7 1 2.5"), Catch::Contains("changed its type"));
  CHECK_THAT(with("7 2 2.5", "7 2 nan"), Catch::Contains("not a finite number"));
  CHECK_THAT(with("7 2 2.5", "7 2 1e300"), Catch::Contains("beyond all bounds"));
  CHECK_THAT(with("7 2 2.5 2 2 1 0 0", "7 2 2.5"), Catch::Contains("too few columns"));
  CHECK_THAT(with("0 10\n0 10\n0 10", "0 10\n0 10\n10 0"), Catch::Contains("cell"));
  CHECK_THAT(with("0 10\n0 10\n0 10", "0 10\n0 inf\n0 10"), Catch::Contains("not a finite number"));
  CHECK_THAT(with("id type x y z", "type x y z q"), Catch::Contains("without the column id"));
  CHECK_THAT(error_of(scratch.write("bad.bin", std::string(3 << 20, 'x'))), Catch::Contains("megabyte"));
  CHECK_THAT(error_of(scratch.write("bad.nc", "CDF\x01 nonsense")), Catch::Contains("NetCDF"));
  CHECK_THAT(error_of(scratch.folder / "nowhere"), Catch::Contains("cannot be read"));
  CHECK_THAT(error_of(scratch.write("a.dump", two_frames), {}), Catch::Contains("--types"));
}

TEST_CASE("a lost atom is named by id, layer and last position") {
  const Scratch scratch;
  TrajectoryOptions options;
  options.reference.ids = {1, 2, 7};
  options.reference.elements = {Element::from_symbol("F"), Element::from_symbol("Li"), Element::from_symbol("F")};
  options.reference.layer_of = {0, 1, 1};
  options.reference.layer_names = {"cathode", "coating"};
  std::string text = two_frames;
  text.replace(text.rfind("ATOMS\n3"), 7, "ATOMS\n2");
  text.replace(text.rfind("7 2 2.5 2 2 1 0 0\n"), 18, "");
  const std::string error = error_of(scratch.write("lost.dump", text), options);
  CHECK_THAT(error, Catch::Contains("1 of 3 atoms are lost") && Catch::Contains("F id 7 of layer coating, last at 13.000 2.500 -6.000 A"));
}
