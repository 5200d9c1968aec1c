#pragma once
#include <array>
#include <span>
#include <string>
#include <vector>

namespace lamella {

/// deepmd-kit's model deviation (Zhang et al., Phys. Rev. Materials 3, 023804, 2019; its manual, "Calculate Model Deviation").
/// Per atom sqrt(<|f - <f>|^2>) over the models. `forces[k]`: 3 n of model k, eV/A. With `relative`: divided by |<f>| + level.
std::vector<double> force_deviation(std::span<const std::vector<double>> forces, int atoms, bool relative, double level);

/// sqrt(<(v - <v>)^2>) of each of the 9 components of the virials per atom (eV). With `relative`: divided by |<v>| + level.
std::array<double, 9> virial_deviation(std::span<const std::array<double, 9>> virials, bool relative, double level);

/// The header line of model_devi.out and one line of it, in deepmd-kit's columns, without the end of line:
/// step max_devi_v min_devi_v avg_devi_v max_devi_f min_devi_f avg_devi_f [per atom].
std::string deviation_header(bool atomic);
struct DeviationLine {
  long step = 0;
  double v_max = 0, v_min = 0, v_avg = 0, f_max = 0, f_min = 0, f_avg = 0;
  std::vector<double> atoms;  ///< by atom id, empty without `atomic`
};
std::string deviation_text(const DeviationLine& line);

}  // namespace lamella
