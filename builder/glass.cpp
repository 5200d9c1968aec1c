#include "builder/glass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "amorph/layer_file.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/shared_cache.hpp"

namespace lamella {

namespace {

std::filesystem::path resolved(const Specification& specification, const std::string& path) {
  const std::filesystem::path given(path);
  return given.is_relative() ? specification.folder / given : given;
}

void check_layer_file(const LayerSpecification& layer, const std::filesystem::path& path, const std::string& text) {
  if (layer.sha256.empty() || sha256(text) == layer.sha256) return;
  fail_input({"layer." + layer.name + ".sha256", "the layer file is not the one that was named", sha256(text), layer.sha256,
              fmt::format("{} was changed: give its new hash, leave sha256 out, or melt anew with --requench", path.filename().string())});
}

void check_plane(const LayerSpecification& layer, const Mat2& made, const Mat2& wanted) {
  if ((made - wanted).cwiseAbs().maxCoeff() < 1e-6) return;
  auto text = [](const Mat2& m) { return fmt::format("{:.4f},{:.4f},{:.4f},{:.4f}", m(0, 0), m(0, 1), m(1, 0), m(1, 1)); };
  fail_input({"layer." + layer.name + ".structure", "made in another in-plane cell", text(made), text(wanted), "melt it in this one: --requench"});
}

void check_formula(const LayerSpecification& layer, const AmorphousLayer& made) {
  const Formula wanted = reduced(parse_formula(layer.amorphous)), found = reduced(formula_of(made.slab.elements));
  bool same = wanted.size() == found.size();
  for (const FormulaTerm& term : wanted) same = same && std::find(found.begin(), found.end(), term) != found.end();
  if (!same) fail_input({"layer." + layer.name + ".structure", "another composition", to_string(found), to_string(wanted), "name the right layer file, or use --requench"});
}

AmorphousLayer melted(const LayerSpecification& layer, const Specification& specification, const Mat2& plane, const BuildOptions& options,
                      const std::optional<Confinement>& between) {
  LayerRequest request;
  request.formula = parse_formula(layer.amorphous);
  request.plane = plane;
  request.thickness = layer.thickness;
  request.recipe = layer.quench;
  request.seed = specification.seed;
  request.between = between;
  if (std::error_code ec; std::filesystem::is_regular_file(resolved(specification, layer.quench.potential), ec))
    request.recipe.potential = resolved(specification, layer.quench.potential).string();
  return make_amorphous_layer(request, options.progress);
}

}  // namespace

std::optional<std::array<double, 2>> own_gaps(const AmorphousLayer& layer) {
  if (!layer.proof.is_object() || !layer.proof.contains("between_gap")) return std::nullopt;
  const double half = 0.5 * layer.proof.at("between_gap").get<double>();
  double low = layer.slab.thickness, high = 0.0;
  for (const Cartesian& p : layer.slab.positions) low = std::min(low, p.z()), high = std::max(high, p.z());
  return std::array<double, 2>{low + half, layer.slab.thickness - high + half};
}

GlassLayer make_glass(const LayerSpecification& layer, const Specification& specification, const Mat2& plane, const BuildOptions& options,
                      const std::optional<Confinement>& between) {
  GlassLayer glass;
  glass.name = layer.name;
  glass.file = "layers/" + layer.name + ".extxyz";
  if (!layer.structure.empty() && !options.requench) {
    const std::filesystem::path path = resolved(specification, layer.structure);
    glass.text = read_whole_file(path);
    check_layer_file(layer, path, glass.text);
    glass.layer = parse_layer_file(glass.text, path.filename().string());
    check_plane(layer, glass.layer.slab.plane, plane);
    check_formula(layer, glass.layer);
    // The matched cell is the one that is built, to the last bit: the file's rounding must not tilt it.
    glass.layer.slab.plane = plane;
    return glass;
  }
  const auto make = [&] { return layer_file_text(melted(layer, specification, plane, options, between)); };
  // A confined melt depends on its crystals too: its key in the cache of layers knows them, the sweep's does not.
  glass.text = between ? make() : shared_melt(SharedCache(options.cache), layer, specification, plane, make);
  // Read back what was written: a build from the layer file then starts from the same bits as the build that melted it.
  glass.layer = parse_layer_file(glass.text, glass.file);
  glass.layer.slab.plane = plane;
  return glass;
}

long estimated_glass_atoms(const Specification& specification, double area) {
  long atoms = 0;
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.is_crystal() || layer.thickness <= 0.0) continue;
    const Formula formula = parse_formula(layer.amorphous);
    long per_unit = 0;
    for (const FormulaTerm& term : formula) per_unit += term.count;
    const double density = layer.quench.density > 0.0 ? layer.quench.density : 2.0;
    const int copies = specification.cell.boundary == "double" ? 2 : 1;
    atoms += copies * per_unit * formula_units(formula, area, layer.thickness, density);
  }
  return atoms;
}

Slab tiled(const Slab& slab, const std::array<int, 2>& repeat) {
  if (repeat[0] == 1 && repeat[1] == 1) return slab;
  Slab big;
  big.plane = slab.plane;
  big.plane.row(0) *= repeat[0];
  big.plane.row(1) *= repeat[1];
  big.thickness = slab.thickness;
  const std::size_t copies = static_cast<std::size_t>(repeat[0]) * static_cast<std::size_t>(repeat[1]);
  big.elements.reserve(slab.size() * copies);
  big.positions.reserve(slab.size() * copies);
  for (int i = 0; i < repeat[0]; ++i)
    for (int j = 0; j < repeat[1]; ++j) {
      const Vec2 shift = slab.plane.transpose() * Vec2(i, j);
      for (std::size_t a = 0; a < slab.size(); ++a) {
        big.elements.push_back(slab.elements[a]);
        big.positions.push_back(slab.positions[a] + Cartesian(shift.x(), shift.y(), 0.0));
      }
    }
  return big;
}

}  // namespace lamella
