// A sectioned protocol of classical LiF in a tilted cell: fast enough to be run, killed and resumed many times.
#pragma once
#include <fmt/format.h>
#include <unistd.h>

#include <filesystem>
#include <string>

#include "base/files.hpp"
#include "runner/protocol_run.hpp"

namespace lamella::test {

inline std::string lithium_fluoride_input() {
  return R"(# classical LiF, NPT
variable data         index stack.data
variable steps        index 100
variable temperature  index 600   # K
variable seed         index 7
variable thermo_every index 10
variable dump_every   index 10
variable trajectory   index npt.lammpstrj

# --- system
units metal
atom_style charge
boundary p p p
read_data ${data}
set type 1 charge 1.0
set type 2 charge -1.0
pair_style buck/coul/long 6.0
kspace_style ewald 1e-5
pair_coeff 1 2 443.83 0.2714 0.0
pair_coeff 2 2 1127.7 0.2753 15.83
pair_coeff 1 1 0.0 0.3 0.0
neighbor 1.0 bin
neigh_modify every 1 delay 0 check yes
thermo ${thermo_every}
thermo_style custom step vol  # thermo.csv has its own numbers, whatever is printed

# --- start
minimize 0.0 1.0e-2 20 100
reset_timestep 0
velocity all create ${temperature} ${seed} mom yes rot no dist gaussian

# --- run
fix integrate all npt temp ${temperature} $(0.5*v_temperature) 0.1 x 1 1 1.0 y 1 1 1.0 &
    z 1000 1000 1.0 couple none flip no
run ${steps}
write_data final.data nocoeff
)";
}

/// The same under the bundled Deep Potential, as the emitted protocols name it.
inline std::string deep_lithium_fluoride_input() {
  std::string input = lithium_fluoride_input();
  const auto swap = [&](const std::string& from, const std::string& to) { input.replace(input.find(from), from.size(), to); };
  swap("variable data ", "variable model        index model.pb\nvariable data ");
  const std::size_t begin = input.find("set type 1"), end = input.find("neighbor 1.0");
  input.replace(begin, end - begin, "pair_style deepmd ${model}\npair_coeff * * Li F\n");
  swap("minimize 0.0 1.0e-2 20 100", "minimize 0.0 1.0e-2 5 20");
  return input;
}

/// A built folder in small: stack.extxyz, lammps/stack.data (atom_style charge) and lammps/npt.in. 64 atoms.
inline void write_lithium_fluoride(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder / "lammps");
  const double a = 4.1, tilt = 1.3;
  std::string data = fmt::format("LiF\n\n64 atoms\n2 atom types\n0 {0} xlo xhi\n0 {0} ylo yhi\n0 {0} zlo zhi\n{1} 0.4 -0.7 xy xz yz\n\nMasses\n\n1 6.94\n2 18.998\n\nAtoms # charge\n\n", 2 * a, tilt);
  std::string xyz = fmt::format("64\nLattice=\"{0} 0 0 {1} {0} 0 0.4 -0.7 {0}\" Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1 pbc=\"T T T\"\n", 2 * a, tilt);
  int id = 0;
  for (int x = 0; x < 4; ++x)
    for (int y = 0; y < 4; ++y)
      for (int z = 0; z < 4; ++z) {
        const bool lithium = (x + y + z) % 2 == 0;
        const double fx = x / 4.0, fy = y / 4.0, fz = z / 4.0, wobble = 0.1 * ((7 * x + 5 * y + 3 * z) % 11) / 11.0;
        const double px = 2 * a * fx + tilt * fy + 0.4 * fz + wobble, py = 2 * a * fy - 0.7 * fz, pz = 2 * a * fz + wobble;
        const int layer = z < 2 ? 1 : 2;
        data += fmt::format("{} {} 0.0 {:.9f} {:.9f} {:.9f}\n", ++id, lithium ? 1 : 2, px, py, pz);
        xyz += fmt::format("{} {:.9f} {:.9f} {:.9f} {} {} {} {}\n", lithium ? "Li" : "F", px, py, pz, id, layer, layer == 1 ? "lower" : "upper", layer);
      }
  write_whole_file(folder / "lammps" / "stack.data", data);
  write_whole_file(folder / "lammps" / "npt.in", lithium_fluoride_input());
  write_whole_file(folder / "stack.extxyz", xyz);
}

/// `lamella run` of that folder's npt.in on one thread, a checkpoint every 20 steps.
inline ProtocolRunOptions npt_run(const std::filesystem::path& folder) {
  ProtocolRunOptions options;
  options.folder = folder;
  options.protocol = "npt";
  options.threads = 1;
  options.checkpoint_every = 20;
  return options;
}

/// An empty folder for one test.
inline std::filesystem::path fresh_folder(const std::string& name) {
  const auto folder = std::filesystem::temp_directory_path() / fmt::format("lamella-runner-{}-{}", ::getpid(), name);
  std::filesystem::remove_all(folder);
  std::filesystem::create_directories(folder);
  return folder;
}

}  // namespace lamella::test
