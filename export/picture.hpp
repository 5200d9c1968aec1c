#pragma once
#include <string>

#include "export/canvas.hpp"
#include "lattice/structure.hpp"

namespace lamella {

/// How a structure is drawn. The defaults give a single-column figure.
struct PictureOptions {
  enum class By { element, layer };
  char axis = 'a';              ///< the lattice vector one looks along: 'a', 'b' or 'c'
  By colour = By::element;
  double width_mm = 85.0;       ///< of the whole figure, legend included
  double max_height_mm = 200.0;
  double dpi = 300.0;
  bool legend = true;           ///< elements or layers by colour, layer names beside the stack, a scale bar
};

/// An orthographic picture as a PNG file's bytes: shaded balls with depth, atoms wrapped into the cell, the cell outlined,
/// c (b when looking along c) upwards. Needs no display. Throws Error (bad_input) for an unknown axis or a senseless size.
std::string picture_png(const Structure& structure, const PictureOptions& options = {});

/// The colour an element or the k-th layer is drawn in, here and in the report.
Colour element_colour(Element element);
Colour layer_colour(std::size_t layer);

}  // namespace lamella
