#pragma once
#include <array>
#include <functional>
#include <limits>

namespace lamella {

/// Of the lateral shifts i/8, j/8 (fractions of the cell, exact in binary), in order, the first with the highest score: a later one must beat the
/// best so far by more than `margin`. The search ends once the best reaches `enough`.
std::array<double, 2> best_shift(const std::function<double(const std::array<double, 2>& shift)>& score, double margin,
                                 double enough = std::numeric_limits<double>::infinity());

/// How many shifts there are.
inline constexpr int shift_count = 64;

}  // namespace lamella
