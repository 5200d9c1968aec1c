#pragma once
#include <string_view>

/// The files of builder/report/ as they stand, and 3Dmol.js and uPlot as npm has them, put in at build time (builder/floor.cmake).
namespace lamella::report {
extern const std::string_view page_css, load_js, charts_js, viewer_js;
extern const std::string_view library_3dmol, licence_3dmol, library_uplot, style_uplot, licence_uplot;
}  // namespace lamella::report
