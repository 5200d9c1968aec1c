#include "runner/run_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>

#include "base/files.hpp"
#include "export/structure_files.hpp"
#include "lattice/read_structure.hpp"
#include "runner/lammps_bridge.hpp"

namespace lamella {

namespace fs = std::filesystem;

TrajectoryIdentity identify_atoms(Engine& engine, const fs::path& stack) {
  TrajectoryIdentity atoms;
  atoms.ids = bridge::gather_ids(engine.lammps());
  atoms.types = engine.types();
  std::error_code code;
  if (!fs::exists(stack, code)) return atoms;
  const Structure structure = parse_extxyz(read_whole_file(stack), stack.string());
  if (structure.size() != atoms.ids.size()) return atoms;
  for (std::size_t i = 0; i < structure.size(); ++i)
    if (atoms.ids[i] != static_cast<int>(i) + 1) return atoms;
  atoms.elements = structure.elements;
  atoms.layer_of = structure.layer_of;
  atoms.layer_names = structure.layer_names;
  return atoms;
}

void check_census(const TrajectoryIdentity& atoms, const fs::path& stack) {
  std::error_code code;
  if (!fs::exists(stack, code)) return;
  const Structure structure = parse_extxyz(read_whole_file(stack), stack.string());
  const auto name = [&](std::size_t k) {
    const std::string layer = k < structure.layer_of.size() ? ", layer " + structure.layer_names[structure.layer_of[k]] : "";
    const Cartesian& r = structure.positions[k];
    return fmt::format("atom {} ({}{}), in the stack at {:.3f} {:.3f} {:.3f} A", k + 1, structure.elements[k].symbol(), layer, r.x(), r.y(), r.z());
  };
  const char* hint = "is it the data of another stack, or was an atom lost on the way?";
  std::vector<char> here(structure.size(), 0);
  std::map<int, Element> element_of;
  long strangers = 0;
  for (std::size_t i = 0; i < atoms.ids.size(); ++i) {
    const std::size_t k = static_cast<std::size_t>(atoms.ids[i]) - 1;
    if (atoms.ids[i] < 1 || k >= structure.size()) {
      ++strangers;
      continue;
    }
    here[k] = 1;
    const Element element = element_of.emplace(atoms.types[i], structure.elements[k]).first->second;
    if (element != structure.elements[k])
      fail_input({"data", "an atom is of another element than in the stack", name(k), "type " + std::to_string(atoms.types[i]) + " is " + std::string(element.symbol()), hint});
  }
  std::string lost;
  long missing = 0;
  for (std::size_t k = 0; k < structure.size(); ++k)
    if (!here[k] && ++missing <= 3) lost += (missing > 1 ? "; " : "") + name(k);
  if (missing + strangers == 0) return;
  TrajectoryIdentity whole;
  whole.layer_of = structure.layer_of;
  whole.layer_names = structure.layer_names;
  std::string wanted = std::to_string(structure.size());
  for (const auto& [layer, count] : census_of(whole)) wanted += fmt::format(", {} {}", layer, count);
  fail_input({"data", "holds other atoms than the stack", fmt::format("{} missing, {} too many{}", missing, strangers, missing ? ": " + lost : ""), wanted, hint});
}

std::vector<std::pair<std::string, long>> census_of(const TrajectoryIdentity& atoms) {
  std::vector<std::pair<std::string, long>> census;
  if (atoms.layer_of.empty()) return census;
  for (const std::string& layer : atoms.layer_names) census.emplace_back(layer, 0);
  for (const int layer : atoms.layer_of) ++census[layer].second;
  return census;
}

std::string RunWatch::name_of(std::size_t i) const {
  std::string name = fmt::format("atom {}", atoms_.ids[i]);
  if (i < atoms_.elements.size()) name += " (" + atoms_.elements[i].symbol();
  if (i < atoms_.layer_of.size()) name += ", layer " + atoms_.layer_names[atoms_.layer_of[i]];
  if (i < atoms_.elements.size()) name += ")";
  if (i < last_.size()) name += fmt::format(", at step {} at {:.3f} {:.3f} {:.3f} A", last_step_, last_[i].x(), last_[i].y(), last_[i].z());
  return name;
}

void RunWatch::remember(Engine& engine, long step) {
  last_ = engine.unwrapped_positions();
  last_cell_ = engine.box();
  last_origin_ = engine.box_origin();
  last_step_ = step;
}

// A NaN spreads from a force to a velocity, from there through the thermostat to all: the fewest tell where it began.
std::vector<std::size_t> RunWatch::not_finite(Engine& engine, const std::vector<int>& present) const {
  std::vector<std::size_t> fewest;
  for (const std::vector<Cartesian>& vectors : {engine.positions(), engine.forces(), engine.velocities()}) {
    std::vector<std::size_t> found;
    for (std::size_t i = 0, at = 0; i < atoms_.ids.size(); ++i) {
      while (at < present.size() && present[at] < atoms_.ids[i]) ++at;
      if (at < present.size() && present[at] == atoms_.ids[i] && !std::isfinite(vectors[at].norm())) found.push_back(i);
    }
    if (!found.empty() && (fewest.empty() || found.size() < fewest.size())) fewest = std::move(found);
  }
  return fewest;
}

void RunWatch::check(Engine& engine, const ThermoRow& row) {
  const std::string where = fmt::format("step {}", row.step);
  if (const long now = engine.atom_count(), then = static_cast<long>(atoms_.ids.size()); all_stay_ && now != then)
    fail_run({where, "the number of atoms changed", std::to_string(now), std::to_string(then), ""});
  const bool runaway = !std::isfinite(row.temperature) || row.temperature > hottest_;
  if (!runaway) {
    remember(engine, row.step);
  } else {
    const std::vector<Cartesian> velocities = engine.velocities();
    const auto fastest = std::ranges::max_element(velocities, {}, [](const Cartesian& v) { return std::isfinite(v.norm()) ? v.norm() : HUGE_VAL; });
    const std::size_t i = static_cast<std::size_t>(fastest - velocities.begin());
    fail_run({where, "the temperature runs away", fmt::format("{:.0f} K; the fastest is {}", row.temperature, i < atoms_.ids.size() ? name_of(i) : ""),
              fmt::format("up to {:.0f} K", hottest_), "relax the stack first, shorten the time step, or ask whether the potential knows these atoms"});
  }
  const double deviation = bridge::last_force_deviation(engine.lammps());
  if (!(largest_deviation_ > 0 && deviation > largest_deviation_)) return;
  const auto most = std::ranges::find(atoms_.ids, bridge::most_deviating_atom(engine.lammps()));
  fail_run({where, "the models disagree",
            fmt::format("max_devi_f {:.4g} eV/A{}", deviation, most != atoms_.ids.end() ? "; most about " + name_of(static_cast<std::size_t>(most - atoms_.ids.begin())) : ""),
            fmt::format("up to {:.4g}", largest_deviation_), "label frames of this run and train again"});
}

void RunWatch::save_last_frame() const {
  if (last_.empty() || atoms_.elements.size() != last_.size()) return;
  Structure frame;
  frame.cell = last_cell_;
  frame.elements = atoms_.elements;
  frame.layer_of = atoms_.layer_of;
  frame.layer_names = atoms_.layer_names;
  for (const Cartesian& r : last_) frame.positions.push_back(last_cell_.wrapped(r - last_origin_));
  write_whole_file("failed.extxyz", extxyz_text(frame, fmt::format("step {}, the last whole frame", last_step_)));
}

void RunWatch::explain(Engine& engine, const Error& error, long step) const {
  ErrorText text = error.text();
  const std::vector<int> present = bridge::gather_ids(engine.lammps());
  std::vector<std::size_t> guilty;
  for (std::size_t i = 0; i < atoms_.ids.size(); ++i)
    if (!std::ranges::binary_search(present, atoms_.ids[i])) guilty.push_back(i);
  if (guilty.empty()) guilty = not_finite(engine, present);
  if (!text.where.starts_with("step ")) {
    text.hint = text.hint.empty() ? "in: " + text.where : text.hint;
    text.where = fmt::format("step {}", step);
  }
  if (!guilty.empty()) {
    text.got += (text.got.empty() ? "" : "; ") + fmt::format("{} atoms lost or not finite: ", guilty.size());
    for (std::size_t k = 0; k < std::min<std::size_t>(guilty.size(), 3); ++k) text.got += (k ? "; " : "") + name_of(guilty[k]);
  }
  bool saved = !last_.empty() && atoms_.elements.size() == last_.size();
  try {
    bridge::on_root([&] { save_last_frame(); });
  } catch (const Error&) {
    saved = false;  // the disk that made the run fail fails here too; what happened first is what must be told
  }
  if (saved) text.hint += (text.hint.empty() ? "" : "; ") + fmt::format("the frame of step {} is in {}", last_step_, (std::filesystem::current_path().filename() / "failed.extxyz").string());
  throw Error(error.failure(), text);
}

}  // namespace lamella
