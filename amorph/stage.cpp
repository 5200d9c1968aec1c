#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/melt_input.hpp"
#include "amorph/quench.hpp"
#include "base/error.hpp"
#include "base/random.hpp"
#include "runner/engine.hpp"

namespace lamella {
namespace {

constexpr double boltzmann = 8.617333262e-5;     // eV/K
constexpr double ev_in_amu_a2_ps2 = 9648.53322;  // 1 eV = that many amu A^2/ps^2

std::vector<Cartesian> from_origin(std::vector<Cartesian> positions, const Cartesian& origin) {
  for (Cartesian& p : positions) p = p - origin;
  return positions;
}

MeltState read_state(Engine& engine, std::size_t atoms) {
  MeltState state;
  state.rows = engine.box().rows();
  state.positions = from_origin(engine.positions(), engine.box_origin());
  state.velocities = engine.velocities();
  state.positions.resize(atoms, Cartesian(0.0, 0.0, 0.0));  // held crystals come after the melt
  state.velocities.resize(atoms, Cartesian(0.0, 0.0, 0.0));
  return state;
}

/// Mean squared displacement by element, the drift of the whole melt taken out. The vectors may hold more atoms than the melt.
std::vector<double> displacements(const MeltSystem& system, const std::vector<Cartesian>& from, const std::vector<Cartesian>& to) {
  Vec3 drift = Vec3::Zero();
  double mass = 0.0;
  for (std::size_t i = 0; i < system.elements.size(); ++i) {
    drift += system.elements[i].mass() * (to[i] - from[i]).vec();
    mass += system.elements[i].mass();
  }
  drift /= mass;
  if (system.held.size() > 0) drift.setZero();  // held crystals give the frame
  std::vector<double> msd;
  for (const FormulaTerm& t : system.formula) {
    double sum = 0.0;
    long count = 0;
    for (std::size_t i = 0; i < system.elements.size(); ++i) {
      if (system.elements[i] != t.element) continue;
      sum += ((to[i] - from[i]).vec() - drift).squaredNorm();
      ++count;
    }
    msd.push_back(count ? sum / static_cast<double>(count) : 0.0);
  }
  return msd;
}

void record_end(Engine& engine, const MeltSystem& system, StageRecord& record) {
  long per_unit = 0;
  for (const FormulaTerm& t : system.formula) per_unit += t.count;
  const long units = static_cast<long>(system.elements.size()) / per_unit;
  record.temperature = engine.thermo("temp");
  record.pressure = engine.thermo("pzz");
  // Frozen slices of the melt have an energy of their own, which no LAMMPS command tells apart under Ewald's sum.
  record.energy = system.rough && system.held.size() > 0 ? std::nan("") : engine.thermo("pe") / static_cast<double>(units);
  const Mat3 rows = engine.box().rows();
  const double height = system.film ? system.glass_height : rows(2, 2);
  record.density = density_of(system.formula, units, rows(0, 0) * rows(1, 1) * height);
}

/// LAMMPS's own words on a melt that flew apart name its mesh and not the cause.
void run_or_explain(Engine& engine, const MeltSystem& system, const Stage& stage, long steps) {
  const Mat3 start = engine.box().rows();
  try {
    engine.command(fmt::format("run {}", steps));
  } catch (const Error& error) {
    if (error.failure() != Failure::while_running) throw;
    fail_run({"quench", fmt::format("the melt came apart on the way from {:.0f} to {:.0f} K ({})", stage.from, stage.to, error.what()),
              fmt::format("{} atoms in {:.1f} x {:.1f} x {:.1f} A", system.elements.size(), start.row(0).norm(), start.row(1).norm(), start(2, 2)), "",
              "take a wider cell (a few atoms hold no liquid), look at the potential, or give quench.density, so that the height is held"});
  }
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

MeltState settled(const MeltSystem& system, const MeltState& state) {
  MeltSystem bare = system;
  bare.held = {};
  const TemporaryData data(melt_data_text(bare, state));
  Engine engine;
  engine.commands(embedded_lines(bare, data.path()));
  engine.commands(melt_start_lines(bare, false) + settling_lines);
  return read_state(engine, bare.elements.size());
}

StageRecord run_stage(const MeltSystem& system, const Stage& stage, bool minimise_first, MeltState& state, std::vector<MeltState>* snapshots,
                      const std::function<void(double fraction)>& on_progress) {
  const double timestep = system.potential.timestep;
  const long steps = std::max(20L, std::lround(stage.time / timestep));
  const std::string text = melt_data_text(system, state);
  keep_input(system, stage, minimise_first, steps, text);
  const TemporaryData data(text);
  Engine engine;
  engine.commands(embedded_lines(system, data.path()));
  engine.commands(melt_start_lines(system, minimise_first));
  engine.commands(fmt::format("thermo {}\n", steps) + melt_dynamics_lines(system, stage));
  const std::vector<Cartesian> start = engine.unwrapped_positions();
  const long every = std::max(10L, steps / (stage.frames > 0 ? 2 * stage.frames : 20));
  engine.on_step(every, [&](long step) {
    on_progress(std::min(1.0, static_cast<double>(step) / static_cast<double>(steps)));
    if (snapshots && stage.frames > 0 && 2 * step > steps && step < steps) snapshots->push_back(read_state(engine, system.elements.size()));
  });
  run_or_explain(engine, system, stage, steps);
  StageRecord record;
  record.name = stage.name;
  record.from = stage.from;
  record.to = stage.to;
  record.time = static_cast<double>(steps) * timestep;
  record_end(engine, system, record);
  record.msd = displacements(system, start, engine.unwrapped_positions());
  state = read_state(engine, system.elements.size());
  if (snapshots && stage.frames > 0) snapshots->push_back(state);
  return record;
}

}  // namespace lamella
