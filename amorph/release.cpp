#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/melt_input.hpp"
#include "amorph/quench.hpp"
#include "runner/engine.hpp"

namespace lamella {
namespace {

std::vector<Element> free_elements(const MeltSystem& system) {
  return {system.held.elements.begin(), system.held.elements.begin() + static_cast<std::ptrdiff_t>(system.free_later)};
}

/// rms and farthest displacement of the freed atoms, by element.
void tell_displacements(const MeltSystem& system, const std::vector<Cartesian>& from, const std::vector<Cartesian>& to, Release& release) {
  std::vector<Element> kinds;
  for (const FormulaTerm& t : system.formula) kinds.push_back(t.element);
  kinds.insert(kinds.end(), system.others.begin(), system.others.end());
  for (const Element e : kinds) {
    double sum = 0.0;
    long count = 0;
    for (std::size_t h = 0; h < system.free_later; ++h) {
      if (system.held.elements[h] != e) continue;
      const double squared = (to[system.elements.size() + h] - from[system.elements.size() + h]).vec().squaredNorm();
      release.farthest = std::max(release.farthest, std::sqrt(squared));
      sum += squared;
      ++count;
    }
    if (count > 0) release.rms.emplace_back(e, std::sqrt(sum / static_cast<double>(count)));
  }
}

MeltState melt_of(Engine& engine, const MeltSystem& system) {
  MeltState state;
  state.rows = engine.box().rows();
  const Cartesian origin = engine.box_origin();
  const std::vector<Cartesian> positions = engine.positions();
  for (std::size_t i = 0; i < system.elements.size(); ++i) state.positions.push_back(positions[i] - origin);
  state.velocities.assign(system.elements.size(), Cartesian(0.0, 0.0, 0.0));
  return state;
}

/// All the melt's atoms, and those of the crystals that may move, for a while; returns the melt.
MeltState free_run(const MeltSystem& system, const MeltState& state, double time, double kelvin, std::uint64_t seed, Release& release) {
  const double timestep = 0.5 * system.potential.timestep;  // a layer that pushes its crystals apart does so at once
  const long steps = std::max(20L, std::lround(time / timestep));
  const TemporaryData data(melt_data_text(system, state, maxwell_velocities(free_elements(system), kelvin, seed, "amorph/release")));
  Engine engine;
  engine.commands(embedded_lines(system, data.path()));
  engine.commands(fmt::format("group moving id <= {}\ntimestep {}\nthermo {}\nfix dynamics moving nvt temp {:.17g} {:.17g} {}\nthermo_modify temp dynamics_temp\n",
                              system.elements.size() + system.free_later, timestep, steps, kelvin, kelvin, 100.0 * timestep));
  const std::vector<Cartesian> from = engine.unwrapped_positions();
  engine.command(fmt::format("run {}", steps));
  release.time = static_cast<double>(steps) * timestep;
  release.temperature = engine.thermo("temp");
  tell_displacements(system, from, engine.unwrapped_positions(), release);
  return melt_of(engine, system);
}

}  // namespace

Release run_release(const MeltSystem& system, double time, double kelvin, std::uint64_t seed, MeltState& state) {
  Release release;
  state = free_run(system, state, time, kelvin, seed, release);
  state.velocities.assign(system.elements.size(), Cartesian(0.0, 0.0, 0.0));
  const TemporaryData data(melt_data_text(system, state));
  Engine engine;
  engine.commands(embedded_lines(system, data.path()));
  engine.commands(std::string("fix hold held setforce 0.0 0.0 0.0\n") + settling_lines);
  const std::vector<Cartesian> forces = engine.forces();
  for (std::size_t i = 0; i < system.elements.size(); ++i) release.largest_force = std::max(release.largest_force, forces[i].vec().norm());
  state = melt_of(engine, system);
  return release;
}

}  // namespace lamella
