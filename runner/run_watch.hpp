#pragma once
#include <filesystem>
#include <string>
#include <vector>

#include "base/error.hpp"
#include "runner/engine.hpp"
#include "runner/protocol_run.hpp"
#include "runner/run_outputs.hpp"

namespace lamella {

/// Who the engine's atoms are: ids and types from LAMMPS, elements and layers from the stack's extxyz where the numbers of atoms
/// agree (atom k of the file has id k). Collective.
TrajectoryIdentity identify_atoms(Engine& engine, const std::filesystem::path& stack);

/// The atoms a run begins with must be the stack's: throws Error (bad_input) where ids are missing or too many, or types mix elements,
/// naming the first by id, layer and place in the stack. Nothing is checked where there is no stack.
void check_census(const TrajectoryIdentity& atoms, const std::filesystem::path& stack);

/// Atoms by layer of origin, bottom to top; empty where layers are not known.
std::vector<std::pair<std::string, long>> census_of(const TrajectoryIdentity& atoms);

/// Looks after a run: stops it when it goes wrong, and says which atoms did it. Collective calls.
class RunWatch {
 public:
  /// `hottest` in K; `largest_deviation` in eV/A, 0: no limit. With `all_stay` no atom may go or come.
  RunWatch(const TrajectoryIdentity& atoms, double hottest, double largest_deviation, bool all_stay = true)
      : atoms_(atoms), hottest_(hottest), largest_deviation_(largest_deviation), all_stay_(all_stay) {}

  /// Keeps the present frame as the last whole one.
  void remember(Engine& engine, long step);

  /// Remembers the frame. Throws Error (while_running) when the temperature runs away or is not a number, or the models disagree
  /// beyond the limit; the message names step and fastest atom.
  void check(Engine& engine, const ThermoRow& row);

  /// Rethrows LAMMPS's or the potential's error with the atoms that are lost or not finite, named by id, element, layer and last
  /// position, after saving the last whole frame as failed.extxyz in the present folder.
  [[noreturn]] void explain(Engine& engine, const Error& error, long step) const;

 private:
  std::string name_of(std::size_t index) const;
  void save_last_frame() const;
  std::vector<std::size_t> not_finite(Engine& engine, const std::vector<int>& present) const;

  const TrajectoryIdentity& atoms_;
  double hottest_, largest_deviation_;
  bool all_stay_;
  std::vector<Cartesian> last_;  // unwrapped, by id
  Cell last_cell_;
  Cartesian last_origin_;
  long last_step_ = -1;
};

struct RunPlan;
/// A run of an input that no checkpoint can be made for: LAMMPS reads it as it stands; what it writes is its own affair.
ProtocolRunSummary run_plain_input(const ProtocolRunOptions& options, const RunPlan& plan);

}  // namespace lamella
