#include "amorph/quench.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>
#include <cmath>

#include "amorph/cache.hpp"
#include "base/error.hpp"
#include "observe/order.hpp"

namespace lamella {
namespace {

constexpr double step_down = 100.0;     // K per stage of the quench
constexpr double shortest_stage = 0.5;  // ps
constexpr double onset_share = 0.05;    // crystals have begun to grow
constexpr double onset_ions = 8.0;      // ... if they are more than a few: chance puts that many in register in a small cell
constexpr double quiet_share = 0.02;    // none to speak of: glass and liquid stay below 1 %
constexpr double release_below = 0.6;   // of the melt temperature: from there on the height follows 0 bar in any case
constexpr double boiled = 0.4;          // of the guessed density
constexpr double melted_msd = 4.0;      // A^2 over the melt stage: about a neighbour's distance squared

std::vector<Stage> plan(const MeltSystem& system, const QuenchRecipe& recipe) {
  std::vector<Stage> stages = {{"melt", recipe.melt, recipe.melt, recipe.hold, true}};
  const double fall = recipe.melt - recipe.final;
  const double per_stage = std::max(step_down, recipe.rate * shortest_stage * 1e-12);
  const int count = std::max(1, static_cast<int>(std::lround(fall / per_stage)));
  for (int k = 0; k < count; ++k)
    stages.push_back({"quench", recipe.melt - fall * k / count, recipe.melt - fall * (k + 1) / count, fall / count / recipe.rate * 1e12, system.constant_density});
  stages.push_back({"hold", recipe.final, recipe.final, std::max(recipe.final_hold, 0.1), system.constant_density});
  stages.back().frames = 8;
  return stages;
}

void insist_on_melting(const MeltSystem& system, const StageRecord& melt) {
  for (std::size_t t = 0; t < system.formula.size(); ++t)
    if (melt.msd[t] < melted_msd)
      fail_run({"quench", "the melt did not melt",
                fmt::format("{} moved {:.2f} A^2 in {:.1f} ps at {:.0f} K", system.formula[t].element.symbol(), melt.msd[t], melt.time, melt.to),
                fmt::format("at least {} A^2", melted_msd), "raise quench.melt or quench.hold"});
}

/// At the melt temperature 0 bar would let the liquid boil: its height stays as packed until cooling has brought the pressure down.
bool still_compressed(const QuenchLog& log, const Stage& stage, double melt) {
  const bool tension = std::any_of(log.stages.begin(), log.stages.end(), [](const StageRecord& s) { return s.pressure <= 0.0; });
  return !tension && stage.from > release_below * melt;
}

bool crystals_grow(const MeltSystem& system, const StageRecord& record, double limit) {
  const double ions = static_cast<double>(system.elements.size()) / 2.0, onset = std::max(onset_share, onset_ions / ions);
  return record.crystal_share > (record.name == "hold" ? std::min(onset, limit) : onset);  // at the end of it all chance counts too
}

/// Progress over all stages by their share of the time, with the time left once some has passed.
class Clock {
 public:
  Clock(const std::vector<Stage>& stages, const Progress& progress) : progress_(progress), begun_(std::chrono::steady_clock::now()) {
    for (const Stage& s : stages) total_ += s.time;
  }
  void report(const Stage& stage, double done_before, double fraction) {
    if (!progress_) return;
    const double done = (done_before + fraction * stage.time) / total_;
    if (first_ < 0.0) first_ = done;
    const double spent = std::chrono::duration<double>(std::chrono::steady_clock::now() - begun_).count();
    const double kelvin = stage.from + fraction * (stage.to - stage.from);
    std::string detail = fmt::format("{} at {:.0f} K", stage.name, kelvin);
    if (done > first_ + 0.01) detail += fmt::format(", {:.0f} s left", spent * (1.0 - done) / (done - first_));
    progress_({"melt and quench", std::min(done, 0.999), detail});
  }

 private:
  const Progress& progress_;
  std::chrono::steady_clock::time_point begun_;
  double total_ = 0.0, first_ = -1.0;
};

/// The stage to come down from again: the last quiet one, and every third time one more before it.
std::size_t stage_to_return_to(const QuenchLog& log) {
  std::size_t quiet = 0;
  for (std::size_t i = 0; i + 1 < log.stages.size(); ++i)
    if (log.stages[i].crystal_share < quiet_share) quiet = i;
  const std::size_t further = log.rewinds.size() / 3;
  return quiet > further ? quiet - further : 0;
}

void rewind(const MeltSystem& system, std::uint64_t seed, QuenchLog& log, MeltState& state) {
  const std::size_t target = stage_to_return_to(log);
  log.rewinds.push_back({log.stages.back().to, log.stages[target].to, log.stages.back().crystal_share});
  log.history.resize(target + 1);
  log.stages.resize(target + 1);
  state = log.history.back();
  state.velocities = maxwell_velocities(system.elements, log.stages.back().to, seed, fmt::format("amorph/rewind/{}", log.rewinds.size()));
}

}  // namespace

Structure structure_of(const MeltSystem& system, const MeltState& state) {
  Structure s;
  s.cell = Cell(state.rows);
  s.elements = system.elements;
  s.positions = state.positions;
  return s;
}

Structure closed_structure(const MeltSystem& system, const MeltState& state) {
  Structure s = structure_of(system, state);
  if (!system.film) return s;
  Mat3 rows = state.rows;
  rows(2, 2) = system.glass_height;
  s.cell = Cell(rows);
  return s;
}

double crystal_share(const MeltSystem& system, const MeltState& state) {
  const Structure s = closed_structure(system, state);
  double share = 0.0;
  for (const std::vector<Element>& sublattice : {cations_of(system.formula), anions_of(system.formula)}) {
    std::vector<Cartesian> points;
    for (std::size_t i = 0; i < s.size(); ++i)
      if (std::find(sublattice.begin(), sublattice.end(), s.elements[i]) != sublattice.end()) points.push_back(s.positions[i]);
    const OrderCriteria criteria;
    const SublatticeOrder order = sublattice_order(s.cell, points, criteria.sublattice_neighbours, {true, true, true});
    long crystal = 0;
    for (const std::vector<double>& links : order.correlation)
      crystal += std::count_if(links.begin(), links.end(), [&](double c) { return c > criteria.coherence; }) >= criteria.coherent_links;
    if (!points.empty()) share = std::max(share, static_cast<double>(crystal) / static_cast<double>(points.size()));
  }
  return share;
}

namespace {

double mean_crystal_share(const MeltSystem& system, const std::vector<MeltState>& states) {
  double sum = 0.0;
  for (const MeltState& state : states) sum += crystal_share(system, state);
  return sum / static_cast<double>(states.size());
}

}  // namespace

Quenched quench_melt(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, MeltStore* store, const Progress& progress) {
  const std::vector<Stage> stages = plan(system, recipe);
  QuenchLog log = store ? store->load() : QuenchLog{};
  MeltState state = std::move(packed);
  if (log.history.empty()) state.velocities = maxwell_velocities(system.elements, recipe.melt, seed, "amorph/velocities");
  else state = log.history.back();
  Clock clock(stages, progress);
  std::vector<MeltState> snapshots;
  std::optional<Release> release;
  while (log.stages.size() < stages.size()) {
    Stage stage = stages[log.stages.size()];
    stage.fixed_height = stage.fixed_height || still_compressed(log, stage, recipe.melt);
    double before = 0.0;
    for (const StageRecord& s : log.stages) before += s.time;
    snapshots.clear();
    StageRecord record = run_stage(system, stage, log.stages.empty(), state, &snapshots, [&](double f) { clock.report(stage, before, f); });
    record.crystal_share = mean_crystal_share(system, snapshots.empty() ? std::vector<MeltState>{state} : snapshots);
    if (log.stages.empty()) insist_on_melting(system, record);
    log.stages.push_back(record);
    log.history.push_back(state);
    if (log.stages.size() > 1 && crystals_grow(system, record, recipe.crystal_share) && static_cast<int>(log.rewinds.size()) < recipe.rewinds) {
      rewind(system, seed, log, state);
      // A rewound state starts with new velocities: that is what a resumed quench must find.
      log.history.back() = state;
    }
    // The last stage is not saved: its snapshots are not kept, and the layer itself is about to be.
    if (store && log.stages.size() < stages.size()) store->save(log);
  }
  if (system.rough) state = settled(system, state);
  else if (system.held.size() > 0) release = run_release(system, recipe.release, recipe.final, seed, state);
  return {state, std::move(snapshots), std::move(log.stages), std::move(log.rewinds), release};
}

MeltState liquid(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, const Progress& progress) {
  const Stage stage = plan(system, recipe).front();
  MeltState state = std::move(packed);
  state.velocities = maxwell_velocities(system.elements, recipe.melt, seed, "amorph/liquid");
  const auto tell = [&](double fraction) {
    if (progress) progress({"melt to cut a film from", -1.0, fmt::format("{:.0f} %", 100.0 * fraction)});
  };
  insist_on_melting(system, run_stage(system, stage, true, state, nullptr, tell));
  return state;
}

double search_density(const MeltSystem& system, const QuenchRecipe& recipe, MeltState packed, std::uint64_t seed, const Progress& progress) {
  constexpr double settle = 2.0;  // ps, the first half to find the height, the second to average it
  const double liquid = std::max(release_below * recipe.melt, recipe.final);
  const std::vector<Stage> stages = {{"melt", recipe.melt, recipe.melt, std::min(recipe.hold, 2.0), true},
                                     {"cool", recipe.melt, liquid, 1.0, false},
                                     {"settle", liquid, liquid, settle, false, 8}};
  Clock clock(stages, progress);
  MeltState state = std::move(packed);
  state.velocities = maxwell_velocities(system.elements, recipe.melt, seed, "amorph/density");
  std::vector<MeltState> snapshots;
  double before = 0.0;
  for (const Stage& stage : stages) {
    snapshots.clear();
    run_stage(system, stage, before == 0.0, state, &snapshots, [&](double f) { clock.report(stage, before, f); });
    before += stage.time;
  }
  double volume = 0.0;
  for (const MeltState& s : snapshots) volume += s.rows.determinant() / static_cast<double>(snapshots.size());
  long per_unit = 0;
  for (const FormulaTerm& t : system.formula) per_unit += t.count;
  const double found = density_of(system.formula, static_cast<long>(system.elements.size()) / per_unit, volume);
  if (found < boiled * system.potential.melt_density)
    fail_run({"quench", "the melt boils at 0 bar: no density of its own", fmt::format("{:.3f} g/cm3", found), fmt::format("about {:.2f}", system.potential.melt_density),
              "give quench.density, or a lower quench.melt"});
  return found;
}

}  // namespace lamella
