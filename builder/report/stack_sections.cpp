#include <fmt/format.h>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/report/sections.hpp"

namespace lamella::report {
namespace {

namespace fs = std::filesystem;

std::string percent(double x) { return fmt::format("{:.2f} %", 100.0 * x); }

void asked(Page& page, const fs::path& folder) {
  if (!fs::is_regular_file(folder / "spec.toml")) return;
  page.section("What was asked", "asked");
  page.paragraph("The specification with every default written out; building it again gives the same bytes.");
  page.preformatted(read_whole_file(folder / "spec.toml"));
}

void layer_table(Page& page, const json& manifest) {
  std::vector<std::vector<std::string>> rows;
  for (const json& layer : manifest.value("layers", json::array())) {
    std::string vacancies;
    for (const json& v : layer.value("vacancies", json::array())) {
      if (!vacancies.empty()) vacancies += ", ";
      vacancies += fmt::format("{}: {} of {} removed", text(v, "species"), number(v.value("removed", json())), number(v.value("of", json())));
    }
    rows.push_back({text(layer, "name"), text(layer, "kind"), text(layer, "formula"), number(layer.value("atoms", json()), 8), number(layer.value("thickness_requested", json())),
                    number(layer.value("thickness", json())), number(layer.value("density", json())), vacancies.empty() ? "-" : vacancies});
  }
  if (rows.empty()) return;
  page.heading("Layers, bottom to top");
  page.table({"layer", "kind", "formula", "atoms", "thickness asked (A)", "thickness (A)", "density (g/cm3)", "vacancies"}, rows);
}

void match_table(Page& page, const json& manifest) {
  const json match = manifest.value("match", json());
  if (!match.is_object()) return;
  std::vector<std::vector<std::string>> rows;
  for (const json& layer : match.value("layers", json::array())) {
    const json strain = layer.value("strain", json());
    std::string components = "-";
    if (strain.is_array() && strain.size() == 2 && strain[0].is_array() && strain[0].size() == 2 && strain[1].is_array() && strain[1].size() == 2 && strain[0][0].is_number() && strain[1][1].is_number() && strain[0][1].is_number())
      components = fmt::format("{}, {}, {}", percent(strain[0][0].get<double>()), percent(strain[1][1].get<double>()), percent(strain[0][1].get<double>()));
    rows.push_back({text(layer, "name"), layer.contains("matrix") ? layer["matrix"].dump() : "-", components, layer.contains("von_mises") && layer["von_mises"].is_number() ? percent(layer["von_mises"].get<double>()) : "-", number(layer.value("energy_per_area", json()))});
  }
  page.heading("The common cell");
  page.paragraph(fmt::format("In-plane area {} A^2. Strain of each crystalline layer in the common cell's frame:", number(match.value("area", json()), 6)));
  page.table({"layer", "supercell", "strain xx, yy, xy", "von Mises strain", "energy (eV/A^2)"}, rows);
}

void audit_table(Page& page, const json& manifest) {
  const json audit = manifest.value("audit", json());
  if (!audit.is_object()) return;
  page.heading("Audit");
  page.paragraph(fmt::format("{} atoms in {} A^3; net charge {} e by formal charges; {}-handed cell. Shortest distances under full periodic images:", number(audit.value("atoms", json()), 9),
                             number(audit.value("volume", json()), 7), number(audit.value("net_charge", json())), text(audit, "handedness")));
  std::vector<std::string> head{"pair"}, row{"A"};
  const json distances = audit.value("min_distance", json::object());
  if (distances.is_object())
    for (const auto& [pair, d] : distances.items()) {
      head.push_back(pair);
      row.push_back(number(d, 3));
    }
  if (head.size() > 1) page.table(head, {row});
  std::vector<std::vector<std::string>> seams;
  for (const json& seam : audit.value("seams", json::array())) {
    const json between = seam.value("between", json());
    seams.push_back({between.is_array() && between.size() == 2 ? between[0].get<std::string>() + " | " + between[1].get<std::string>() : text(seam, "between"), number(seam.value("gap", json()), 3)});
  }
  if (!seams.empty()) page.table({"seam", "gap as built (A)"}, seams);
  // Three periodic layers meet at a third, uncoated seam: say it where it is so.
  if (seams.size() >= 3) page.paragraph("The last seam is the one across the periodic boundary.");
}

std::string embedded_png(const fs::path& file) {
  static constexpr char digits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  const std::string bytes = read_whole_file(file);
  std::string text;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    auto at = [&](std::size_t k) { return k < bytes.size() ? static_cast<unsigned>(static_cast<unsigned char>(bytes[k])) : 0u; };
    const unsigned word = at(i) << 16 | at(i + 1) << 8 | at(i + 2);
    text += digits[word >> 18];
    text += digits[(word >> 12) & 63];
    text += i + 1 < bytes.size() ? digits[(word >> 6) & 63] : '=';
    text += i + 2 < bytes.size() ? digits[word & 63] : '=';
  }
  return "data:image/png;base64," + text;
}

}  // namespace

std::string number(const json& value, int digits) {
  if (value.is_number_integer()) return std::to_string(value.get<long>());
  if (!value.is_number()) return "-";
  return fmt::format("{:.{}g}", value.get<double>(), digits);
}

std::string text(const json& object, const char* key) {
  if (!object.is_object() || !object.contains(key) || object[key].is_null()) return "-";
  return object[key].is_string() ? object[key].get<std::string>() : object[key].dump();
}

json read_json(Page& page, const fs::path& file, const std::string& name) {
  if (!fs::is_regular_file(file)) return nullptr;
  json read = json::parse(read_whole_file(file), nullptr, false);
  if (read.is_discarded() || !read.is_object()) {
    page.warning(name + " is damaged and was left out");
    return nullptr;
  }
  return read;
}

void stack_sections(Page& page, const fs::path& folder, const json& manifest) {
  page.section("The stack", "stack");
  page.raw("<div id=\"viewer\"></div>\n<p class=\"sub\">Orthographic view, coloured by layer or element; \"end of ...\" shows the last frame of a run, atoms wrapped into the cell.</p>\n");
  page.scene(scene_of(page, folder));
  if (fs::is_regular_file(folder / "stack.png")) page.raw("<details><summary>Picture as built (stack.png)</summary><img class=\"picture\" alt=\"the stack seen along a\" src=\"" + embedded_png(folder / "stack.png") + "\"></details>\n");
  if (manifest.is_object()) {
    page.section("What was built", "built");
    layer_table(page, manifest);
    match_table(page, manifest);
    audit_table(page, manifest);
    for (const json& warning : manifest.value("warnings", json::array()))
      if (warning.is_string()) page.warning(warning.get<std::string>());
  }
  asked(page, folder);
}

}  // namespace lamella::report
