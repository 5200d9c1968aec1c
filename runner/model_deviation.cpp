#include "runner/model_deviation.hpp"

#include <fmt/format.h>

#include <cmath>

namespace lamella {

std::vector<double> force_deviation(std::span<const std::vector<double>> forces, int atoms, bool relative, double level) {
  const double models = static_cast<double>(forces.size());
  std::vector<double> deviation(static_cast<std::size_t>(atoms), 0.0);
  for (std::size_t i = 0; i < deviation.size(); ++i) {
    double mean[3] = {0, 0, 0}, sum = 0.0;
    for (const auto& f : forces)
      for (int k = 0; k < 3; ++k) mean[k] += f[3 * i + k] / models;
    for (const auto& f : forces)
      for (int k = 0; k < 3; ++k) sum += (f[3 * i + k] - mean[k]) * (f[3 * i + k] - mean[k]);
    deviation[i] = std::sqrt(sum / models);
    if (relative) deviation[i] /= std::sqrt(mean[0] * mean[0] + mean[1] * mean[1] + mean[2] * mean[2]) + level;
  }
  return deviation;
}

std::array<double, 9> virial_deviation(std::span<const std::array<double, 9>> virials, bool relative, double level) {
  const double models = static_cast<double>(virials.size());
  std::array<double, 9> deviation{};
  for (int c = 0; c < 9; ++c) {
    double mean = 0.0, sum = 0.0;
    for (const auto& v : virials) mean += v[c] / models;
    for (const auto& v : virials) sum += (v[c] - mean) * (v[c] - mean);
    deviation[c] = std::sqrt(sum / models);
    if (relative) deviation[c] /= std::abs(mean) + level;
  }
  return deviation;
}

std::string deviation_header(bool atomic) {
  std::string line = fmt::format("#{:>11}{:>19}{:>19}{:>19}{:>19}{:>19}{:>19}", "step", "max_devi_v", "min_devi_v", "avg_devi_v", "max_devi_f",
                                 "min_devi_f", "avg_devi_f");
  if (atomic) line += fmt::format("{:>19}", "atm_devi_f(N)");
  return line;
}

std::string deviation_text(const DeviationLine& l) {
  std::string line = fmt::format("{:>12} {:>18.6e} {:>18.6e} {:>18.6e} {:>18.6e} {:>18.6e} {:>18.6e}", l.step, l.v_max, l.v_min, l.v_avg, l.f_max,
                                 l.f_min, l.f_avg);
  for (double value : l.atoms) line += fmt::format(" {:>18.6e}", value);
  return line;
}

}  // namespace lamella
