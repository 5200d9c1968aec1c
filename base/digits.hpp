#pragma once
#include <fmt/format.h>

#include <cstdlib>

namespace lamella {

/// `x` by its first `digits` significant decimal digits: a shorter text, the same again when it is read back. What is not finite stays so.
inline double to_digits(double x, int digits) { return std::strtod(fmt::format("{:.{}g}", x, digits).c_str(), nullptr); }

}  // namespace lamella
