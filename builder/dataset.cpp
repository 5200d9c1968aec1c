#include "builder/dataset.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "base/error.hpp"
#include "builder/assembly.hpp"
#include "builder/audit.hpp"
#include "builder/perturbation.hpp"
#include "builder/superlattice.hpp"
#include "builder/vacancies.hpp"

namespace lamella {
namespace {

using Json = nlohmann::ordered_json;

Crystal crystal_of(const LayerSpecification& layer, const Specification& specification, std::uint64_t seed) {
  const bool is_path = layer.crystal.find_first_of("/.") != std::string::npos;
  const std::filesystem::path path(layer.crystal);
  return load_crystal(is_path && path.is_relative() ? (specification.folder / path).string() : layer.crystal, {seed, layer.anion_disorder});
}

/// The bundled crystal of a glass's formula, where there is one.
std::optional<Crystal> stand_in(const std::string& formula) {
  try {
    return load_crystal(formula);
  } catch (const Error&) {
    return std::nullopt;
  }
}

Material material_of(const LayerSpecification& layer, const Specification& specification, std::uint64_t seed) {
  Material material;
  material.layer = layer.name;
  material.vacancies = layer.vacancies;
  if (layer.is_crystal()) {
    material.crystal = crystal_of(layer, specification, seed);
    material.name = material.crystal->name;
    material.faces = faces_to_try(layer.miller);
  } else {
    material.name = layer.amorphous;
    material.formula = parse_formula(layer.amorphous);
    material.quench = layer.quench;
  }
  return material;
}

/// A glass as its crystal: what the pair interfaces are labelled with, and the coating where nothing may be melted.
Material crystalline(const Material& material) {
  Material solid = material;
  if (solid.crystal) return solid;
  solid.crystal = stand_in(material.name);
  solid.faces = faces_to_try({1, 0, 0});
  return solid;
}

struct Plan {
  std::string name;
  bool coated = false;
  std::vector<Material> materials;
};

std::string joined_names(const std::vector<Material>& materials) {
  std::string name;
  for (const Material& material : materials) name += (name.empty() ? "" : "-") + material.name;
  return name;
}

/// Which sets of materials meet: every two of a stack's materials, and the whole stack where a glass lies between crystals.
void plan_specification(const Specification& specification, const DatasetOptions& options, std::uint64_t seed, std::vector<Plan>& plans, std::vector<std::string>& warnings) {
  std::vector<Material> materials;
  bool glass = false;
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.thickness <= 0.0 && layer.repeats == 0) continue;
    glass = glass || !layer.is_crystal();
    materials.push_back(material_of(layer, specification, seed));
  }
  const auto add = [&](Plan plan) {
    plan.name = joined_names(plan.materials);
    if (std::none_of(plans.begin(), plans.end(), [&](const Plan& known) { return known.name == plan.name; })) plans.push_back(std::move(plan));
  };
  for (std::size_t i = 0; i < materials.size(); ++i)
    for (std::size_t j = i + 1; j < materials.size(); ++j) {
      if (materials[i].name == materials[j].name) continue;
      Plan pair{"", false, {crystalline(materials[i]), crystalline(materials[j])}};
      const bool melted = !pair.materials[0].crystal || !pair.materials[1].crystal;
      if (melted && !options.melts)
        warnings.push_back(fmt::format("{} is left out: no bundled crystal stands in for the glass, and nothing may be melted", joined_names(pair.materials)));
      else
        add(std::move(pair));
    }
  if (!glass || materials.size() < 3) return;
  Plan whole{"", true, materials};
  if (!options.melts)
    for (Material& material : whole.materials) material = crystalline(material);
  if (std::any_of(whole.materials.begin(), whole.materials.end(), [&](const Material& m) { return !m.crystal && !options.melts; }))
    warnings.push_back(joined_names(whole.materials) + " is left out: nothing may be melted");
  else
    add(std::move(whole));
}

Json face_record(const Plan& plan, const CutFace& face, const LayerMatch& match, const Slab& slab) {
  const Int2x2& m = match.matrix;
  return {{"layer", plan.materials[face.material].layer},
          {"crystal", plan.materials[face.material].name},
          {"miller", {face.miller.h, face.miller.k, face.miller.l}},
          {"termination", face.termination.index},
          {"tasker", face.termination.tasker},
          {"matrix", {{m(0, 0), m(0, 1)}, {m(1, 0), m(1, 1)}}},
          {"strain", {{match.strain(0, 0), match.strain(0, 1)}, {match.strain(1, 0), match.strain(1, 1)}}},
          {"von_mises", match.von_mises},
          {"thickness", slab.thickness},
          {"atoms", slab.size()}};
}

/// Slabs on the common cell, glasses melted into it, stacked and audited.
Structure build_superlattice(const Plan& plan, const Superlattice& lattice, const DatasetOptions& options, std::uint64_t seed, Json& record) {
  std::vector<ReadyLayer> ready;
  record["layers"] = Json::array();
  std::size_t next = 0;
  for (std::size_t m = 0; m < plan.materials.size(); ++m) {
    const Material& material = plan.materials[m];
    if (material.crystal) {
      const CutFace& face = lattice.faces[next];
      const Slab slab = onto_common_cell(face.slab, lattice.match.layers[next], lattice.match.cell);
      record["layers"].push_back(face_record(plan, face, lattice.match.layers[next], slab));
      ready.push_back({material.layer, slab});
      ++next;
    } else {
      const Mat2& cell = lattice.match.cell;
      LayerRequest request;
      request.formula = material.formula;
      request.plane = cell;
      request.thickness = lattice.thickness;
      request.recipe = material.quench;
      request.seed = seed;
      const AmorphousLayer glass = make_amorphous_layer(request, options.progress);
      record["layers"].push_back({{"layer", material.layer}, {"amorphous", material.name}, {"thickness", glass.slab.thickness}, {"density", glass.density}, {"atoms", glass.slab.size()}});
      ready.push_back({material.layer, glass.slab});
    }
  }
  CellSpecification cell;
  cell.registry = seed == options.seed ? "scan" : "seeded";
  const Assembled assembled = assemble(ready, cell, seed);
  audit_stack(assembled);
  return assembled.structure;
}

/// Little strain before thick layers, thick layers before thin ones, within the limits; at the widest limits whatever there is.
std::vector<Superlattice> superlattices_of(const Plan& plan, const DatasetOptions& options) {
  for (const double strain : {0.5 * options.max_strain, options.max_strain})
    for (double thickness = 12.0; thickness > options.thickness; thickness -= 2.0)
      try {
        std::vector<Superlattice> found = find_superlattices(plan.materials, {options.max_atoms, strain, thickness}, options.matches);
        if (static_cast<int>(found.size()) == options.matches) return found;
      } catch (const Error& error) {
        if (error.failure() != Failure::bad_input) throw;
      }
  return find_superlattices(plan.materials, {options.max_atoms, options.max_strain, options.thickness}, options.matches);
}

std::vector<DatasetFrame> frames_of(const Plan& plan, const std::string& name, const Structure& structure, const DatasetOptions& options, std::uint64_t seed) {
  std::vector<DatasetFrame> frames = {{structure, 0.0, Mat3::Zero(), 0}};
  for (int p = 1; p <= options.perturbations; ++p) {
    Perturbation how;
    how.rattle = options.rattle * p / options.perturbations;
    how.cell_change = options.cell_change;
    if (p % 2 == 0)  // every second one with the vacancies that the specification asks for
      for (std::size_t m = 0; m < plan.materials.size(); ++m)
        for (const VacancySpecification& vacancy : plan.materials[m].vacancies) how.vacancies.push_back({static_cast<int>(m), vacancy});
    RandomStream random(seed, fmt::format("dataset/{}/{}", name, p));
    Perturbed copy = perturbed(structure, how, random);
    frames.push_back({std::move(copy.structure), how.rattle, copy.strain, copy.vacancies});
  }
  return frames;
}

}  // namespace

std::vector<DatasetSystem> make_dataset(const std::vector<Specification>& specifications, const DatasetOptions& options, std::vector<std::string>& warnings) {
  std::vector<DatasetSystem> systems;
  std::map<std::string, int> count;
  for (int s = 0; s < options.seeds; ++s) {
    const std::uint64_t seed = options.seed + static_cast<std::uint64_t>(s);
    std::vector<Plan> plans;
    std::vector<std::string> said;
    for (const Specification& specification : specifications) plan_specification(specification, options, seed, plans, said);
    if (s == 0) warnings.insert(warnings.end(), said.begin(), said.end());
    std::stable_partition(plans.begin(), plans.end(), [](const Plan& plan) { return !plan.coated; });
    for (const Plan& plan : plans) {
      options.progress({"superlattices of " + plan.name, -1.0, ""});
      for (const Superlattice& lattice : superlattices_of(plan, options)) {
        DatasetSystem system;
        system.name = fmt::format("{}-{}", plan.name, count[plan.name]++);
        system.coated = plan.coated;
        system.record = {{"name", system.name}, {"coated", plan.coated}, {"seed", seed}, {"area", lattice.match.area}, {"max_strain", lattice.match.max_strain}};
        const Structure structure = build_superlattice(plan, lattice, options, seed, system.record);
        system.record["atoms"] = structure.size();
        system.record["formula"] = to_string(formula_of(structure.elements));
        system.frames = frames_of(plan, system.name, structure, options, seed);
        systems.push_back(std::move(system));
      }
    }
  }
  if (systems.empty()) fail_input({"dataset", "no two materials meet in these specifications", "", "a specification with two layers or more", ""});
  return systems;
}

}  // namespace lamella
