#pragma once
#include <nlohmann/json.hpp>
#include <string>
#include <vector>

namespace lamella::report {

using json = nlohmann::ordered_json;

/// & < > " as entities.
std::string escaped(const std::string& text);

/// Units as they are printed: A^2 becomes the square of an angstrom sign, "2.05 A" has one; nothing else changes.
std::string typeset(const std::string& text);

/// One line of a chart; `y` may hold nulls (gaps).
json series(const std::string& name, const std::string& color, json x, json y);
/// A chart for charts.js (uPlot): axis labels with units.
json chart(const std::string& title, const std::string& x, const std::string& y, std::vector<json> lines);
/// At most about `most` of a long pair of columns, evenly thinned, ends kept.
void thin(json& x, json& y, std::size_t most = 600);

/// k-th of n colours from dark (early) to bright (late), and colours to tell things apart.
std::string ramp_color(std::size_t k, std::size_t n);
std::string category_color(std::size_t k);
std::string element_color(const std::string& symbol);

/// Puts a page together: text in HTML that reads without scripts, data for the charts and the viewer beside it.
class Page {
 public:
  void section(const std::string& title, const std::string& id);
  void heading(const std::string& title);
  void paragraph(const std::string& text);
  void raw(const std::string& html) { body_ += html; }
  /// Cells are plain text; a cell that begins with '~' is a sentence (left, wrapped).
  void table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows);
  void preformatted(const std::string& text);
  /// Numbered figure of small multiples with a caption in words.
  void figure(const std::vector<json>& charts, const std::string& title, const std::string& caption);
  void warning(const std::string& text) { warnings_.push_back(text); }
  void scene(json scene);
  std::string finish(const std::string& title, const std::string& subtitle) const;

 private:
  std::string body_;
  std::vector<std::pair<std::string, std::string>> sections_;  // id, title
  std::vector<std::string> warnings_;
  json charts_ = json::array(), scene_;
  int figures_ = 0;
};

}  // namespace lamella::report
