#include "export/png.hpp"

#include <zlib.h>

#include <cmath>
#include <vector>

#include "base/error.hpp"

namespace lamella {
namespace {

void append_u32(std::string& bytes, std::uint32_t value) {
  for (int shift : {24, 16, 8, 0}) bytes += static_cast<char>((value >> shift) & 0xff);
}

/// Length, type, data, CRC of type and data (PNG specification, third edition, section 5.3).
void append_chunk(std::string& png, const std::string& type, const std::string& data) {
  append_u32(png, static_cast<std::uint32_t>(data.size()));
  const std::string body = type + data;
  png += body;
  append_u32(png, static_cast<std::uint32_t>(crc32(0L, reinterpret_cast<const Bytef*>(body.data()), static_cast<uInt>(body.size()))));
}

/// Each row as differences from the row above (filter 2): large even areas become zeros.
std::vector<Bytef> filtered(int width, int height, std::span<const std::uint8_t> rgb) {
  const std::size_t row = 3 * static_cast<std::size_t>(width);
  std::vector<Bytef> out;
  out.reserve((row + 1) * static_cast<std::size_t>(height));
  for (std::size_t y = 0; y < static_cast<std::size_t>(height); ++y) {
    out.push_back(2);
    for (std::size_t i = 0; i < row; ++i) {
      const int above = y ? rgb[(y - 1) * row + i] : 0;
      out.push_back(static_cast<Bytef>((rgb[y * row + i] - above) & 0xff));
    }
  }
  return out;
}

}  // namespace

std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb, double dpi) {
  if (width < 1 || height < 1 || rgb.size() != 3 * static_cast<std::size_t>(width) * static_cast<std::size_t>(height))
    fail_run({"PNG", "image and size differ", std::to_string(rgb.size()) + " bytes", "", ""});
  std::string header;
  append_u32(header, static_cast<std::uint32_t>(width));
  append_u32(header, static_cast<std::uint32_t>(height));
  header += std::string("\x08\x02\x00\x00\x00", 5);  // 8 bits, RGB, deflate, adaptive filters, not interlaced
  std::string physical;
  const auto per_metre = static_cast<std::uint32_t>(std::lround(dpi / 0.0254));
  append_u32(physical, per_metre);
  append_u32(physical, per_metre);
  physical += '\x01';

  const std::vector<Bytef> rows = filtered(width, height, rgb);
  uLongf size = compressBound(static_cast<uLong>(rows.size()));
  std::string packed(size, '\0');
  if (const int status = compress2(reinterpret_cast<Bytef*>(packed.data()), &size, rows.data(), static_cast<uLong>(rows.size()), 6); status != Z_OK)
    fail_run({"PNG", "zlib could not compress the image", std::to_string(status), "", ""});
  packed.resize(size);

  std::string png("\x89PNG\r\n\x1a\n", 8);
  append_chunk(png, "IHDR", header);
  append_chunk(png, "pHYs", physical);
  append_chunk(png, "IDAT", packed);
  append_chunk(png, "IEND", "");
  return png;
}

}  // namespace lamella
