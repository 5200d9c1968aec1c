#pragma once
#include <string_view>

namespace lamella {

/// The program's version, as CMakeLists.txt has it.
constexpr std::string_view version() { return LAMELLA_VERSION; }

}  // namespace lamella
