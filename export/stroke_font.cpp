#include "export/stroke_font.hpp"

#include <algorithm>
#include <array>
#include <string>
#include <utility>

namespace lamella {
namespace {

// Drawn for this program on a grid 4 wide and 6 high. A glyph is a few polylines, parted by blanks; a point is two
// characters, x and y; y = y and z stand for -1 and -2, below the base line.
constexpr std::array<std::pair<char, const char*>, 79> glyphs = {{
    {'A', "002640 1232"}, {'B', "00063645443303 3342413000"}, {'C', "4536160501103041"}, {'D', "00062644422000"},
    {'E', "46060040 0333"}, {'F', "460600 0333"}, {'G', "45361605011030414323"}, {'H', "0006 4046 0343"}, {'I', "1030 1636 2026"},
    {'J', "4641301001"}, {'K', "0006 4602 1340"}, {'L', "060040"}, {'M', "0006234640"}, {'N', "00064046"}, {'O', "100105163645413010"},
    {'P', "00063645443303"}, {'Q', "100105163645413010 2240"}, {'R', "00063645443303 2340"}, {'S', "453616050413334241301001"},
    {'T', "0646 2620"}, {'U', "060110304146"}, {'V', "062046"}, {'W', "0610243046"}, {'X', "0046 0640"}, {'Y', "062346 2320"},
    {'Z', "06460040"}, {'a', "4440 4334140301103041"}, {'b', "0600 0314344341301001"}, {'c', "4334140301103041"},
    {'d', "4640 4334140301103041"}, {'e', "02424334140301103041"}, {'f', "36261510 0434"}, {'g', "4334140301103041 444y3z1z0y"},
    {'h', "0600 0314344340"}, {'i', "2420 2626"}, {'j', "242y1z0z 2626"}, {'k', "0600 3401 1240"}, {'l', "262130"},
    {'m', "0400 03142320 23344340"}, {'n', "0400 0314344340"}, {'o', "100103143443413010"}, {'p', "040z 0314344341301001"},
    {'q', "444z 4334140301103041"}, {'r', "0400 022434"}, {'s', "43341403123241301001"}, {'t', "16112030 0434"},
    {'u', "0401103041 4440"}, {'v', "042044"}, {'w', "0410233044"}, {'x', "0044 0440"}, {'y', "0420 441z"}, {'z', "04440040"},
    {'0', "100105163645413010"}, {'1', "152620 1030"}, {'2', "05163645440040"}, {'3', "05163645443313 334241301001"}, {'4', "30360242"},
    {'5', "460603334241301001"}, {'6', "36160501103041423303"}, {'7', "064610"}, {'8', "13040516364544331302011030414233"},
    {'9', "10304145361605041343"}, {'-', "0343"}, {'+', "0343 2125"}, {'_', "0040"}, {'.', "2020"}, {',', "211y"}, {':', "2121 2424"},
    {'=', "0242 0444"}, {'/', "0046"}, {'|', "262z"}, {'(', "36252130"}, {')', "16252110"}, {'[', "36262030"}, {']', "16262010"},
    {'%', "0046 0606 4040"}, {'^', "142634"}, {'*', "1135 1531 2026"}, {'\'', "2625"}}};
constexpr const char* angstrom = "002440 1131 2516273625";
constexpr const char* unknown = "0006464000";
constexpr double between = 1.9 / 6.0, blank = 2.6 / 6.0;

double coordinate(char c) {
  if (c == 'y') return -1.0 / 6.0;
  if (c == 'z') return -2.0 / 6.0;
  return (c - '0') / 6.0;
}

/// Calls visit(glyph) for every character; a UTF-8 sequence is one character.
template <class Visit>
void each_glyph(std::string_view text, Visit visit) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text.substr(i).starts_with("\xc3\x85") || text.substr(i).starts_with("\xe2\x84\xab")) {
      i += text[i] == '\xc3' ? 1 : 2;
      visit(angstrom);
      continue;
    }
    const char* strokes = text[i] == ' ' ? "" : unknown;
    for (const auto& [c, glyph] : glyphs)
      if (c == text[i]) strokes = glyph;
    while (i + 1 < text.size() && (static_cast<unsigned char>(text[i + 1]) & 0xc0) == 0x80) ++i;
    visit(strokes);
  }
}

struct Extent {
  double low = 0.0, high = blank - between;
};

/// What a glyph spans along x: letters are as wide as they are drawn.
Extent extent_of(std::string_view glyph) {
  Extent extent;
  for (std::size_t i = 0; i < glyph.size(); i += glyph[i] == ' ' ? 1 : 2) {
    if (glyph[i] == ' ') continue;
    const double x = coordinate(glyph[i]);
    extent = i == 0 ? Extent{x, x} : Extent{std::min(extent.low, x), std::max(extent.high, x)};
  }
  return extent;
}

}  // namespace

std::vector<Stroke> text_strokes(std::string_view text) {
  std::vector<Stroke> strokes;
  double left = 0.0;
  each_glyph(text, [&](std::string_view glyph) {
    const Extent extent = extent_of(glyph);
    const double shift = left - extent.low;
    left += extent.high - extent.low + between;
    while (!glyph.empty()) {
      const std::size_t end = glyph.find(' ');
      const std::string_view line = glyph.substr(0, end);
      for (std::size_t i = 0; i + 3 < line.size(); i += 2)
        strokes.push_back({shift + coordinate(line[i]), coordinate(line[i + 1]), shift + coordinate(line[i + 2]), coordinate(line[i + 3])});
      glyph = end == std::string_view::npos ? std::string_view{} : glyph.substr(end + 1);
    }
  });
  return strokes;
}

double text_width(std::string_view text) {
  double width = 0.0;
  each_glyph(text, [&](std::string_view glyph) { width += extent_of(glyph).high - extent_of(glyph).low + between; });
  return width > 0.0 ? width - between : 0.0;
}

}  // namespace lamella
