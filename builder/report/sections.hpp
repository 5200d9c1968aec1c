#pragma once
#include <filesystem>

#include "builder/report/page.hpp"

namespace lamella::report {

/// What was asked (spec.toml) and what was built (manifest.json), pictures, the stack in 3D with the last frames of its runs.
void stack_sections(Page& page, const std::filesystem::path& folder, const json& manifest);
/// How each amorphous layer was made, and what proves it (manifest.json).
void glass_sections(Page& page, const json& manifest);
/// The figures of one analysis (analysis.json).
void analysis_sections(Page& page, const json& analysis);
/// A sweep's points side by side.
void sweep_sections(Page& page, const std::filesystem::path& folder);
/// How to cite and how to run it again.
void closing_sections(Page& page, const std::filesystem::path& folder, const std::vector<std::string>& protocols, bool sweep);

/// A JSON file, or null where it is missing; a damaged one is a warning on the page.
json read_json(Page& page, const std::filesystem::path& file, const std::string& name);
/// Every analysis of a built folder: analysis/analysis.json and analysis/<protocol>/analysis.json.
std::vector<json> analyses_of(Page& page, const std::filesystem::path& folder);

/// "1.23e-06" or "12.3"; "-" for what is not a number.
std::string number(const json& value, int digits = 4);
std::string text(const json& object, const char* key);

/// The 3D view's data: atoms of stack.extxyz and the last frame of every run.
json scene_of(Page& page, const std::filesystem::path& folder);

}  // namespace lamella::report
