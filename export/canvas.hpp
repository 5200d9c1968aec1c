#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace lamella {

struct Colour {
  std::uint8_t red = 0, green = 0, blue = 0;
};
/// Part `amount` (0 to 1) of the way from `from` to `to`.
Colour mixed(Colour from, Colour to, double amount);

/// A white sheet to draw on, in software, without a display. Coordinates are pixels of the finished image, x to the right
/// and y down; everything is drawn at twice that size and averaged, so edges are smooth. Same calls, same bytes.
class Canvas {
 public:
  /// Throws Error (bad_input) for sizes outside 1 to 20,000 pixels.
  Canvas(int width, int height);
  int width() const { return width_; }
  int height() const { return height_; }

  /// A shaded ball lit from the upper left, in front of whatever has a smaller `depth` (pixels, towards the viewer).
  void ball(double x, double y, double depth, double radius, Colour colour);
  /// A straight line with round ends over everything drawn so far; `depth`, where given, lets balls in front hide it.
  void line(double x0, double y0, double x1, double y1, double width, Colour colour);
  void line_at(double x0, double y0, double x1, double y1, double depth, double width, Colour colour);
  void disc(double x, double y, double radius, Colour colour) { line(x, y, x, y, 2.0 * radius, colour); }
  void rectangle(double x0, double y0, double x1, double y1, Colour colour);
  /// Text whose base line starts at (x, y); `size` is the capital height. Turned by 90 degrees it reads upwards.
  void text(double x, double y, double size, std::string_view words, Colour colour, bool upwards = false);

  std::string to_png(double dpi) const;

 private:
  template <class Paint>
  void each_sample(double x0, double y0, double x1, double y1, Paint paint);
  int width_, height_;
  std::vector<Colour> samples_;
  std::vector<float> depth_;
};

}  // namespace lamella
