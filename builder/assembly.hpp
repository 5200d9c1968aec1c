#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "builder/specification.hpp"
#include "lattice/structure.hpp"

namespace lamella {

/// A layer ready to be stacked: on the common in-plane cell, strained, vacancies drawn.
struct ReadyLayer {
  std::string name;
  Slab slab;
  std::optional<std::array<double, 2>> gaps = {};   ///< A below and above it, where they are its own (a confined melt); else the cell's
  std::optional<std::array<double, 2>> shift = {};  ///< lateral, fractions of the cell; nothing: as the registry says
};

/// Where two neighbouring layers meet; `gap`: A between the topmost atom of the lower and the lowest of the upper.
struct Seam {
  std::string lower, upper;
  double gap = 0.0;
  bool vacuum = false;
};

struct Assembled {
  Structure structure;
  std::vector<Seam> seams;            ///< bottom to top, the wrap-around seam last
  std::vector<Vec2> shifts;           ///< lateral shift of each layer, A
};

/// Stacks the layers along z in the common cell, `gap` A between outermost atoms (so that the gap is what the eye sees, whatever a
/// slab's nominal height) or the gap that contacts allow (gap = "radii"), the same at the wrap-around seam, or `vacuum` A there.
/// Lateral registry of layers without a shift of their own: none, a seeded shift, or a scan of an 8 x 8 grid for the shift whose closest
/// contact to the layer below, in units of the radii's sum, is the loosest; with gap = "radii" the one that allows the smallest gap.
Assembled assemble(const std::vector<ReadyLayer>& layers, const CellSpecification& cell, std::uint64_t seed);

}  // namespace lamella
