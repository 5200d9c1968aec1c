#include "runner/run_watch.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

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

std::string RunWatch::name_of(std::size_t i) const {
  std::string name = fmt::format("atom {}", atoms_.ids[i]);
  if (i < atoms_.elements.size()) name += " (" + atoms_.elements[i].symbol();
  if (i < atoms_.layer_of.size()) name += ", layer " + atoms_.layer_names[atoms_.layer_of[i]];
  if (i < atoms_.elements.size()) name += ")";
  if (i < last_.size()) name += fmt::format(", at step {} at {:.3f} {:.3f} {:.3f} A", last_step_, last_[i].x(), last_[i].y(), last_[i].z());
  return name;
}

void RunWatch::check(Engine& engine, const ThermoRow& row) {
  const std::string where = fmt::format("step {}", row.step);
  const bool runaway = !std::isfinite(row.temperature) || row.temperature > hottest_;
  if (!runaway) {
    last_ = engine.unwrapped_positions();
    last_cell_ = engine.box();
    last_origin_ = engine.box_origin();
    last_step_ = row.step;
  } else {
    const std::vector<Cartesian> velocities = engine.velocities();
    const auto fastest = std::ranges::max_element(velocities, {}, [](const Cartesian& v) { return std::isfinite(v.norm()) ? v.norm() : HUGE_VAL; });
    const std::size_t i = static_cast<std::size_t>(fastest - velocities.begin());
    fail_run({where, "the temperature runs away", fmt::format("{:.0f} K; the fastest is {}", row.temperature, i < atoms_.ids.size() ? name_of(i) : ""),
              fmt::format("up to {:.0f} K", hottest_), "relax the stack first, shorten the time step, or ask whether the potential knows these atoms"});
  }
  const double deviation = bridge::last_force_deviation(engine.lammps());
  if (largest_deviation_ > 0 && deviation > largest_deviation_)
    fail_run({where, "the models disagree", fmt::format("max_devi_f {:.4f} eV/A", deviation), fmt::format("up to {:.4f}", largest_deviation_),
              "label frames of this run and train again"});
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
  const std::vector<Cartesian> positions = engine.positions();
  std::vector<std::size_t> guilty;
  for (std::size_t i = 0, at = 0; i < atoms_.ids.size(); ++i) {
    while (at < present.size() && present[at] < atoms_.ids[i]) ++at;
    const bool here = at < present.size() && present[at] == atoms_.ids[i];
    if (!here || !std::isfinite(positions[at].norm())) guilty.push_back(i);
  }
  if (!text.where.starts_with("step ")) {
    text.hint = text.hint.empty() ? "in: " + text.where : text.hint;
    text.where = fmt::format("step {}", step);
  }
  if (!guilty.empty()) {
    text.got += (text.got.empty() ? "" : "; ") + fmt::format("{} atoms lost or not finite: ", guilty.size());
    for (std::size_t k = 0; k < std::min<std::size_t>(guilty.size(), 3); ++k) text.got += (k ? "; " : "") + name_of(guilty[k]);
  }
  const bool saved = !last_.empty() && atoms_.elements.size() == last_.size();
  bridge::on_root([&] { save_last_frame(); });
  if (saved) text.hint += (text.hint.empty() ? "" : "; ") + fmt::format("the frame of step {} is in {}", last_step_, (std::filesystem::current_path().filename() / "failed.extxyz").string());
  throw Error(error.failure(), text);
}

}  // namespace lamella
