#include "builder/cli/command.hpp"

namespace lamella {

// One per file: builder/cli/<name>.cpp
int build_command(const std::vector<std::string>& words);
int slab_command(const std::vector<std::string>& words);
int sweep_command(const std::vector<std::string>& words);
int match_command(const std::vector<std::string>& words);
int quench_command(const std::vector<std::string>& words);
int energy_command(const std::vector<std::string>& words);
int info_command(const std::vector<std::string>& words);
int run_protocol_command(const std::vector<std::string>& words);
int lammps_command_line(const std::vector<std::string>& words);
int validate_command(const std::vector<std::string>& words);
int dataset_command(const std::vector<std::string>& words);
int analyze_command(const std::vector<std::string>& words);
int report_command(const std::vector<std::string>& words);
int picture_command(const std::vector<std::string>& words);
int doctor_command(const std::vector<std::string>& words);
int manual_command(const std::vector<std::string>& words);
int completion_command(const std::vector<std::string>& words);

std::span<const Command> commands() {
  static const std::vector<Command> all = {
      {"build", "a stack from a specification: built, audited, written for LAMMPS and VASP", build_command},
      {"sweep", "every point of a product of settings: one folder each, and a table", sweep_command},
      {"slab", "the ways to cut a crystal along a Miller plane", slab_command},
      {"match", "common in-plane cells of any crystals: a ranked list", match_command},
      {"quench", "one amorphous layer alone, with its proof", quench_command},
      {"energy", "energy, forces and virial of a structure under a model", energy_command},
      {"info", "what a Deep Potential is: descriptor, sizes, cut-offs, types, hash", info_command},
      {"run", "run a protocol (relax, reaction, diffusion) or an input of yours in a built folder", run_protocol_command},
      {"lammps", "LAMMPS itself with the native pair_style deepmd: any input of yours", lammps_command_line},
      {"validate", "a model's errors on labelled frames: table, parity data and plot", validate_command},
      {"dataset", "training data: superlattices, perturbations, VASP decks, DP-GEN and DeePMD inputs", dataset_command},
      {"analyze", "g(r), bonds, tetrahedra, diffusion, profiles of a run or a trajectory: csv and json", analyze_command},
      {"report", "one self-contained page of a stack and its runs, or of a sweep", report_command},
      {"picture", "PNG pictures of a stack or of chosen frames of a trajectory, publication size", picture_command},
      {"doctor", "check the installation: libraries, ranks, a ten-step run, forces against deepmd-kit's", doctor_command},
      {"manual", "the manual page: lamella manual | man -l -", manual_command},
      {"completion", "a script that completes commands and options in bash, zsh or fish", completion_command},
  };
  return all;
}

}  // namespace lamella
