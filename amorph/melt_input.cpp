#include "amorph/melt_input.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "base/error.hpp"
#include "base/files.hpp"

namespace lamella {
namespace {

constexpr double wall_width = 1.5;  // A, over which a wall pushes

int type_of(const MeltSystem& system, Element e) {
  const auto at = std::find_if(system.formula.begin(), system.formula.end(), [&](const FormulaTerm& t) { return t.element == e; });
  if (at != system.formula.end()) return static_cast<int>(at - system.formula.begin()) + 1;
  const auto other = std::find(system.others.begin(), system.others.end(), e);
  return static_cast<int>(system.formula.size()) + static_cast<int>(other - system.others.begin()) + 1;
}

std::string masses(const MeltSystem& system) {
  std::string text = "Masses\n\n";
  int type = 0;
  for (const FormulaTerm& t : system.formula) text += fmt::format("{} {:.17g}\n", ++type, t.element.mass());
  for (const Element e : system.others) text += fmt::format("{} {:.17g}\n", ++type, e.mass());
  return text;
}

std::string vector_line(std::size_t id, const Cartesian& v) { return fmt::format("{} {:.17g} {:.17g} {:.17g}\n", id, v.x(), v.y(), v.z()); }

}  // namespace

TemporaryData::TemporaryData(const std::string& text) {
  std::string name = (std::filesystem::temp_directory_path() / "lamella-melt-XXXXXX").string();
  const int descriptor = mkstemp(name.data());
  if (descriptor < 0) fail_run({"temporary folder", "cannot write", name, "", "set TMPDIR to a folder with room"});
  close(descriptor);
  path_ = name;
  write_whole_file(path_, text);
}

TemporaryData::~TemporaryData() {
  std::error_code ignored;
  std::filesystem::remove(path_, ignored);
}

std::string melt_data_text(const MeltSystem& system, const MeltState& state, const std::vector<Cartesian>& held_velocities) {
  const Cell cell(state.rows);
  const std::size_t melt = system.elements.size(), all = melt + system.held.size();
  std::string text = fmt::format("melt\n\n{} atoms\n{} atom types\n\n0.0 {:.17g} xlo xhi\n0.0 {:.17g} ylo yhi\n0.0 {:.17g} zlo zhi\n{:.17g} 0.0 0.0 xy xz yz\n\n", all,
                                 system.formula.size() + system.others.size(), state.rows(0, 0), state.rows(1, 1), state.rows(2, 2), state.rows(1, 0)) +
                     masses(system) + "\nAtoms # charge\n\n";
  for (std::size_t i = 0; i < all; ++i) {
    const Cartesian r = cell.wrapped(i < melt ? state.positions[i] : system.held.positions[i - melt]);
    text += fmt::format("{} {} 0.0 {:.17g} {:.17g} {:.17g}\n", i + 1, type_of(system, i < melt ? system.elements[i] : system.held.elements[i - melt]), r.x(), r.y(), r.z());
  }
  text += "\nVelocities\n\n";
  for (std::size_t i = 0; i < all; ++i) {
    const std::size_t h = i - melt;
    text += vector_line(i + 1, i < melt ? state.velocities[i] : h < held_velocities.size() ? held_velocities[h] : Cartesian(0.0, 0.0, 0.0));
  }
  return text;
}

std::string melt_system_lines(const MeltSystem& system, const std::string& data) {
  std::string text = "units metal\natom_style charge\natom_modify map array\nboundary p p p\nbox tilt large\n" + system.potential.before_box + "read_data " + data + "\n" +
                     system.potential.lines +
                     "neighbor 1.5 bin\nneigh_modify every 1 delay 2 check yes\nthermo_modify norm no lost error flush no\n"
                     "thermo_style custom step temp pe press pzz lz density\n";
  if (system.held.size() == 0) return text + "group mobile union all\n";
  return text + fmt::format("group mobile id <= {}\ngroup held subtract all mobile\n", system.elements.size());
}

std::string embedded_lines(const MeltSystem& system, const std::string& data) {
  return (system.potential.lines.find("hybrid") == std::string::npos ? "suffix lamella\n" : "") + melt_system_lines(system, data);
}

std::string melt_start_lines(const MeltSystem& system, bool minimise_first) {
  std::string text;
  if (system.film)
    text += fmt::format("region cavity block INF INF INF INF {:.17g} {:.17g} side in units box\nfix walls mobile wall/region cavity harmonic 10.0 0.0 {}\n",
                        system.wall - wall_width, system.wall + system.glass_height + wall_width, wall_width);
  if (!minimise_first) return text;
  // The packing has close pairs: without their energy taken out first, the first steps would throw atoms about.
  if (system.held.size() > 0) text += "fix hold held setforce 0.0 0.0 0.0\n";
  text += "min_modify dmax 0.05\nminimize 0.0 0.5 100 500\nreset_timestep 0\n";
  if (system.held.size() > 0) text += "unfix hold\n";
  return text;
}

std::string melt_dynamics_lines(const MeltSystem& system, const Stage& stage) {
  const double timestep = system.potential.timestep, damp = 100.0 * timestep, press = 1000.0 * timestep / 2.5;
  const bool fixed = system.film || system.constant_density || stage.fixed_height;
  std::string text = fmt::format("timestep {}\n", timestep);
  text += fixed ? fmt::format("fix dynamics mobile nvt temp {:.17g} {:.17g} {}\n", stage.from, stage.to, damp)
                : fmt::format("fix dynamics mobile npt temp {:.17g} {:.17g} {} z 0.0 0.0 {}\n", stage.from, stage.to, damp, press);
  // The temperature of what moves: the held crystals would dilute it.
  return system.held.size() > 0 ? text + "thermo_modify temp dynamics_temp\n" : text;
}

void keep_input(const MeltSystem& system, const Stage& stage, bool minimise_first, long steps, const std::string& data_text) {
  if (system.inputs.empty()) return;
  std::filesystem::create_directories(system.inputs);
  int number = 1;
  std::string name;
  do name = fmt::format("{:03d}-{}-{:.0f}K", number++, stage.name, stage.to);
  while (std::any_of(std::filesystem::directory_iterator(system.inputs), {}, [&](const auto& e) { return e.path().filename().string().starts_with(name.substr(0, 4)); }));
  write_whole_file(system.inputs / (name + ".data"), data_text);
  write_whole_file(system.inputs / (name + ".in"), melt_system_lines(system, name + ".data") + melt_start_lines(system, minimise_first) +
                                                      fmt::format("thermo {}\n", steps) + melt_dynamics_lines(system, stage) + fmt::format("run {}\n", steps));
}

}  // namespace lamella
