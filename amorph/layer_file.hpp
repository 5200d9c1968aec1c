#pragma once
#include <string>

#include "amorph/layer.hpp"

namespace lamella {

/// `layers/coating.extxyz`: a finished layer as extended XYZ, digits that read back to the same bits; the comment line also holds
/// thickness and density, and the proof and warnings as JSON, so that a build from the file tells what the melt told.
std::string layer_file_text(const AmorphousLayer& layer);
/// The inverse: parse(text(l)) equals l in everything that a build uses. `name` appears in errors. A plain extxyz without proof
/// (somebody else's glass) is taken too: thickness from its Lattice c, density from its atoms. Throws Error (bad_input).
AmorphousLayer parse_layer_file(const std::string& text, const std::string& name);

}  // namespace lamella
