#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <filesystem>

#include "amorph/quench.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "runner/engine.hpp"

namespace lamella {
namespace {

constexpr double boltzmann = 8.617333262e-5;     // eV/K
constexpr double ev_in_amu_a2_ps2 = 9648.53322;  // 1 eV = that many amu A^2/ps^2
constexpr double wall_width = 1.5;               // A, over which a wall pushes

/// A file of its own in the temporary folder, gone with the object: LAMMPS reads data from files only.
class TemporaryData {
 public:
  explicit TemporaryData(const std::string& text) {
    std::string name = (std::filesystem::temp_directory_path() / "lamella-melt-XXXXXX").string();
    const int descriptor = mkstemp(name.data());
    if (descriptor < 0) fail_run({"temporary folder", "cannot write", name, "", "set TMPDIR to a folder with room"});
    close(descriptor);
    path_ = name;
    write_whole_file(path_, text);
  }
  ~TemporaryData() {
    std::error_code ignored;
    std::filesystem::remove(path_, ignored);
  }
  TemporaryData(const TemporaryData&) = delete;
  TemporaryData& operator=(const TemporaryData&) = delete;
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::vector<int> types_of(const MeltSystem& system) {
  std::vector<int> types;
  for (const Element e : system.elements) {
    const auto at = std::find_if(system.formula.begin(), system.formula.end(), [&](const FormulaTerm& t) { return t.element == e; });
    types.push_back(static_cast<int>(at - system.formula.begin()) + 1);
  }
  return types;
}

std::string data_text(const MeltSystem& system, const MeltState& state) {
  const Cell cell(state.rows);
  std::string text = fmt::format("melt\n\n{} atoms\n{} atom types\n\n0.0 {:.17g} xlo xhi\n0.0 {:.17g} ylo yhi\n0.0 {:.17g} zlo zhi\n{:.17g} 0.0 0.0 xy xz yz\n\nMasses\n\n",
                                 system.elements.size(), system.formula.size(), state.rows(0, 0), state.rows(1, 1), state.rows(2, 2), state.rows(1, 0));
  for (std::size_t t = 0; t < system.formula.size(); ++t) text += fmt::format("{} {:.17g}\n", t + 1, system.formula[t].element.mass());
  const std::vector<int> types = types_of(system);
  text += "\nAtoms # charge\n\n";
  for (std::size_t i = 0; i < types.size(); ++i) {
    const Cartesian r = cell.wrapped(state.positions[i]);
    text += fmt::format("{} {} 0.0 {:.17g} {:.17g} {:.17g}\n", i + 1, types[i], r.x(), r.y(), r.z());
  }
  text += "\nVelocities\n\n";
  for (std::size_t i = 0; i < types.size(); ++i)
    text += fmt::format("{} {:.17g} {:.17g} {:.17g}\n", i + 1, state.velocities[i].x(), state.velocities[i].y(), state.velocities[i].z());
  return text;
}

void set_up(Engine& engine, const MeltSystem& system, const Stage& stage, const TemporaryData& data, bool minimise_first) {
  engine.commands("units metal\natom_style charge\natom_modify map array\nboundary p p p\nbox tilt large\n" + system.potential.before_box);
  engine.command("read_data " + data.path());
  engine.commands(system.potential.lines);
  engine.commands("neighbor 1.0 bin\nneigh_modify every 1 delay 2 check yes\nthermo_modify norm no lost error flush no\n"
                  "thermo_style custom step temp pe press pzz lz density\n");
  if (system.film)
    engine.commands(fmt::format("region cavity block INF INF INF INF {:.17g} {:.17g} side in units box\n"
                                "fix walls all wall/region cavity harmonic 10.0 0.0 {}\n",
                                system.wall - wall_width, system.wall + stage.walls + wall_width, wall_width));
  // The packing has close pairs: without their energy taken out first, the first steps would throw atoms about.
  if (minimise_first) engine.commands("min_modify dmax 0.05\nminimize 0.0 0.5 100 500\nreset_timestep 0\n");
}

std::string integrator(const MeltSystem& system, const Stage& stage, double timestep) {
  const double damp = 100.0 * timestep, press = 1000.0 * timestep / 2.5;
  if (system.film || system.constant_density || stage.fixed_height)
    return fmt::format("fix dynamics all nvt temp {:.17g} {:.17g} {}", stage.from, stage.to, damp);
  return fmt::format("fix dynamics all npt temp {:.17g} {:.17g} {} z 0.0 0.0 {}", stage.from, stage.to, damp, press);
}

std::vector<Cartesian> from_origin(std::vector<Cartesian> positions, const Cartesian& origin) {
  for (Cartesian& p : positions) p = p - origin;
  return positions;
}

MeltState read_state(Engine& engine) {
  MeltState state;
  state.rows = engine.box().rows();
  state.positions = from_origin(engine.positions(), engine.box_origin());
  state.velocities = engine.velocities();
  return state;
}

/// Mean squared displacement by element, the drift of the whole melt taken out.
std::vector<double> displacements(const MeltSystem& system, const std::vector<Cartesian>& from, const std::vector<Cartesian>& to) {
  Vec3 drift = Vec3::Zero();
  double mass = 0.0;
  for (std::size_t i = 0; i < from.size(); ++i) {
    drift += system.elements[i].mass() * (to[i] - from[i]).vec();
    mass += system.elements[i].mass();
  }
  drift /= mass;
  std::vector<double> msd;
  for (const FormulaTerm& t : system.formula) {
    double sum = 0.0;
    long count = 0;
    for (std::size_t i = 0; i < from.size(); ++i) {
      if (system.elements[i] != t.element) continue;
      sum += ((to[i] - from[i]).vec() - drift).squaredNorm();
      ++count;
    }
    msd.push_back(count ? sum / static_cast<double>(count) : 0.0);
  }
  return msd;
}

void record_end(Engine& engine, const MeltSystem& system, const Stage& stage, StageRecord& record) {
  long per_unit = 0;
  for (const FormulaTerm& t : system.formula) per_unit += t.count;
  const long units = static_cast<long>(system.elements.size()) / per_unit;
  record.temperature = engine.thermo("temp");
  record.pressure = engine.thermo("pzz");
  record.energy = engine.thermo("pe") / static_cast<double>(units);
  const Mat3 rows = engine.box().rows();
  const double height = system.film ? stage.walls : rows(2, 2);
  record.density = density_of(system.formula, units, rows(0, 0) * rows(1, 1) * height);
}

}  // namespace

std::vector<Cartesian> maxwell_velocities(const std::vector<Element>& elements, double kelvin, std::uint64_t seed, const std::string& purpose) {
  RandomStream random(seed, purpose);
  std::vector<Cartesian> velocities;
  Vec3 momentum = Vec3::Zero();
  double mass = 0.0;
  for (const Element e : elements) {
    const double width = std::sqrt(boltzmann * kelvin * ev_in_amu_a2_ps2 / e.mass());
    const double x = random.normal(), y = random.normal(), z = random.normal();
    velocities.emplace_back(width * x, width * y, width * z);
    momentum += e.mass() * velocities.back().vec();
    mass += e.mass();
  }
  double twice_kinetic = 0.0;
  for (std::size_t i = 0; i < elements.size(); ++i) {
    velocities[i] = velocities[i] - Cartesian(Vec3(momentum / mass));
    twice_kinetic += elements[i].mass() * velocities[i].vec().squaredNorm();
  }
  const double freedom = 3.0 * static_cast<double>(elements.size()) - 3.0;
  const double scale = twice_kinetic > 0.0 ? std::sqrt(freedom * boltzmann * kelvin * ev_in_amu_a2_ps2 / twice_kinetic) : 1.0;
  for (Cartesian& v : velocities) v = v * scale;
  return velocities;
}

StageRecord run_stage(const MeltSystem& system, const Stage& stage, bool minimise_first, MeltState& state, std::vector<MeltState>* snapshots,
                      const std::function<void(double fraction)>& on_progress) {
  const double timestep = system.potential.timestep;
  const long steps = std::max(20L, std::lround(stage.time / timestep));
  const TemporaryData data(data_text(system, state));
  Engine engine;
  set_up(engine, system, stage, data, minimise_first);
  engine.commands(fmt::format("timestep {}\nthermo {}\n{}\n", timestep, steps, integrator(system, stage, timestep)));
  const std::vector<Cartesian> start = engine.unwrapped_positions();
  const long every = std::max(10L, steps / (stage.frames > 0 ? 2 * stage.frames : 20));
  engine.on_step(every, [&](long step) {
    on_progress(std::min(1.0, static_cast<double>(step) / static_cast<double>(steps)));
    if (snapshots && stage.frames > 0 && 2 * step > steps && step < steps) snapshots->push_back(read_state(engine));
  });
  engine.command(fmt::format("run {}", steps));
  StageRecord record;
  record.name = stage.name;
  record.from = stage.from;
  record.to = stage.to;
  record.time = static_cast<double>(steps) * timestep;
  record_end(engine, system, stage, record);
  record.msd = displacements(system, start, engine.unwrapped_positions());
  state = read_state(engine);
  if (snapshots && stage.frames > 0) snapshots->push_back(state);
  return record;
}

}  // namespace lamella
