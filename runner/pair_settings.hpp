#pragma once
#include <span>
#include <string>
#include <vector>

namespace lamella {

/// What stands after `pair_style deepmd`, in deepmd-kit's syntax:
/// model1 [model2 ...] [out_freq N] [out_file F] [atomic] [relative L] [relative_v L] [fparam v..] [aparam v..]
struct PairSettings {
  std::vector<std::string> models;
  int out_freq = 100;                    ///< steps between lines of the model deviation, 0: none
  std::string out_file = "model_devi.out";
  bool atomic = false;                   ///< a column per atom as well
  bool relative = false, relative_v = false;
  double relative_level = 0.0;           ///< added to |<f>|, energy/distance
  double relative_v_level = 0.0;         ///< added to |<v>|, energy
  std::vector<double> fparam, aparam;    ///< as many as stand there; the models say how many they want
};

/// Throws Error (bad_input) with where = "pair_style deepmd": unknown or unsupported keyword, no model, not a number.
PairSettings parse_pair_settings(std::span<const std::string> words);

/// `pair_coeff * * Li Co NULL ...`: the model's type of each LAMMPS type (-1 for NULL, and for LAMMPS types past the end of
/// the names, as deepmd-kit). `words` are those after `* *`. Throws Error (bad_input): no names at all, a name that the
/// model lacks, more names than types.
std::vector<int> model_types_of(std::span<const std::string> words, std::span<const std::string> type_map, int lammps_types);

}  // namespace lamella
