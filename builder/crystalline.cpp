#include "builder/crystalline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "lattice/elastic.hpp"
#include "lattice/surface_cell.hpp"

namespace lamella {

namespace {

Crystal load_layer_crystal(const LayerSpecification& layer, const Specification& specification) {
  // Sites that the file leaves open are resolved the same way for every seed, so that seeds differ in vacancies and glass alone;
  // anion disorder is what a seed is for.
  const CrystalOptions options{layer.anion_disorder > 0.0 ? specification.seed : 1, layer.anion_disorder};
  const bool is_path = layer.crystal.find_first_of("/.") != std::string::npos;
  const std::filesystem::path path(layer.crystal);
  return load_crystal(is_path && path.is_relative() ? (specification.folder / path).string() : layer.crystal, options);
}

Termination choose_termination(const LayerSpecification& layer, const Crystal& crystal) {
  const std::vector<Termination> all = list_terminations(crystal, layer.miller);
  if (!layer.termination) return all.front();
  for (const Termination& termination : all)
    if (termination.index == *layer.termination) return termination;
  fail_input({fmt::format("layer.{}.termination", layer.name), "no such termination", fmt::format("{}", *layer.termination), fmt::format("0 to {}", all.size() - 1),
              fmt::format("see `lamella slab {} {} {} {}`", layer.crystal, layer.miller.h, layer.miller.k, layer.miller.l)});
}

Slab cut_as_asked(const LayerSpecification& layer, const CrystallineLayer& cut) {
  switch (layer.slab) {
    case SlabKind::symmetric: return cut_symmetric_slab(cut.crystal, layer.miller, cut.termination, cut.repeats);
    case SlabKind::compensated: return cut_compensated_slab(cut.crystal, layer.miller, cut.termination, cut.repeats);
    case SlabKind::stoichiometric: break;
  }
  return cut_slab(cut.crystal, layer.miller, cut.termination, cut.repeats);
}

/// The slab functions place the atoms in the order of atoms_between; a compensated slab may hold them twice.
std::vector<SlabSite> sites_of(const CrystallineLayer& cut, const SurfaceCell& cell) {
  const auto placed = atoms_between(cell, cut.termination.flat, cut.termination.cut, cut.termination.cut + cut.slab.thickness);
  if (placed.empty() || cut.slab.size() % placed.size() != 0)
    fail_run({"layer." + cut.name, "its slab has lost its sites", fmt::format("{} of {} atoms", placed.size(), cut.slab.size()), "", "please report this"});
  std::vector<SlabSite> sites;
  for (std::size_t i = 0; i < cut.slab.size(); ++i) {
    const auto member = static_cast<std::size_t>(placed[i % placed.size()].member), atom = static_cast<std::size_t>(cell.atoms[member]);
    sites.push_back({cut.crystal.sites.at(atom), cell.units[member] >= 0});
  }
  return sites;
}

StrainSharing sharing_of(const std::vector<CrystallineLayer>& layers, const std::string& strain) {
  if (strain == "equal") return {StrainSharing::Kind::equal, 0};
  if (strain == "stiffness") return {StrainSharing::Kind::stiffness, 0};
  for (std::size_t i = 0; i < layers.size(); ++i)
    if (layers[i].name == strain) return {StrainSharing::Kind::onto, i};
  fail_input({"cell.strain", "that layer is left out", "'" + strain + "'", "stiffness, equal, or a layer with thickness", ""});
}

/// What max_area must be for this match: every layer's unstrained superlattice has to fit, not only the common cell.
double area_needed(const Match& match, const std::vector<MatchLayer>& layers) {
  double area = match.area;
  for (std::size_t i = 0; i < layers.size(); ++i) area = std::max(area, static_cast<double>(match.layers[i].matrix.determinant()) * layers[i].basis.determinant());
  return area;
}

[[noreturn]] void no_match(const std::vector<MatchLayer>& layers, const CellSpecification& cell, const StrainSharing& sharing) {
  MatchLimits wide{2.0 * cell.max_area, std::min(0.3, 2.0 * cell.max_strain), 0, 0.0};
  const std::vector<Match> front = pareto_front(find_matches(layers, wide, sharing));
  std::string hint = "raise max_area or max_strain";
  if (!front.empty()) {
    const Match& nearest = *std::min_element(front.begin(), front.end(), [&](const Match& a, const Match& b) {
      auto miss = [&](const Match& m) { return std::max(area_needed(m, layers) / cell.max_area, cell.max_strain > 0 ? m.max_strain / cell.max_strain : m.max_strain * 1e3); };
      return miss(a) < miss(b);
    });
    hint = fmt::format("the nearest needs {:.1f} A^2 at {:.2f} % strain and {} crystal atoms: raise max_area, max_strain or max_atoms, or lower min_length",
                       area_needed(nearest, layers) + 0.05, 100.0 * nearest.max_strain, nearest.atoms);
  }
  fail_input({"cell", "no common cell within the limits", "0 matches",
              fmt::format("area up to {:g} A^2, strain up to {:g}, {} atoms, vectors from {:g} A", cell.max_area, cell.max_strain, cell.max_atoms, cell.min_length), hint});
}

}  // namespace

CrystallineLayer cut_layer(const LayerSpecification& layer, const Specification& specification) {
  CrystallineLayer cut;
  cut.name = layer.name;
  cut.crystal = load_layer_crystal(layer, specification);
  cut.termination = choose_termination(layer, cut.crystal);
  cut.repeats = layer.repeats > 0 ? layer.repeats : repeats_for(cut.crystal, layer.miller, layer.thickness);
  cut.slab = cut_as_asked(layer, cut);
  const SurfaceCell cell = surface_cell(cut.crystal, layer.miller);
  cut.sites = sites_of(cut, cell);
  cut.match = {layer.name, cut.slab.plane, static_cast<long>(cut.slab.size()), cut.slab.thickness, std::nullopt};
  if (cut.crystal.stiffness) cut.match.plane_stiffness = plane_stress_stiffness(*cut.crystal.stiffness, cell.rotation);
  return cut;
}

std::vector<CrystallineLayer> cut_crystalline_layers(const Specification& specification) {
  std::vector<CrystallineLayer> layers;
  for (const LayerSpecification& layer : specification.layers)
    if (layer.is_crystal() && !layer.is_left_out()) layers.push_back(cut_layer(layer, specification));
  return layers;
}

std::string strain_warning(const std::vector<CrystallineLayer>& layers, const Specification& specification) {
  std::vector<MatchLayer> match_layers;
  for (const CrystallineLayer& layer : layers) match_layers.push_back(layer.match);
  return sharing_warning(match_layers, sharing_of(layers, specification.cell.strain));
}

Match choose_match(const std::vector<CrystallineLayer>& layers, const Specification& specification, const std::function<long(double area)>& glass_atoms) {
  const CellSpecification& cell = specification.cell;
  std::vector<MatchLayer> match_layers;
  for (const CrystallineLayer& layer : layers) match_layers.push_back(layer.match);
  const StrainSharing sharing = sharing_of(layers, cell.strain);
  const long copies = static_cast<long>(cell.repeat[0]) * cell.repeat[1];
  const MatchLimits limits{cell.max_area, cell.max_strain, cell.max_atoms / copies, cell.min_length};
  std::vector<Match> matches = find_matches(match_layers, limits, sharing);
  const auto coating = std::find_if(layers.begin(), layers.end(), [name = repeated_coating(specification)](const CrystallineLayer& layer) { return layer.name == name; });
  const auto repeated_atoms = [&, i = static_cast<std::size_t>(coating - layers.begin())](const Match& match) {
    return i == layers.size() ? 0L : match.layers[i].matrix.determinant() * match_layers[i].atoms_per_cell;
  };
  std::erase_if(matches, [&](const Match& match) { return copies * (match.atoms + repeated_atoms(match) + glass_atoms(match.area)) > cell.max_atoms; });
  if (matches.empty()) no_match(match_layers, cell, sharing);
  if (cell.pick == "smallest") return matches.front();
  // Strains that differ by rounding only are equal: then the smaller cell wins.
  return *std::min_element(matches.begin(), matches.end(), [](const Match& a, const Match& b) {
    const double difference = a.max_strain - b.max_strain;
    return std::abs(difference) > 1e-9 ? difference < 0.0 : a.area < b.area - 1e-9;
  });
}

}  // namespace lamella
