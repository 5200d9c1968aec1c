#pragma once
#include <functional>
#include <string>
#include <vector>

namespace LAMMPS_NS {
class LAMMPS;
}

namespace lamella::bridge {

/// Lets a callback ride on every `run` and `minimize` of this instance: the two commands are wrapped, and a fix that
/// changes nothing is added just before they start (a fix needs a box, which the input makes first).
void install_step_hook(LAMMPS_NS::LAMMPS* lammps);
/// Registers the fix's style in the instance's present style tables: `clear` makes new ones.
void register_step_fix(LAMMPS_NS::LAMMPS* lammps);
void remove_step_hook(LAMMPS_NS::LAMMPS* lammps);
void set_step_callback(LAMMPS_NS::LAMMPS* lammps, long every, std::function<void(long)> callback);

/// Rewrites the words after `run` before LAMMPS sees them; an empty answer leaves the run out. nullptr: runs stay as written.
using RunRewriter = std::function<std::vector<std::string>(const std::vector<std::string>& words)>;
void set_run_rewriter(LAMMPS_NS::LAMMPS* lammps, RunRewriter rewriter);

/// Takes what `write_data` writes: its bytes, and the name they were meant for, on rank 0. nullptr: LAMMPS writes its file itself.
using DataWriter = std::function<void(const std::string& file, const std::string& bytes)>;
void set_data_writer(LAMMPS_NS::LAMMPS* lammps, DataWriter writer);

}  // namespace lamella::bridge
