#pragma once
#include <filesystem>
#include <string>

namespace lamella {

/// One self-contained page (no network): of a built folder with whatever analyses lie in it, or of a sweep (a folder with
/// sweep.csv), its points side by side. Same folder, same bytes. Throws Error (bad_input) for a folder that is neither.
std::string report_html(const std::filesystem::path& folder);

}  // namespace lamella
