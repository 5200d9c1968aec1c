#pragma once
#include <string>
#include <string_view>

namespace lamella::report {

/// Base64 of bytes, padded.
std::string base64(std::string_view bytes);

/// Gzip (without a name or a time) in base64, as load.js unpacks it. Throws Error (while_running) when zlib fails.
std::string packed(std::string_view text);

}  // namespace lamella::report
