#pragma once
#include <map>

#include "builder/stack.hpp"

namespace lamella {

/// Shortest like pairs that a glass knows of itself, A by atomic number, from its proof ("Li-Li": 2.3); empty without one.
std::map<unsigned char, double> like_pair_limits(const nlohmann::ordered_json& proof);

/// By how much the closest like pair across the seams of `glass` (with `below` and `above`, either may be null, `gap` A away) exceeds its limit, A; negative:
/// too close. `shift`: of the glass in its plane. Large where no like pair is within reach.
double like_pair_excess(const Slab& glass, const Slab* below, const Slab* above, double gap, const Vec2& shift, const std::map<unsigned char, double>& limits);

/// The lateral shift of a glass that keeps like pairs at every seam as far apart as its own: none where it already does, else the first on an 8 x 8 grid
/// that does, else the best there. A glass has no registry with its crystals that this could spoil.
Vec2 shift_apart(const Slab& glass, const Slab* below, const Slab* above, double gap, const std::map<unsigned char, double>& limits);

/// Slides every glass of a stack that needs it; warns where no shift is enough. `ready` and stack.layers run side by side.
void keep_like_pairs_apart(Stack& stack, std::vector<ReadyLayer>& ready);

}  // namespace lamella
