#pragma once
#include <string_view>

/// The files of builder/report/ as they stand, put in at build time (builder/floor.cmake).
namespace lamella::report {
extern const std::string_view page_css, charts_js, viewer_js;
}  // namespace lamella::report
