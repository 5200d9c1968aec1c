#include "builder/superlattice.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "export/text.hpp"

namespace lamella {
namespace {

constexpr std::size_t terminations_per_face = 2;
constexpr double glass_density = 2.0;     // g/cm3, for counting only
constexpr double shortest_vector = 9.0;   // A; the decks sample the Gamma point alone

std::string face_name(const Material& material, const CutFace& face) {
  return fmt::format("{}({} {} {})/{}", material.name, face.miller.h, face.miller.k, face.miller.l, face.termination.index);
}

/// (1 0 0) and (0 0 1) of a cubic crystal, whose ordered Li break the symmetry a little: one face is enough.
bool same_face(const SurfaceLattice& a, const SurfaceLattice& b) {
  return std::abs(a.spacing - b.spacing) < 1e-3 && std::abs(a.basis.determinant() - b.basis.determinant()) < 1e-3 && (a.basis * a.basis.transpose() - b.basis * b.basis.transpose()).cwiseAbs().maxCoeff() < 1e-2;
}

/// Every face of a crystal, cut at its best terminations to the least number of repeats; those over the atom cap left out.
std::vector<CutFace> cut_faces(const Material& material, std::size_t index, const SuperlatticeLimits& limits) {
  std::vector<CutFace> cuts;
  std::vector<SurfaceLattice> seen;
  for (const Miller& miller : material.faces) {
    const SurfaceLattice surface = surface_lattice(*material.crystal, miller);
    if (std::any_of(seen.begin(), seen.end(), [&](const SurfaceLattice& s) { return same_face(s, surface); })) continue;
    seen.push_back(surface);
    const int repeats = repeats_for(*material.crystal, miller, limits.thickness);
    std::size_t taken = 0;
    for (const Termination& termination : list_terminations(*material.crystal, miller)) {
      if (taken == terminations_per_face) break;
      if (termination.broken_polyanions > 0) continue;
      Slab slab = cut_slab(*material.crystal, miller, termination, repeats);
      ++taken;
      if (static_cast<long>(slab.size()) < limits.max_atoms) cuts.push_back({index, miller, termination, std::move(slab)});
    }
  }
  return cuts;
}

long glass_atoms(const std::vector<Material>& materials, double area, double thickness) {
  long atoms = 0;
  for (const Material& material : materials) {
    if (material.crystal) continue;
    long per_unit = 0;
    for (const FormulaTerm& term : material.formula) per_unit += term.count;
    atoms += per_unit * formula_units(material.formula, area, thickness, glass_density);
  }
  return atoms;
}

/// Matches of one choice of faces, least strain first.
std::vector<Superlattice> match_faces(const std::vector<Material>& materials, const std::vector<CutFace>& faces, const SuperlatticeLimits& limits) {
  std::vector<MatchLayer> layers;
  double atoms_per_area = 0.0;
  for (const CutFace& face : faces) {
    layers.push_back({materials[face.material].layer, face.slab.plane, static_cast<long>(face.slab.size()), face.slab.thickness, std::nullopt});
    atoms_per_area += static_cast<double>(face.slab.size()) / face.slab.area();
  }
  atoms_per_area += static_cast<double>(glass_atoms(materials, 1000.0, limits.thickness)) / 1000.0;
  MatchLimits within;
  within.max_area = 1.1 * static_cast<double>(limits.max_atoms) / atoms_per_area;
  within.max_strain = limits.max_strain;
  within.max_atoms = limits.max_atoms;
  within.min_length = shortest_vector;
  std::vector<Superlattice> found;
  for (Match& match : find_matches(layers, within, {StrainSharing::Kind::equal, 0})) {
    const long atoms = match.atoms + glass_atoms(materials, match.area, limits.thickness);
    if (atoms <= limits.max_atoms) found.push_back({faces, std::move(match), atoms, limits.thickness});
  }
  std::stable_sort(found.begin(), found.end(), [](const Superlattice& a, const Superlattice& b) { return a.match.max_strain < b.match.max_strain; });
  return found;
}

/// Calls visit(faces) for every way to pick one cut of each crystal.
template <class Visit>
void each_choice(const std::vector<std::vector<CutFace>>& cuts, std::vector<CutFace>& chosen, Visit visit) {
  if (chosen.size() == cuts.size()) return visit(chosen);
  for (const CutFace& cut : cuts[chosen.size()]) {
    chosen.push_back(cut);
    each_choice(cuts, chosen, visit);
    chosen.pop_back();
  }
}

bool of_own_faces(const std::vector<Material>& materials, const Superlattice& s) {
  return std::all_of(s.faces.begin(), s.faces.end(), [&](const CutFace& face) { return face.miller == materials[face.material].faces.front(); });
}

[[noreturn]] void none_fits(const std::vector<Material>& materials, const SuperlatticeLimits& limits) {
  std::string names;
  for (const Material& material : materials) names += (names.empty() ? "" : " | ") + material.name;
  fail_input({"dataset", "no superlattice of " + names + " within the limits", "0 matches", fmt::format("{} atoms, {:g} % strain, {:g} A of each", limits.max_atoms, 100.0 * limits.max_strain, limits.thickness),
              "raise --max-atoms or --max-strain, or lower --thickness"});
}

}  // namespace

std::vector<Miller> faces_to_try(const Miller& own) {
  std::vector<Miller> faces = {own};
  for (const Miller& low : {Miller{1, 0, 0}, Miller{1, 1, 0}, Miller{1, 1, 1}, Miller{0, 0, 1}})
    if (std::find(faces.begin(), faces.end(), low) == faces.end()) faces.push_back(low);
  return faces;
}

std::vector<Superlattice> find_superlattices(const std::vector<Material>& materials, const SuperlatticeLimits& limits, int count) {
  std::vector<std::vector<CutFace>> cuts;
  for (std::size_t m = 0; m < materials.size(); ++m)
    if (materials[m].crystal) cuts.push_back(cut_faces(materials[m], m, limits));
  std::vector<std::vector<Superlattice>> by_faces;
  std::vector<CutFace> chosen;
  each_choice(cuts, chosen, [&](const std::vector<CutFace>& faces) {
    std::vector<Superlattice> found = match_faces(materials, faces, limits);
    if (found.size() > static_cast<std::size_t>(count)) found.resize(static_cast<std::size_t>(count));
    if (!found.empty()) by_faces.push_back(std::move(found));
  });
  if (by_faces.empty()) none_fits(materials, limits);
  std::stable_sort(by_faces.begin(), by_faces.end(), [&](const auto& a, const auto& b) {
    const bool own_a = of_own_faces(materials, a.front()), own_b = of_own_faces(materials, b.front());
    if (own_a != own_b) return own_a;
    return a.front().match.max_strain < b.front().match.max_strain;
  });
  // One of each choice of faces first, other faces before other terminations, then second matches.
  std::vector<Superlattice> picked;
  std::vector<std::string> seen;
  const auto take = [&](const Superlattice& s, bool new_faces_only) {
    std::string faces, cut;
    for (const CutFace& face : s.faces) {
      cut += face_name(materials[face.material], face) + " ";
      faces += fmt::format("{} {} {} {} ", face.material, face.miller.h, face.miller.k, face.miller.l);
    }
    const std::string key = new_faces_only ? faces : cut;
    if (std::find(seen.begin(), seen.end(), key) != seen.end()) return;
    seen.insert(seen.end(), {faces, cut});
    picked.push_back(s);
  };
  for (const bool new_faces_only : {true, false})
    for (const auto& group : by_faces)
      if (static_cast<int>(picked.size()) < count) take(group.front(), new_faces_only);
  for (std::size_t rank = 1; static_cast<int>(picked.size()) < count; ++rank) {
    bool any = false;
    for (const auto& group : by_faces)
      if (rank < group.size() && static_cast<int>(picked.size()) < count) picked.push_back(group[rank]), any = true;
    if (!any) break;
  }
  return picked;
}

}  // namespace lamella
