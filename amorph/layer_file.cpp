#include "amorph/layer_file.hpp"

#include <fmt/format.h>

#include <cmath>

#include "amorph/recipe.hpp"
#include "base/error.hpp"
#include "export/structure_files.hpp"
#include "lattice/read_structure.hpp"
#include "lattice/slab_box.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

/// JSON inside a double-quoted value: its quotes become apostrophes (ASE's and our readers know no escapes there).
std::string quoted_json(const Json& json) {
  std::string out;
  for (const char c : json.dump(-1, ' ', true)) {
    if (c == '\'') out += "\\u0027";
    else out += c == '"' ? '\'' : c;
  }
  return out;
}

/// The text after key=" up to the closing quote in the comment line; empty when it is not there.
std::string quoted_value(const std::string& comment, const std::string& key) {
  const std::size_t at = comment.find(" " + key + "=\"");
  if (at == std::string::npos) return "";
  const std::size_t from = at + key.size() + 3, to = comment.find('"', from);
  return comment.substr(from, to == std::string::npos ? std::string::npos : to - from);
}

Json parse_quoted_json(const std::string& comment, const std::string& key, const std::string& name) {
  std::string text = quoted_value(comment, key);
  if (text.empty()) return Json();
  for (char& c : text)
    if (c == '\'') c = '"';
  try {
    return Json::parse(text);
  } catch (const std::exception&) {
    fail_input({name, "its " + key + " is not JSON", text.substr(0, 60), "", "the file was changed by hand or cut short"});
  }
}

double number_or(const std::string& comment, const std::string& key, double otherwise, const std::string& name) {
  const std::string text = quoted_value(comment, key);
  if (text.empty()) return otherwise;
  char* end = nullptr;
  const double value = std::strtod(text.c_str(), &end);
  if (end == text.c_str() || *end != '\0' || !std::isfinite(value) || value <= 0.0) fail_input({name, "its " + key + " is no positive number", text, "", ""});
  return value;
}

Structure structure_of_layer(const Slab& slab, const std::string& layer_name) {
  Structure s = in_box(slab, slab.thickness);
  s.layer_names = {layer_name};
  s.layer_of.assign(s.size(), 0);
  return s;
}

/// c must stand upright and the plane must lie in xy: what a layer's file promises.
void check_frame(const Structure& s, const std::string& name) {
  const Mat3& r = s.cell.rows();
  const double slack = 1e-6 * r.norm();
  if (std::abs(r(0, 2)) > slack || std::abs(r(1, 2)) > slack)
    fail_input({name, "its a and b do not lie in the xy plane", fmt::format("z of {} and {}", r(0, 2), r(1, 2)), "0", "turn the layer so that its normal is z"});
  if (!(r(2, 2) > 0.0)) fail_input({name, "its c points down", fmt::format("{}", r(2, 2)), "above 0 A", ""});
}

}  // namespace

std::string layer_file_text(const AmorphousLayer& layer) {
  std::string text = extxyz_text(structure_of_layer(layer.slab, "amorphous"), "amorphous layer, open along z");
  const std::size_t all_periodic = text.find("pbc=\"T T T\"");
  if (all_periodic != std::string::npos) text.replace(all_periodic, 11, "pbc=\"T T F\"");
  const std::size_t comment_end = text.find('\n', text.find('\n') + 1);
  text.insert(comment_end, fmt::format(" thickness=\"{}\" density=\"{}\" warnings=\"{}\" proof=\"{}\"", layer.slab.thickness, layer.density,
                                       quoted_json(Json(layer.warnings)), quoted_json(layer.proof)));
  return text;
}

AmorphousLayer parse_layer_file(const std::string& text, const std::string& name) {
  const Structure s = parse_extxyz(text, name);
  check_frame(s, name);
  const std::size_t first = text.find('\n');
  const std::string comment = text.substr(first + 1, text.find('\n', first + 1) - first - 1);
  AmorphousLayer layer;
  layer.slab.plane = s.cell.rows().topLeftCorner<2, 2>();
  layer.slab.thickness = number_or(comment, "thickness", s.cell.rows()(2, 2), name);
  layer.slab.elements = s.elements;
  layer.slab.positions = s.positions;
  layer.density = number_or(comment, "density", density_of(formula_of(s.elements), 1, layer.slab.area() * layer.slab.thickness), name);
  layer.proof = parse_quoted_json(comment, "proof", name);
  const Json warnings = parse_quoted_json(comment, "warnings", name);
  for (const Json& w : warnings)
    if (w.is_string()) layer.warnings.push_back(w.get<std::string>());
  return layer;
}

}  // namespace lamella
