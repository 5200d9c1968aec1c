#include "builder/best_shift.hpp"

namespace lamella {

std::array<double, 2> best_shift(const std::function<double(const std::array<double, 2>& shift)>& score, double margin, double enough) {
  constexpr int steps = 8;
  static_assert(steps * steps == shift_count);
  std::array<double, 2> best{0.0, 0.0};
  double highest = -std::numeric_limits<double>::infinity();
  for (int k = 0; k < shift_count && highest < enough; ++k) {
    const std::array<double, 2> shift{static_cast<double>(k / steps) / steps, static_cast<double>(k % steps) / steps};
    if (const double found = score(shift); found > highest + margin) highest = found, best = shift;
  }
  return best;
}

}  // namespace lamella
