#include <catch2/catch.hpp>
#include <zlib.h>

#include <cstdint>
#include <vector>

#include "base/error.hpp"
#include "export/picture.hpp"
#include "stacks.hpp"

using namespace lamella;

namespace {

struct Image {
  int width = 0, height = 0;
  std::vector<std::uint8_t> rgb;
  Colour at(int x, int y) const {
    const std::size_t i = 3 * (static_cast<std::size_t>(y) * static_cast<std::size_t>(width) + static_cast<std::size_t>(x));
    return {rgb[i], rgb[i + 1], rgb[i + 2]};
  }
  long count(Colour colour) const {
    long n = 0;
    for (std::size_t i = 0; i < rgb.size(); i += 3) n += rgb[i] == colour.red && rgb[i + 1] == colour.green && rgb[i + 2] == colour.blue;
    return n;
  }
};

std::uint32_t u32(const std::string& bytes, std::size_t at) {
  std::uint32_t value = 0;
  for (std::size_t i = 0; i < 4; ++i) value = value << 8 | static_cast<unsigned char>(bytes[at + i]);
  return value;
}

/// A reader of what the writer promises: every CRC, one IDAT, filter 2.
Image decode(const std::string& png) {
  REQUIRE(png.substr(0, 8) == std::string("\x89PNG\r\n\x1a\n", 8));
  Image image;
  for (std::size_t at = 8; at < png.size();) {
    const std::uint32_t length = u32(png, at);
    const std::string body = png.substr(at + 4, length + 4), type = body.substr(0, 4);
    CHECK(u32(png, at + 8 + length) == crc32(0, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size())));
    if (type == "IHDR") {
      image.width = static_cast<int>(u32(body, 4));
      image.height = static_cast<int>(u32(body, 8));
    }
    if (type == "IDAT") {
      const std::size_t row = 3 * static_cast<std::size_t>(image.width);
      std::vector<Bytef> raw((row + 1) * static_cast<std::size_t>(image.height));
      uLongf size = raw.size();
      REQUIRE(uncompress(raw.data(), &size, reinterpret_cast<const Bytef*>(body.data()) + 4, length) == Z_OK);
      REQUIRE(size == raw.size());
      for (std::size_t y = 0; y < static_cast<std::size_t>(image.height); ++y) {
        REQUIRE(raw[y * (row + 1)] == 2);
        for (std::size_t i = 0; i < row; ++i)
          image.rgb.push_back(static_cast<std::uint8_t>(raw[y * (row + 1) + 1 + i] + (y ? image.rgb[(y - 1) * row + i] : 0)));
      }
    }
    at += 12 + length;
  }
  return image;
}

/// How near a pixel's hue is to a colour, whatever the light: the cosine between them.
double likeness(Colour p, Colour q) {
  const double dot = p.red * q.red + p.green * q.green + p.blue * q.blue;
  return dot / std::sqrt(double(p.red * p.red + p.green * p.green + p.blue * p.blue) * (q.red * q.red + q.green * q.green + q.blue * q.blue));
}

Structure two_atoms(double near_a, double far_a) {
  Structure pair;
  pair.cell = Cell::from_parameters(10, 8, 12, 90, 90, 60);
  for (const auto& [symbol, f] : {std::pair{"O", Fractional(far_a, 0.5, 0.5)}, {"Co", Fractional(near_a, 0.5, 0.5)}}) {
    pair.elements.push_back(Element::from_symbol(symbol));
    pair.positions.push_back(pair.cell.to_cartesian(f));
  }
  return pair;
}

}  // namespace

TEST_CASE("looking along a, the atom nearer to the viewer hides the other at the place where both lie") {
  PictureOptions options;
  options.legend = false;
  const Colour cobalt = element_colour(Element::from_symbol("Co")), oxygen = element_colour(Element::from_symbol("O"));
  for (const bool cobalt_in_front : {true, false}) {
    const Image image = decode(picture_png(two_atoms(cobalt_in_front ? 0.9 : 0.1, cobalt_in_front ? 0.1 : 0.9), options));
    const Colour middle = image.at(image.width / 2, image.height / 2);
    CHECK(likeness(middle, cobalt_in_front ? cobalt : oxygen) > 0.98);
    CHECK(likeness(middle, cobalt_in_front ? oxygen : cobalt) < 0.95);
  }
}

TEST_CASE("a picture keeps its size, its corners white, and the same bytes twice") {
  const Structure stack = lamella::testing::random_stack(7);
  for (char axis : {'a', 'b', 'c'})
    for (auto by : {PictureOptions::By::element, PictureOptions::By::layer}) {
      PictureOptions options;
      options.axis = axis;
      options.colour = by;
      const std::string png = picture_png(stack, options);
      CHECK(png == picture_png(stack, options));
      const Image image = decode(png);
      CHECK(image.width <= 85.0 / 25.4 * 300 + 2);
      CHECK(image.height <= 200.0 / 25.4 * 300 + 2);
      for (int y : {0, image.height - 1})
        for (int x : {0, image.width - 1}) CHECK(image.at(x, y).red == 255);
      CHECK(image.count({40, 40, 40}) > 500);  // the outline, the legend and the scale bar
    }
}

TEST_CASE("senseless pictures are errors, an empty structure is an empty cell") {
  Structure stack = lamella::testing::random_stack(7);
  PictureOptions options;
  options.axis = 'z';
  CHECK_THROWS_AS(picture_png(stack, options), Error);
  options = {};
  options.dpi = 1e9;
  CHECK_THROWS_AS(picture_png(stack, options), Error);
  stack.elements.clear();
  stack.positions.clear();
  stack.layer_of.clear();
  CHECK(decode(picture_png(stack)).width > 0);
}
