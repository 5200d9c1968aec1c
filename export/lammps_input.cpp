#include "export/lammps_input.hpp"

#include <fmt/format.h>

#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {
namespace {

struct Settings {
  const char* name;
  const char* about;
  long steps;
  double temperature;         // K
  double pressure_z;          // bar, across the interface
  long dump_every;            // steps
};

constexpr std::array<Settings, 3> all_settings = {{
    {"relax", "overlaps removed, energy minimised, a short NVT run, minimised again", 5000, 300.0, 0.0, 100},
    {"reaction", "NPT at room temperature, 1 bar in the plane, 1000 bar across the interface, 2 ns", 2000000, 300.0, 1000.0, 1000},
    {"diffusion", "NPT at 500 K, 1 bar in all three directions, 10 ns", 10000000, 500.0, 1.0, 1000},
}};

const Settings& settings_of(Protocol protocol) { return all_settings[static_cast<std::size_t>(protocol)]; }

std::string variables(const Settings& protocol, const ProtocolOptions& options, bool barostat) {
  const long steps = options.steps > 0 ? options.steps : protocol.steps;
  const double temperature = options.temperature > 0.0 ? options.temperature : protocol.temperature;
  std::string text = fmt::format(
      "# {}: {}.\n# Change any of these from outside, e.g. lmp -in {}.in -var steps 200 -var seed 7\n"
      "variable model        index {}\n"
      "variable data         index {}\n"
      "variable steps        index {}\n"
      "variable temperature  index {}       # K\n",
      protocol.name, protocol.about, protocol.name, options.model, options.data, steps, temperature);
  if (barostat)
    text += "variable pressure_xy  index 1         # bar, along x and y each\n" +
            (options.vacuum ? std::string() : fmt::format("variable pressure_z   index {}      # bar, across the interface\n", protocol.pressure_z));
  text += fmt::format(
      "variable timestep     index {}     # ps\n"
      "variable seed         index {}\n"
      "variable thermo_every index 100\n"
      "variable dump_every   index {}       # steps; 0 writes no trajectory\n"
      "variable trajectory   index {}.lammpstrj\n",
      options.timestep, lammps_seed(options.seed), protocol.dump_every, protocol.name);
  return text;
}

/// `box tilt large` lets cells at the 60 or 120 degree limit, and past it, through.
std::string system_section(const TypeMap& types) {
  return fmt::format(
      "\n# --- system\n"
      "units metal\n"
      "atom_style atomic\n"
      "boundary p p p\n"
      "box tilt large\n"
      "read_data ${{data}}\n"
      "pair_style deepmd ${{model}}\n"
      "pair_coeff * * {}\n"
      "neighbor 1.0 bin\n"
      "neigh_modify every 5 delay 0 check yes\n"
      "timestep ${{timestep}}\n"
      "thermo ${{thermo_every}}\n"
      "thermo_style custom step time temp pe ke etotal press pxx pyy pzz pxy lx ly lz vol density\n",
      types.names());
}

std::string start_section(Protocol protocol) {
  std::string text = "\n# --- start\n";
  if (protocol == Protocol::relax)
    text += "# Overlaps: steepest descent, no atom further than 0.02 A an iteration, whatever the force.\n"
            "min_style sd\n"
            "min_modify dmax 0.02\n"
            "minimize 0.0 1.0 200 1000\n"
            "min_style cg\n"
            "min_modify dmax 0.1\n"
            "minimize 1.0e-8 1.0e-2 1000 5000\n";
  else
    text += "# The first steps must not throw atoms out, should the stack not have been relaxed before.\n"
            "min_style cg\n"
            "min_modify dmax 0.05\n"
            "minimize 1.0e-6 5.0e-2 100 500\n";
  text += "reset_timestep 0\n"
          "velocity all create ${temperature} ${seed} mom yes rot no dist gaussian\n";
  return text;
}

std::string integrator(Protocol protocol, bool vacuum) {
  if (protocol == Protocol::relax) return "fix integrate all nvt temp ${temperature} ${temperature} $(100.0*v_timestep)\n";
  // Each direction has its own barostat and the box keeps its angles: in the plane the crystals stay matched.
  std::string text = "fix integrate all npt temp ${temperature} ${temperature} $(100.0*v_timestep) &\n"
                     "    x ${pressure_xy} ${pressure_xy} $(1000.0*v_timestep) y ${pressure_xy} ${pressure_xy} $(1000.0*v_timestep) &\n";
  if (!vacuum) text += "    z ${pressure_z} ${pressure_z} $(1000.0*v_timestep) &\n";
  return text + "    couple none flip no\n";
}

/// What the heat of the run leaves on single atoms (3.5 eV/A at 300 K in a stack of 1000) goes: no force above 0.1 eV/A.
const char* settling = "# Settled: `norm max` is the largest force on an atom, eV/A.\n"
                       "unfix integrate\n"
                       "if \"${dump_every} > 0\" then \"undump trajectory\"\n"
                       "min_style cg\n"
                       "min_modify dmax 0.1 norm max\n"
                       "minimize 0.0 0.1 1000 5000\n";

std::string run_section(Protocol protocol, const TypeMap& types, bool vacuum) {
  return "\n# --- run\n" + integrator(protocol, vacuum) +
         "if \"${dump_every} > 0\" then &\n"
         "  \"dump trajectory all custom ${dump_every} ${trajectory} id type element xu yu zu\" &\n"
         "  \"dump_modify trajectory sort id format float %.10g element " + types.names() + "\"\n"
         "run ${steps}\n" + (protocol == Protocol::relax ? settling : "") +
         fmt::format("write_data {} nocoeff\n", protocol == Protocol::relax ? "relaxed.data" : fmt::format("{}.final.data", protocol_name(protocol)));
}

}  // namespace

std::string protocol_input(Protocol protocol, const TypeMap& types, const ProtocolOptions& options) {
  const std::string where = "protocol " + protocol_name(protocol);
  if (options.steps < 0) fail_input({where, "not a number of steps", std::to_string(options.steps), "0 (the protocol's own) or more", ""});
  if (!(options.temperature >= 0.0) || !std::isfinite(options.temperature))
    fail_input({where, "not a temperature", fmt::format("{:g} K", options.temperature), "0 (the protocol's own) or more", ""});
  if (!(options.timestep > 0.0) || !std::isfinite(options.timestep)) fail_input({where, "not a time step", fmt::format("{:g} ps", options.timestep), "> 0", ""});
  for (const std::string& path : {options.model, options.data})  // LAMMPS splits an index variable at blanks and substitutes nothing within quotes
    if (path.empty() || path.find_first_of(" \t\n\"'$&#") != std::string::npos)
      fail_input({where, "LAMMPS cannot take this path", "'" + path + "'", "no blanks, quotes, $, & or #", "link or rename the file"});
  return variables(settings_of(protocol), options, protocol != Protocol::relax) + system_section(types) + start_section(protocol) +
         run_section(protocol, types, options.vacuum);
}

Protocol protocol_from_name(const std::string& name) {
  for (std::size_t k = 0; k < all_settings.size(); ++k)
    if (name == all_settings[k].name) return static_cast<Protocol>(k);
  const std::array<std::string, 3> known = {"relax", "reaction", "diffusion"};
  const std::string nearest = nearest_word(name, known);
  fail_input({"protocol", "unknown", "'" + name + "'", "relax, reaction, diffusion, or an input file", nearest.empty() ? "" : "did you mean " + nearest + "?"});
}

std::string protocol_name(Protocol protocol) { return settings_of(protocol).name; }
long default_steps(Protocol protocol) { return settings_of(protocol).steps; }
double default_temperature(Protocol protocol) { return settings_of(protocol).temperature; }

long lammps_seed(std::uint64_t seed) {
  constexpr std::uint64_t top = 899999999;
  return static_cast<long>(seed >= 1 && seed <= top ? seed : 1 + seed % top);
}

}  // namespace lamella
