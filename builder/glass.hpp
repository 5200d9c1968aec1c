#pragma once
#include <array>
#include <optional>
#include <string>
#include <vector>

#include "builder/stack.hpp"

namespace lamella {

/// A glass in the common cell: melted for it, or read from the layer file that the specification names.
struct GlassLayer {
  std::string name;
  AmorphousLayer layer;
  std::string file;     ///< "layers/<name>.extxyz" in the built folder
  std::string text;     ///< of that file
};

/// Throws Error (bad_input) when a layer file is missing, has another hash, another composition, or another in-plane cell.
/// `between`: the crystals of a confined melt; not needed where a layer file is given.
GlassLayer make_glass(const LayerSpecification& layer, const Specification& specification, const Mat2& plane, const BuildOptions& options,
                      const std::optional<Confinement>& between = {});

/// The gaps (A, below and above) of a layer that was melted between its crystals; nothing for any other.
std::optional<std::array<double, 2>> own_gaps(const AmorphousLayer& layer);

/// Atoms the glasses will need for an in-plane `area` (A^2): decides which match fits under max_atoms, so it depends on the
/// specification's words alone, never on a layer file.
long estimated_glass_atoms(const Specification& specification, double area);

/// `slab` repeated n x m in its plane; atoms of one copy stay together.
Slab tiled(const Slab& slab, const std::array<int, 2>& repeat);

}  // namespace lamella
