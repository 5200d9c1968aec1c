#pragma once
#include <array>
#include <functional>
#include <limits>

#include "lattice/slab.hpp"

namespace lamella {

/// Of the lateral shifts i/8, j/8 (fractions of the cell, exact in binary), in order, the first with the highest score: a later one must beat the
/// best so far by more than `margin`. The search ends once the best reaches `enough`.
std::array<double, 2> best_shift(const std::function<double(const std::array<double, 2>& shift)>& score, double margin,
                                 double enough = std::numeric_limits<double>::infinity());

/// How many shifts there are.
inline constexpr int shift_count = 64;

/// A shift by fractions of the slab's cell, in its plane, A.
inline Vec2 lateral(const Slab& slab, const std::array<double, 2>& shift) { return slab.plane.transpose() * Vec2(shift[0], shift[1]); }

}  // namespace lamella
