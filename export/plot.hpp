#pragma once
#include <string>
#include <vector>

#include "export/canvas.hpp"

namespace lamella {

/// A point of a parity plot; `group` indexes the legend.
struct PlotPoint {
  double x = 0.0, y = 0.0;
  int group = 0;
};

/// One square panel: predicted (y) against reference (x) on equal axes with the diagonal.
struct ParityPanel {
  std::string title;                       ///< "energy, eV/atom"
  std::string note;                        ///< "RMSE 2.1 meV/atom"
  std::vector<PlotPoint> points;           ///< empty: "no labels" is written instead
  std::vector<std::pair<Colour, std::string>> legend;  ///< colours of the groups; a single group needs no words
};

/// The panels side by side as a PNG, 60 mm each at 300 dpi.
std::string parity_plot_png(const std::vector<ParityPanel>& panels);

/// Round numbers within [low, high], 3 to 10 of them.
std::vector<double> axis_ticks(double low, double high);

}  // namespace lamella
