#include "export/picture.hpp"

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "export/stroke_font.hpp"
#include "export/text.hpp"

namespace lamella {
namespace {

constexpr Colour ink{40, 40, 40}, paper{255, 255, 255};

/// The viewer's frame: unit vectors to the right, up, and towards the viewer.
struct View {
  Vec3 right, up, towards;
};

View view_along(const Cell& cell, char axis) {
  if (axis < 'a' || axis > 'c') fail_input({"picture.axis", "not a lattice vector", std::string("'") + axis + "'", "a, b or c", ""});
  const Vec3 along = axis == 'a' ? cell.a() : axis == 'b' ? cell.b() : cell.c();
  const Vec3 upward = axis == 'c' ? cell.b() : cell.c();
  View view;
  view.towards = along.normalized();
  view.up = (upward - upward.dot(view.towards) * view.towards).normalized();
  view.right = view.up.cross(view.towards);
  return view;
}

/// A small ball: chemistry by colour, packing by size, neighbours still to be told apart.
double ball_radius(Element element) { return 0.38 + 0.30 * element.covalent_radius(); }

Colour from_hue(double hue) {
  auto channel = [&](double shift) {
    const double x = std::abs(std::fmod(hue + shift, 1.0) * 6.0 - 3.0) - 1.0;
    return static_cast<std::uint8_t>(70.0 + 150.0 * std::clamp(x, 0.0, 1.0));
  };
  return {channel(0.0), channel(2.0 / 3.0), channel(1.0 / 3.0)};
}

struct Entry {
  Colour colour;
  std::string words;
};

/// Everything placed on the sheet: A to pixels, and where things start.
struct Layout {
  double scale = 1.0;                  // pixels per A
  double left = 0.0, top = 0.0;        // of the cell's outline, pixels
  double low_x = 0.0, high_y = 0.0;    // of the outline, A
  double text = 0.0;                   // capital height, pixels
  double legend_x = 0.0;
  double rim = 0.0;                    // of balls over the outline, pixels
  int width = 0, height = 0;
  double x(const Vec3& r, const View& v) const { return left + (r.dot(v.right) - low_x) * scale; }
  double y(const Vec3& r, const View& v) const { return top + (high_y - r.dot(v.up)) * scale; }
};

std::array<Vec3, 8> corners(const Cell& cell) {
  std::array<Vec3, 8> all;
  for (int k = 0; k < 8; ++k) all[k] = (k & 1) * cell.a() + (k >> 1 & 1) * cell.b() + (k >> 2 & 1) * cell.c();
  return all;
}

std::vector<Entry> legend_entries(const Structure& structure, PictureOptions::By by) {
  std::vector<Entry> entries;
  if (by == PictureOptions::By::element)
    for (const FormulaTerm& term : formula_of(structure.elements)) entries.push_back({element_colour(term.element), term.element.symbol()});
  else
    for (std::size_t k = structure.layer_names.size(); k-- > 0;) entries.push_back({layer_colour(k), structure.layer_names[k]});
  return entries;
}

bool names_layers(const Structure& structure, const PictureOptions& options) {
  return options.legend && options.axis != 'c' && options.colour == PictureOptions::By::element && structure.layer_names.size() > 1 && !structure.layer_of.empty();
}

Layout lay_out(const Structure& structure, const View& view, const std::vector<Entry>& legend, const PictureOptions& options) {
  const double per_mm = options.dpi / 25.4;
  if (!(options.width_mm > 5.0 && options.max_height_mm > 5.0 && options.dpi > 10.0 && options.width_mm * per_mm < 2e4 && options.max_height_mm * per_mm < 2e4))
    fail_input({"picture", "size out of range", std::to_string(options.width_mm) + " mm at " + std::to_string(options.dpi) + " dpi", "5 mm to 20000 pixels", ""});
  double low_x = 1e300, high_x = -1e300, low_y = 1e300, high_y = -1e300;
  for (const Vec3& r : corners(structure.cell)) {
    low_x = std::min(low_x, r.dot(view.right));
    high_x = std::max(high_x, r.dot(view.right));
    low_y = std::min(low_y, r.dot(view.up));
    high_y = std::max(high_y, r.dot(view.up));
  }
  Layout lay;
  lay.low_x = low_x;
  lay.high_y = high_y;
  lay.text = 2.0 * per_mm;
  const double margin = 2.5 * per_mm;
  double beside = 0.0, below = 0.0, widest = 0.0;
  if (options.legend) {
    for (const Entry& entry : legend) widest = std::max(widest, text_width(entry.words) * lay.text);
    beside = widest + 4.0 * lay.text + (names_layers(structure, options) ? 3.5 * lay.text : 0.0);
    below = 3.5 * lay.text;
  }
  constexpr double rim = 0.9;  // A; balls stand over the outline
  const double room_x = options.width_mm * per_mm - 2.0 * margin - beside, room_y = options.max_height_mm * per_mm - 2.0 * margin - below;
  lay.scale = std::max(1e-3, std::min(room_x / (high_x - low_x + 2.0 * rim), room_y / (high_y - low_y + 2.0 * rim)));
  const double edge = margin + rim * lay.scale;
  lay.width = static_cast<int>(std::ceil((high_x - low_x) * lay.scale + 2.0 * edge + beside));
  const double legend_height = (static_cast<double>(legend.size()) * 2.2 + 1.0) * lay.text;
  lay.height = static_cast<int>(std::ceil(std::max((high_y - low_y) * lay.scale + below, options.legend ? legend_height : 0.0) + 2.0 * edge));
  lay.left = lay.top = edge;
  lay.rim = rim * lay.scale;
  lay.legend_x = lay.width - margin - widest - 1.4 * lay.text;
  return lay;
}

void draw_atoms(Canvas& canvas, const Structure& structure, const View& view, const Layout& lay, PictureOptions::By by) {
  std::vector<Colour> colours(256);
  std::vector<double> radii(256, 0.0);
  for (const FormulaTerm& term : formula_of(structure.elements)) {
    colours[term.element.number()] = element_colour(term.element);
    radii[term.element.number()] = ball_radius(term.element);
  }
  double far = 1e300, near = -1e300;
  for (const Vec3& r : corners(structure.cell)) {
    far = std::min(far, r.dot(view.towards));
    near = std::max(near, r.dot(view.towards));
  }
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const Vec3 r = structure.cell.wrapped(structure.positions[i]).vec();
    const unsigned char number = structure.elements[i].number();
    const bool layered = by == PictureOptions::By::layer && !structure.layer_of.empty();
    const Colour colour = layered ? layer_colour(static_cast<std::size_t>(structure.layer_of[i])) : colours[number];
    const double depth = r.dot(view.towards), haze = 0.45 * (near - depth) / (near - far);  // what is far away pales
    canvas.ball(lay.x(r, view), lay.y(r, view), depth * lay.scale, radii[number] * lay.scale, mixed(colour, paper, std::clamp(haze, 0.0, 0.6)));
  }
}

void draw_cell(Canvas& canvas, const Cell& cell, const View& view, const Layout& lay) {
  const auto all = corners(cell);
  for (int from = 0; from < 8; ++from)
    for (int bit : {1, 2, 4})
      if (!(from & bit)) {
        const Vec3 &r = all[from], &s = all[from | bit];
        const double depth = std::min(r.dot(view.towards), s.dot(view.towards)) * lay.scale;
        canvas.line_at(lay.x(r, view), lay.y(r, view), lay.x(s, view), lay.y(s, view), depth, lay.text * 0.09, ink);
      }
}

/// A bar per layer from its lowest to its highest atom (as stacked, not as wrapped), with the name reading upwards.
void draw_layer_bars(Canvas& canvas, const Structure& structure, const View& view, const Layout& lay, double x) {
  for (std::size_t k = 0; k < structure.layer_names.size(); ++k) {
    double low = 1e300, high = -1e300;
    for (std::size_t i = 0; i < structure.size(); ++i)
      if (structure.layer_of[i] == static_cast<int>(k)) {
        const double y = lay.y(structure.positions[i].vec(), view);
        low = std::min(low, y);
        high = std::max(high, y);
      }
    if (low > high) continue;
    canvas.line(x, low, x, high, lay.text * 0.45, layer_colour(k));
    const double length = text_width(structure.layer_names[k]) * lay.text * 0.8;
    const double start = std::clamp(0.5 * (low + high + length), length + 1.0, static_cast<double>(lay.height) - 1.0);
    canvas.text(x + 1.4 * lay.text, start, lay.text * 0.8, structure.layer_names[k], ink, true);
  }
}

/// A bar of 1, 2, 5, 10, ... A, at most half the picture wide, under the stack.
void draw_scale_bar(Canvas& canvas, const Layout& lay, double width, double bottom) {
  double length = 1.0;
  for (double next : {2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 200.0, 500.0, 1000.0})
    if (next * lay.scale <= 0.5 * width) length = next;
  const double y = bottom + lay.rim + 0.8 * lay.text;
  canvas.line(lay.left, y, lay.left + length * lay.scale, y, lay.text * 0.25, ink);
  canvas.text(lay.left, y + 1.7 * lay.text, lay.text, std::to_string(static_cast<int>(length)) + " \xc3\x85", ink);
}

void draw_legend(Canvas& canvas, const std::vector<Entry>& legend, const Layout& lay) {
  double y = lay.top + lay.text;
  for (const Entry& entry : legend) {
    canvas.ball(lay.legend_x, y, 0.0, 0.75 * lay.text, entry.colour);
    canvas.text(lay.legend_x + 1.4 * lay.text, y + 0.5 * lay.text, lay.text, entry.words, ink);
    y += 2.2 * lay.text;
  }
}

}  // namespace

Colour element_colour(Element element) {
  // Told apart by red-green colour-blind readers as well: hue and lightness both differ.
  static const std::vector<std::pair<const char*, Colour>> chosen = {
      {"Li", {178, 158, 222}}, {"Co", {46, 92, 170}}, {"O", {206, 58, 46}}, {"P", {232, 140, 44}}, {"S", {242, 212, 62}}, {"Cl", {52, 150, 82}},
      {"F", {102, 204, 212}},  {"H", {230, 230, 230}}, {"C", {90, 90, 90}}, {"N", {60, 80, 210}},  {"Ni", {90, 150, 110}}, {"Mn", {140, 70, 140}}, {"Na", {220, 190, 90}}};
  for (const auto& [symbol, colour] : chosen)
    if (element.symbol() == symbol) return colour;
  return from_hue(std::fmod(element.number() * 0.61803398875, 1.0));
}

Colour layer_colour(std::size_t layer) {
  // Okabe and Ito's palette without black.
  static constexpr std::array<Colour, 7> palette = {{{0, 114, 178}, {230, 159, 0}, {0, 158, 115}, {204, 121, 167}, {86, 180, 233}, {213, 94, 0}, {240, 228, 66}}};
  return palette[layer % palette.size()];
}

std::string picture_png(const Structure& structure, const PictureOptions& options) {
  check_writable(structure, "picture");
  const View view = view_along(structure.cell, options.axis);
  const std::vector<Entry> legend = options.legend ? legend_entries(structure, options.colour) : std::vector<Entry>{};
  const Layout lay = lay_out(structure, view, legend, options);
  Canvas canvas(lay.width, lay.height);
  draw_cell(canvas, structure.cell, view, lay);
  draw_atoms(canvas, structure, view, lay, options.colour);
  if (options.legend) {
    double right = 0.0, bottom = 0.0;
    for (const Vec3& r : corners(structure.cell)) {
      right = std::max(right, lay.x(r, view));
      bottom = std::max(bottom, lay.y(r, view));
    }
    if (names_layers(structure, options)) draw_layer_bars(canvas, structure, view, lay, right + lay.rim + 0.7 * lay.text);
    draw_scale_bar(canvas, lay, right - lay.left, bottom);
    draw_legend(canvas, legend, lay);
  }
  return canvas.to_png(options.dpi);
}

}  // namespace lamella
