#include "export/canvas.hpp"

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "export/png.hpp"
#include "export/stroke_font.hpp"

namespace lamella {
namespace {

constexpr int fine = 2;  // samples per pixel along each direction
constexpr float front = std::numeric_limits<float>::max();

std::uint8_t to_byte(double value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0) + 0.5); }

/// Lambert and a soft highlight; (nx, ny, nz) is the outward normal, y down, z towards the viewer.
Colour lit(Colour colour, double nx, double ny, double nz) {
  const double diffuse = std::max(0.0, -0.40 * nx - 0.45 * ny + 0.798 * nz);
  const double half = std::max(0.0, -0.211 * nx - 0.237 * ny + 0.948 * nz);
  const double h2 = half * half, h8 = h2 * h2 * h2 * h2, shine = 70.0 * h8 * h8 * h8;
  const double shade = (0.42 + 0.62 * diffuse) * (nz < 0.28 ? 0.55 + 1.6 * nz : 1.0);  // a dark rim parts neighbours of one colour
  return {to_byte(colour.red * shade + shine), to_byte(colour.green * shade + shine), to_byte(colour.blue * shade + shine)};
}

}  // namespace

Colour mixed(Colour from, Colour to, double amount) {
  auto part = [&](std::uint8_t a, std::uint8_t b) { return to_byte(a + (b - a) * amount); };
  return {part(from.red, to.red), part(from.green, to.green), part(from.blue, to.blue)};
}

Canvas::Canvas(int width, int height) : width_(width), height_(height) {
  if (width < 1 || height < 1 || width > 20000 || height > 20000)
    fail_input({"picture", "size out of range", std::to_string(width) + " x " + std::to_string(height) + " pixels", "1 to 20000", ""});
  const std::size_t count = static_cast<std::size_t>(width * fine) * static_cast<std::size_t>(height * fine);
  samples_.assign(count, Colour{255, 255, 255});
  depth_.assign(count, -front);
}

/// Calls paint(sample, x, y) for the samples of a box, clipped to the sheet; x, y in pixels at the sample's centre.
template <class Paint>
void Canvas::each_sample(double x0, double y0, double x1, double y1, Paint paint) {
  const double columns = width_ * fine - 1, rows = height_ * fine - 1;
  if (!(x1 >= 0.0 && y1 >= 0.0 && x0 <= width_ && y0 <= height_)) return;
  const int left = static_cast<int>(std::clamp(std::floor(x0 * fine), 0.0, columns)), right = static_cast<int>(std::clamp(std::ceil(x1 * fine), 0.0, columns));
  const int top = static_cast<int>(std::clamp(std::floor(y0 * fine), 0.0, rows)), bottom = static_cast<int>(std::clamp(std::ceil(y1 * fine), 0.0, rows));
  for (int j = top; j <= bottom; ++j)
    for (int i = left; i <= right; ++i)
      paint(static_cast<std::size_t>(j) * static_cast<std::size_t>(width_ * fine) + static_cast<std::size_t>(i), (i + 0.5) / fine, (j + 0.5) / fine);
}

void Canvas::ball(double x, double y, double depth, double radius, Colour colour) {
  each_sample(x - radius, y - radius, x + radius, y + radius, [&](std::size_t sample, double px, double py) {
    const double dx = px - x, dy = py - y, rest = radius * radius - dx * dx - dy * dy;
    if (rest < 0.0) return;
    const double dz = std::sqrt(rest);
    const auto z = static_cast<float>(depth + dz);
    if (z <= depth_[sample]) return;
    depth_[sample] = z;
    samples_[sample] = lit(colour, dx / radius, dy / radius, dz / radius);
  });
}

void Canvas::line(double x0, double y0, double x1, double y1, double width, Colour colour) { line_at(x0, y0, x1, y1, front, width, colour); }

void Canvas::line_at(double x0, double y0, double x1, double y1, double depth, double width, Colour colour) {
  const double half = 0.5 * width, ux = x1 - x0, uy = y1 - y0, length2 = ux * ux + uy * uy;
  const auto z = static_cast<float>(depth);
  each_sample(std::min(x0, x1) - half, std::min(y0, y1) - half, std::max(x0, x1) + half, std::max(y0, y1) + half, [&](std::size_t sample, double px, double py) {
    const double along = length2 > 0.0 ? std::clamp(((px - x0) * ux + (py - y0) * uy) / length2, 0.0, 1.0) : 0.0;
    const double dx = px - x0 - along * ux, dy = py - y0 - along * uy;
    if (dx * dx + dy * dy > half * half || z < depth_[sample]) return;
    depth_[sample] = z;
    samples_[sample] = colour;
  });
}

void Canvas::rectangle(double x0, double y0, double x1, double y1, Colour colour) {
  each_sample(x0, y0, x1, y1, [&](std::size_t sample, double px, double py) {
    if (px >= x0 && px < x1 && py >= y0 && py < y1) samples_[sample] = colour;
  });
}

void Canvas::text(double x, double y, double size, std::string_view words, Colour colour, bool upwards) {
  const double width = std::max(1.0, 0.13 * size);
  for (const Stroke& s : text_strokes(words)) {
    if (upwards)
      line(x - size * s.y0, y - size * s.x0, x - size * s.y1, y - size * s.x1, width, colour);
    else
      line(x + size * s.x0, y - size * s.y0, x + size * s.x1, y - size * s.y1, width, colour);
  }
}

std::string Canvas::to_png(double dpi) const {
  std::vector<std::uint8_t> rgb;
  rgb.reserve(3 * static_cast<std::size_t>(width_) * static_cast<std::size_t>(height_));
  const auto row = static_cast<std::size_t>(width_ * fine);
  for (std::size_t y = 0; y < static_cast<std::size_t>(height_); ++y)
    for (std::size_t x = 0; x < static_cast<std::size_t>(width_); ++x) {
      const Colour* s[4] = {&samples_[2 * y * row + 2 * x], &samples_[2 * y * row + 2 * x + 1], &samples_[(2 * y + 1) * row + 2 * x], &samples_[(2 * y + 1) * row + 2 * x + 1]};
      rgb.push_back(static_cast<std::uint8_t>((s[0]->red + s[1]->red + s[2]->red + s[3]->red + 2) / 4));
      rgb.push_back(static_cast<std::uint8_t>((s[0]->green + s[1]->green + s[2]->green + s[3]->green + 2) / 4));
      rgb.push_back(static_cast<std::uint8_t>((s[0]->blue + s[1]->blue + s[2]->blue + s[3]->blue + 2) / 4));
    }
  return png_bytes(width_, height_, rgb, dpi);
}

}  // namespace lamella
