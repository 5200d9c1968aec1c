#pragma once
#include "lattice/match.hpp"

namespace lamella {

/// A: how far the cell that a layer's reported matrix, rotation and strain make of its primitive in-plane `basis` (rows) lies from the
/// common `cell`, the larger component. Rounding alone: a match whose numbers do not lead to its own cell shows here.
double match_residual(const LayerMatch& layer, const Mat2& basis, const Mat2& cell);

}  // namespace lamella
