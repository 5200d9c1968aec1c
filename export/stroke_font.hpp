#pragma once
#include <string_view>
#include <vector>

namespace lamella {

/// A line of a glyph, in units of the capital height (x to the right, y up from the base line).
struct Stroke {
  double x0, y0, x1, y1;
};

/// The strokes of a text set in the built-in lettering (ASCII letters, digits, common signs and the Angstrom sign; any other
/// character becomes an empty box). Starts at x = 0; the capital height is 1.
std::vector<Stroke> text_strokes(std::string_view text);
/// Width of a text for capital height 1.
double text_width(std::string_view text);

}  // namespace lamella
