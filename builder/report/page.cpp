#include "builder/report/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <map>

#include "base/digits.hpp"
#include "base/version.hpp"
#include "builder/report/assets.hpp"
#include "builder/report/packed.hpp"

namespace lamella::report {

namespace {

/// A library packed for load.js, its licence in words before it.
std::string library(const std::string& id, std::string_view text, std::string_view licence) {
  return fmt::format("<!-- {}:\n{}\n-->\n<script type=\"application/gzip;base64\" id=\"{}\">{}</script>\n", id, licence, id, packed(text));
}

/// Eight digits are more than any screen shows: 0.34 and not 0.33999999999999997, which would double the page.
void shorten_numbers(json& value) {
  if (value.is_number_float()) value = to_digits(value.get<double>(), 8);
  else if (value.is_structured())
    for (json& part : value) shorten_numbers(part);
}

}  // namespace

std::string escaped(const std::string& text) {
  std::string safe;
  for (char c : text) {
    if (c == '&') safe += "&amp;";
    else if (c == '<') safe += "&lt;";
    else if (c == '>') safe += "&gt;";
    else if (c == '"') safe += "&quot;";
    else safe += c;
  }
  return safe;
}

std::string typeset(const std::string& text) {
  static const std::pair<std::string, std::string> units[] = {{"A^2", "\u00c5\u00b2"}, {"A^3", "\u00c5\u00b3"}, {"(A)", "(\u00c5)"}, {"(1/A)", "(1/\u00c5)"}, {"cm^3", "cm\u00b3"}, {"cm3", "cm\u00b3"}, {"cm2", "cm\u00b2"}, {" +- ", " \u00b1 "}};
  std::string set = text;
  for (const auto& [plain, printed] : units)
    for (std::size_t at = 0; (at = set.find(plain, at)) != std::string::npos;) {
      const bool symbol = at > 0 && set[at - 1] == '_';  // N_A^2 is no area
      if (!symbol) set.replace(at, plain.size(), printed);
      at += symbol ? plain.size() : printed.size();
    }
  for (std::size_t at = 0; (at = set.find(" A", at)) != std::string::npos; ++at) {
    const bool number = at > 0 && std::isdigit(static_cast<unsigned char>(set[at - 1]));
    const bool ends = at + 2 == set.size() || !std::isalnum(static_cast<unsigned char>(set[at + 2]));
    if (number && ends) set.replace(at, 2, " \u00c5");
  }
  return set;
}

json series(const std::string& name, const std::string& color, json x, json y) { return {{"name", name}, {"color", color}, {"x", std::move(x)}, {"y", std::move(y)}}; }

json chart(const std::string& title, const std::string& x, const std::string& y, std::vector<json> lines) {
  return {{"title", typeset(title)}, {"x", typeset(x)}, {"y", typeset(y)}, {"series", std::move(lines)}};
}

void thin(json& x, json& y, std::size_t most) {
  const std::size_t n = std::min(x.size(), y.size()), every = (n + most - 1) / std::max<std::size_t>(most, 1);
  if (every <= 1) return;
  json fewer_x = json::array(), fewer_y = json::array();
  for (std::size_t k = 0; k < n; k += every) {
    fewer_x.push_back(x[k]);
    fewer_y.push_back(y[k]);
  }
  if ((n - 1) % every != 0) {
    fewer_x.push_back(x[n - 1]);
    fewer_y.push_back(y[n - 1]);
  }
  x = std::move(fewer_x);
  y = std::move(fewer_y);
}

std::string ramp_color(std::size_t k, std::size_t n) {
  static constexpr int stops[5][3] = {{27, 42, 107}, {47, 111, 181}, {58, 165, 143}, {224, 160, 48}, {192, 57, 43}};
  const double at = n < 2 ? 0.0 : 4.0 * static_cast<double>(k) / static_cast<double>(n - 1);
  const int low = std::min(static_cast<int>(at), 3);
  std::string color = "#";
  for (int c = 0; c < 3; ++c) color += fmt::format("{:02x}", static_cast<int>(std::lround(stops[low][c] + (at - low) * (stops[low + 1][c] - stops[low][c]))));
  return color;
}

std::string category_color(std::size_t k) {
  static const std::vector<std::string> colors{"#1f6f8b", "#c0392b", "#3a8f5c", "#8a5cd1", "#d98c1f", "#5b6875", "#b5498f", "#7a6a2b"};
  return colors[k % colors.size()];
}

std::string element_color(const std::string& symbol) {
  static const std::map<std::string, std::string> known{{"Li", "#8a5cd1"}, {"Co", "#3b66c4"}, {"O", "#d93a2b"},  {"P", "#f08c1a"},  {"S", "#d8bd1c"},  {"Cl", "#2fae3e"}, {"F", "#52bfd4"},
                                                        {"Ni", "#4fae6e"}, {"Mn", "#9c4fae"}, {"Al", "#9aa7b1"}, {"Zr", "#4fb3ae"}, {"Ti", "#7d8ea0"}, {"La", "#5f9edb"}, {"Nb", "#4f7f9e"}};
  const auto at = known.find(symbol);
  if (at != known.end()) return at->second;
  unsigned mixed = 7;
  for (char c : symbol) mixed = mixed * 31 + static_cast<unsigned char>(c);
  return category_color(mixed);
}

void Page::section(const std::string& title, const std::string& id) {
  sections_.emplace_back(id, title);
  body_ += fmt::format("<h2 id=\"{}\">{}</h2>\n", id, escaped(title));
}
void Page::heading(const std::string& title) { body_ += "<h3>" + escaped(title) + "</h3>\n"; }
void Page::paragraph(const std::string& text) { body_ += "<p>" + escaped(typeset(text)) + "</p>\n"; }
void Page::preformatted(const std::string& text) { body_ += "<pre>" + escaped(text) + "</pre>\n"; }

void Page::table(const std::vector<std::string>& head, const std::vector<std::vector<std::string>>& rows) {
  body_ += "<div class=\"scroll\"><table><thead><tr>";
  for (const std::string& cell : head) body_ += "<th>" + escaped(typeset(cell)) + "</th>";
  body_ += "</tr></thead><tbody>\n";
  for (const auto& row : rows) {
    body_ += "<tr>";
    for (const std::string& cell : row) body_ += cell.starts_with('~') ? "<td class=\"words\">" + escaped(typeset(cell.substr(1))) + "</td>" : "<td>" + escaped(typeset(cell)) + "</td>";
    body_ += "</tr>\n";
  }
  body_ += "</tbody></table></div>\n";
}

void Page::figure(const std::vector<json>& charts, const std::string& title, const std::string& caption) {
  body_ += "<figure><div class=\"grid\">";
  for (const json& one : charts) {
    body_ += fmt::format("<div class=\"chart\" data-chart=\"{}\"></div>", charts_.size());
    charts_.push_back(one);
    shorten_numbers(charts_.back());
  }
  body_ += fmt::format("</div><figcaption><b>Figure {}. {}</b> {}</figcaption></figure>\n", ++figures_, escaped(typeset(title)), escaped(typeset(caption)));
}

void Page::scene(json scene) { scene_ = std::move(scene); }

std::string Page::finish(const std::string& title, const std::string& subtitle) const {
  std::string navigation, warnings;
  for (const auto& [id, name] : sections_) navigation += fmt::format("<a href=\"#{}\">{}</a>\n", id, escaped(name));
  for (const std::string& warning : warnings_) warnings += "<li>" + escaped(typeset(warning)) + "</li>\n";
  if (!warnings.empty()) warnings = "<div class=\"warnings\"><b>Read this first</b><ul>\n" + warnings + "</ul></div>\n";
  // "</" would end the script element; in JSON the slash may be escaped.
  std::string data = json{{"charts", charts_}, {"scene", scene_}}.dump(-1, ' ', false, json::error_handler_t::replace), safe;
  for (std::size_t i = 0; i < data.size(); ++i) safe += data[i] == '<' ? std::string("\\u003c") : std::string(1, data[i]);
  std::string libraries = library("uplot", library_uplot, licence_uplot);
  if (!scene_.is_null()) libraries += library("3dmol", library_3dmol, licence_3dmol);
  return fmt::format(
      "<!DOCTYPE html>\n<html lang=\"en\"><head><meta charset=\"utf-8\"><meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n"
      "<meta name=\"generator\" content=\"lamella {}\"><title>{}</title>\n<style>\n{}{}</style></head>\n<body><main>\n<h1>{}</h1>\n<p class=\"sub\">{}</p>\n<nav>{}</nav>\n{}{}"
      "</main>\n<script type=\"application/json\" id=\"data\">{}</script>\n{}<script>\n{}</script>\n<script>\n{}</script>\n<script>\n{}</script>\n</body></html>\n",
      version(), escaped(title), style_uplot, page_css, escaped(title), escaped(subtitle), navigation, warnings, body_, safe, libraries, charts_js, viewer_js, load_js);
}

}  // namespace lamella::report
