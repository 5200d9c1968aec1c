#include "export/plot.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "export/stroke_font.hpp"

namespace lamella {
namespace {

constexpr Colour ink{40, 40, 40}, faint{190, 190, 190};
constexpr int panel_pixels = 709;  // 60 mm at 300 dpi
constexpr double text_size = 20.0;

struct Axis {
  double low, high, start, end;  // values and pixels
  double at(double value) const { return start + (value - low) / (high - low) * (end - start); }
};

std::string tick_text(double value, double step) {
  const int decimals = std::clamp(static_cast<int>(std::ceil(-std::log10(step) - 1e-9)), 0, 9);
  return fmt::format("{:.{}f}", std::abs(value) < 1e-9 * step ? 0.0 : value, decimals);
}

void draw_ticks(Canvas& canvas, const Axis& x, const Axis& y) {
  const std::vector<double> ticks = axis_ticks(x.low, x.high);
  const double step = ticks.size() > 1 ? ticks[1] - ticks[0] : 1.0;
  for (double tick : ticks) {
    const double px = x.at(tick), py = y.at(tick);
    const std::string words = tick_text(tick, step);
    canvas.line(px, y.start, px, y.start - 9.0, 2.0, ink);
    canvas.line(x.start, py, x.start + 9.0, py, 2.0, ink);
    canvas.text(px - 0.5 * text_width(words) * text_size, y.start + 1.6 * text_size, text_size, words, ink);
    canvas.text(x.start - (text_width(words) + 0.6) * text_size, py + 0.5 * text_size, text_size, words, ink);
  }
}

void draw_frame(Canvas& canvas, const Axis& x, const Axis& y) {
  canvas.line(x.start, y.start, x.end, y.start, 2.0, ink);
  canvas.line(x.start, y.end, x.end, y.end, 2.0, ink);
  canvas.line(x.start, y.start, x.start, y.end, 2.0, ink);
  canvas.line(x.end, y.start, x.end, y.end, 2.0, ink);
}

void draw_legend(Canvas& canvas, const ParityPanel& panel, double left, double top) {
  if (panel.legend.size() < 2) return;
  double y = top;
  for (const auto& [colour, words] : panel.legend) {
    canvas.disc(left, y, 7.0, colour);
    canvas.text(left + 16.0, y + 0.5 * text_size, text_size, words, ink);
    y += 1.8 * text_size;
  }
}

void draw_panel(Canvas& canvas, const ParityPanel& panel, double left) {
  double low = 1e300, high = -1e300;
  for (const PlotPoint& p : panel.points) {
    low = std::min({low, p.x, p.y});
    high = std::max({high, p.x, p.y});
  }
  if (!(high > low)) high = (low = panel.points.empty() ? 0.0 : low - 0.5) + 1.0;
  const double margin = 0.04 * (high - low);
  low -= margin;
  high += margin;
  const Axis x{low, high, left + 150.0, left + panel_pixels - 20.0}, y{low, high, panel_pixels - 85.0, 65.0};
  canvas.text(x.start, y.end - 22.0, 1.15 * text_size, panel.title, ink);
  if (panel.points.empty()) return canvas.text(x.start + 20.0, 0.5 * (y.start + y.end), text_size, "no labels", ink);
  canvas.line(x.at(low), y.at(low), x.at(high), y.at(high), 2.0, faint);
  for (const PlotPoint& p : panel.points) {
    const auto group = static_cast<std::size_t>(p.group);
    canvas.disc(x.at(p.x), y.at(p.y), 3.5, group < panel.legend.size() ? panel.legend[group].first : ink);
  }
  draw_frame(canvas, x, y);
  draw_ticks(canvas, x, y);
  draw_legend(canvas, panel, x.start + 24.0, y.end + 60.0);
  canvas.text(x.start + 16.0, y.end + 32.0, text_size, panel.note, ink);
  canvas.text(0.5 * (x.start + x.end) - 0.5 * text_width("reference") * text_size, panel_pixels - 18.0, text_size, "reference", ink);
  canvas.text(left + 30.0, 0.5 * (y.start + y.end) + 0.5 * text_width("predicted") * text_size, text_size, "predicted", ink, true);
}

}  // namespace

std::vector<double> axis_ticks(double low, double high) {
  if (!(high > low) || !std::isfinite(high - low)) return {low};
  const double power = std::pow(10.0, std::floor(std::log10(high - low)));
  std::vector<double> ticks;
  for (double factor : {1.0, 0.5, 0.2, 0.1}) {  // the widest step that gives three ticks
    const double step = factor * power;
    ticks.clear();
    for (double k = std::ceil(low / step); k * step <= high && ticks.size() < 20; ++k) ticks.push_back(k * step);
    if (ticks.size() >= 3) break;
  }
  return ticks;
}

std::string parity_plot_png(const std::vector<ParityPanel>& panels) {
  Canvas canvas(panel_pixels * static_cast<int>(std::max<std::size_t>(1, panels.size())), panel_pixels);
  for (std::size_t k = 0; k < panels.size(); ++k) draw_panel(canvas, panels[k], static_cast<double>(k) * panel_pixels);
  return canvas.to_png(300.0);
}

}  // namespace lamella
