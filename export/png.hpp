#pragma once
#include <cstdint>
#include <span>
#include <string>

namespace lamella {

/// An 8-bit RGB image as a PNG file's bytes. `rgb` holds height rows of 3 width bytes, top row first; `dpi` is stored as the
/// physical size. Throws Error (while_running) when zlib fails.
std::string png_bytes(int width, int height, std::span<const std::uint8_t> rgb, double dpi);

}  // namespace lamella
