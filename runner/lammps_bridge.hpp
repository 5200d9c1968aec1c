// What the runner needs from LAMMPS's insides, without its headers: registration, gathering, callbacks.
#pragma once
#include <functional>
#include <string>
#include <vector>

#include "lattice/cell.hpp"
#include "runner/evaluator_pool.hpp"

namespace lamella::bridge {

/// Thrown by our Error::all / Error::one / `quit`, caught by Engine. `text` is LAMMPS's own message.
struct LammpsError {
  std::string text;
  std::string command;  ///< the input line that was being executed, as far as LAMMPS knows it
};
struct LammpsQuit {
  int status;
};

/// MPI_Init once per process, MPI_Finalize at exit.
void start_mpi();
int mpi_rank();
int mpi_size();

/// Whether LAMMPS's errors come to us: false in a program whose symbols are not exported (ENABLE_EXPORTS).
bool lammps_throws();

/// Does `work` on rank 0 alone; an Error thrown there is thrown on every rank. Collective.
void on_root(const std::function<void()>& work);
/// Whether `flag` is true on any rank. Collective.
bool any_rank(bool flag);

/// Throws std::logic_error where lammps_throws() is false.
void* open(const std::vector<std::string>& arguments);
/// Of the `pair_style deepmd` that the instance will make.
void choose_evaluator(void* lammps, const EvaluatorChoice& choice);
/// Frees what is left of the instance; after an error too.
void close(void* lammps);
void command(void* lammps, const std::string& line);
void commands(void* lammps, const std::string& lines);
void file(void* lammps, const std::string& path);
/// The input given by -in when the instance was opened, or standard input.
void given_input(void* lammps);

double thermo(void* lammps, const std::string& keyword);
/// Temperature, energies and pressure of the present step from LAMMPS's own thermo computes, whatever the thermo_style prints;
/// within a step callback. LAMMPS's units; pressure xx yy zz xy xz yz.
struct ThermoState {
  double temperature = 0, potential = 0, kinetic = 0, pressure = 0, stress[6] = {};
};
ThermoState thermo_state(void* lammps);
long atom_count(void* lammps);
long current_step(void* lammps);
double timestep(void* lammps);

enum class AtomVector { position, unwrapped, velocity, force };
/// On every rank all atoms, sorted by id. Collective.
std::vector<Cartesian> gather(void* lammps, AtomVector what);
std::vector<int> gather_types(void* lammps);
std::vector<int> gather_ids(void* lammps);
Cell box(void* lammps);
Cartesian box_origin(void* lammps);

/// Calls back at the end of every step that `every` divides, in every `run` and `minimize` from now on; 0 ends it.
void on_step(void* lammps, long every, std::function<void(long)> callback);

/// Rewrites the words after every `run` before LAMMPS sees them (an empty answer leaves the run out).
void rewrite_runs(void* lammps, std::function<std::vector<std::string>(const std::vector<std::string>& words)> rewriter);
/// Takes what every `write_data` writes, whole, on rank 0: file name and bytes. LAMMPS would not notice a full disk.
void write_data_through(void* lammps, std::function<void(const std::string& file, const std::string& bytes)> writer);
/// Flushes LAMMPS's log and tells whether all of it could be written; on rank 0.
bool log_is_whole(void* lammps);
/// Closes the log (flushed by log_is_whole): LAMMPS's farewell would be one more write that nobody checks.
void end_log(void* lammps);
/// The dumps defined so far have written the present step already: a run that goes on does not repeat the frame it begins with.
void dumps_are_current(void* lammps);
/// Ends the run in progress after the present step, as if its steps were done.
void end_run_soon(void* lammps);
/// max_devi_f of the last step that computed a model deviation, eV/A; negative before the first.
double last_force_deviation(void* lammps);
/// Id of the atom it belongs to.
int most_deviating_atom(void* lammps);
/// Value of an input variable, "" where there is none of this name.
std::string variable(void* lammps, const std::string& name);

}  // namespace lamella::bridge
