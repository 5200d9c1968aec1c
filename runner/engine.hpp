// runner: embedded LAMMPS with the native `pair_style deepmd`, the Deep Potential itself, protocols and checkpoints.
#pragma once
#include <filesystem>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "lattice/structure.hpp"
#include "runner/deep_potential/evaluator.hpp"

namespace lamella {

struct EngineOptions {
  std::filesystem::path log = "none";   ///< LAMMPS log file, "none": no log, "": LAMMPS's own default
  bool screen = false;                  ///< LAMMPS's own screen output
  int threads = 0;                      ///< of the Deep Potential; 0: all cores
  Precision precision = Precision::double_;
  std::string backend = "native";       ///< native | plain (the slow oracle) | deepmd (deepmd-kit's own library)
  std::vector<std::string> arguments;   ///< further command-line flags of lmp
};

/// One LAMMPS instance in this process, with `pair_style deepmd` registered. LAMMPS's fatal errors become Error
/// (while_running) with LAMMPS's own text and the command that caused it; the process goes on.
class Engine {
 public:
  explicit Engine(const EngineOptions& options = {});
  ~Engine();
  Engine(const Engine&) = delete;
  Engine& operator=(const Engine&) = delete;

  void command(const std::string& line);
  void commands(const std::string& lines);       ///< several lines, `&` continuations as in a file
  void file(const std::filesystem::path& input); ///< an input script, line by line

  /// The input named by -in among the arguments, or standard input. Returns the status given to `quit`, else 0.
  int given_input();

  /// Current value of a thermo keyword ("temp", "pe", "press", "pzz", "density", "step", ...), or of an equal-style variable "v_NAME".
  double thermo(const std::string& keyword);
  long atom_count();
  /// All atoms on every rank, sorted by atom id. A, eV/A, A/ps.
  std::vector<Cartesian> positions();            ///< wrapped as LAMMPS holds them
  std::vector<Cartesian> unwrapped_positions();
  std::vector<Cartesian> velocities();
  std::vector<Cartesian> forces();
  std::vector<int> types();                      ///< LAMMPS types, 1-based
  Cell box();                                    ///< rows a, b, c, A
  Cartesian box_origin();

  /// Called every `every` steps of a run with the step; the callback may read the state. One callback at a time.
  void on_step(long every, std::function<void(long step)> callback);
  void* lammps();                                ///< the LAMMPS_NS::LAMMPS*, for those who include its headers

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lamella
