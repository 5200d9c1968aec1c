#include "builder/stack.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/crystalline.hpp"
#include "builder/glass.hpp"
#include "builder/registry.hpp"
#include "builder/seam_contacts.hpp"
#include "builder/shared_cache.hpp"
#include "lattice/crystal.hpp"
#include "lattice/match_residual.hpp"
#include "runner/deep_potential/evaluator.hpp"
#include "runner/deep_potential/model.hpp"

namespace lamella {

namespace {

double density_of(const Slab& slab) {
  double mass = 0.0;
  for (Element element : slab.elements) mass += element.mass();
  return mass / (slab.area() * slab.thickness) * 1.66053906660;  // u/A^3 to g/cm3
}

InputFile input_of(const CrystallineLayer& layer) {
  const std::filesystem::path bundled = structures_folder(), file = layer.crystal.file;
  const auto relative = std::filesystem::weakly_canonical(file).lexically_relative(std::filesystem::weakly_canonical(bundled));
  if (!relative.empty() && *relative.begin() != "..") return {"structures/" + relative.generic_string(), layer.crystal.sha256, ""};
  return {"crystals/" + file.filename().string(), layer.crystal.sha256, read_whole_file(file)};
}

void add_input(Stack& stack, LayerSpecification& layer, const InputFile& input) {
  if (!input.content.empty()) layer.crystal = input.path;  // the built folder carries the user's own crystals
  for (const InputFile& known : stack.inputs) {
    if (known.path != input.path) continue;
    if (known.sha256 != input.sha256) fail_input({"layer." + layer.name + ".crystal", "two different files of one name", input.path, "", "rename one of them"});
    return;
  }
  stack.inputs.push_back(input);
}

LayerRecord record_of(const LayerSpecification& layer, const char* kind, const Slab& slab, double density) {
  LayerRecord record;
  record.name = layer.name;
  record.kind = kind;
  record.formula = to_string(formula_of(slab.elements));
  record.atoms = static_cast<long>(slab.size());
  record.thickness_requested = layer.repeats > 0 ? slab.thickness : layer.thickness;
  record.thickness = slab.thickness;
  record.density = density;
  return record;
}

LayerRecord crystal_record(const LayerSpecification& layer, const CrystallineLayer& cut, const Slab& slab) {
  LayerRecord record = record_of(layer, "crystal", slab, density_of(slab));
  record.tasker = cut.termination.tasker;
  // Equal faces and half of a plane moved are what such slabs are cut for.
  record.dipole = layer.slab == SlabKind::stoichiometric ? cut.termination.dipole_per_area : 0.0;
  record.termination = cut.termination.index;
  record.slab = slab_kind_name(layer.slab);
  return record;
}

LayerRecord glass_record(const LayerSpecification& layer, const GlassLayer& glass, const Slab& slab, const std::array<int, 2>& repeat) {
  LayerRecord record = record_of(layer, "amorphous", slab, glass.layer.density);
  record.proof = glass.layer.proof;
  if (slab.size() != glass.layer.slab.size()) {
    record.tiled = repeat;
    record.tiled_from = static_cast<long>(glass.layer.slab.size());
  }
  return record;
}

void finish_layer(Stack& stack, std::vector<ReadyLayer>& ready, LayerRecord record, Slab slab, const LayerSpecification& layer, const std::vector<SlabSite>& sites,
                  const std::optional<std::array<double, 2>>& gaps = {}) {
  record.vacancies = remove_vacancies(slab, record.name, layer.vacancies, stack.specification.seed, sites);
  for (const VacancyResult& v : record.vacancies)
    if (v.policy == "report" && v.charge != 0.0)
      stack.warnings.push_back(fmt::format("layer {}: {} of {} {} removed, {:+g} e left without counter-ions", record.name, v.removed, v.of, v.species.symbol(), v.charge));
  record.atoms = static_cast<long>(slab.size());
  record.formula = to_string(formula_of(slab.elements));
  stack.layers.push_back(std::move(record));
  ready.push_back({stack.layers.back().name, std::move(slab), gaps, layer.shift});
}

void add_glass(Stack& stack, std::vector<ReadyLayer>& ready, std::size_t index, const BuildOptions& options, const std::optional<Confinement>& between) {
  LayerSpecification& layer = stack.specification.layers[index];
  const GlassLayer glass = make_glass(layer, stack.specification, stack.match.cell, options, between);
  layer.structure = glass.file;
  layer.sha256 = sha256(glass.text);
  stack.layer_files.push_back({glass.file, glass.text});
  stack.warnings.insert(stack.warnings.end(), glass.layer.warnings.begin(), glass.layer.warnings.end());
  const Slab slab = tiled(glass.layer.slab, stack.specification.cell.repeat);
  finish_layer(stack, ready, glass_record(layer, glass, slab, stack.specification.cell.repeat), slab, layer, {}, own_gaps(glass.layer));
}

bool melts_between(const LayerSpecification& layer, const BuildOptions& options) {
  return !layer.is_crystal() && layer.quench.method == "confined" && (layer.structure.empty() || options.requench);
}

/// Confined melts come last, when the crystals on either side are ready; each then moves down to its place.
void add_confined(Stack& stack, std::vector<ReadyLayer>& ready, std::size_t index, std::size_t place, const BuildOptions& options) {
  const std::string where = "layer." + stack.specification.layers[index].name + ".quench.method";
  const bool vacuum = stack.specification.cell.boundary == "vacuum";
  const std::size_t n = ready.size();
  if (n < 2 || (vacuum && (place == 0 || place == n))) fail_input({where, "a confined melt lies between two crystals", "confined", "bulk or slab here", ""});
  const std::size_t below = (place + n - 1) % n, above = place % n;
  for (const std::size_t side : {below, above})
    if (stack.layers[side].kind != "crystal") fail_input({where, "a confined melt lies between two crystals", ready[side].name, "crystalline layers on both sides", ""});
  add_glass(stack, ready, index, options, Confinement{ready[below].slab, ready[above].slab, stack.specification.cell.gap});
  const auto turn = [&](auto& list) { std::rotate(list.begin() + static_cast<std::ptrdiff_t>(place), list.end() - 1, list.end()); };
  turn(ready);
  turn(stack.layers);
}

/// boundary = "double": the coating once more on top, so that no bare crystal | crystal seam is left at the wrap-around.
void repeat_coating(Stack& stack, std::vector<ReadyLayer>& ready) {
  // Empty: it is left out (thickness 0: the bare interface), or at the wrap-around seam anyway.
  const std::string name = repeated_coating(stack.specification);
  for (std::size_t i = 0; i < ready.size(); ++i) {
    if (ready[i].name != name) continue;
    LayerRecord record = stack.layers[i];
    record.repeats_layer = record.name;
    record.name += "_2";
    ReadyLayer copy = ready[i];
    copy.name = record.name;
    stack.layers.push_back(std::move(record));
    ready.push_back(std::move(copy));
    return;
  }
}

/// registry = "scan" with a model: what the scan finds becomes part of the specification, so that it can be built again without the model.
void choose_registry(Stack& stack, std::vector<ReadyLayer>& ready, const Specification& asked, const BuildOptions& options) {
  if (asked.cell.registry != "scan" || asked.model.empty()) return;
  const std::filesystem::path path(asked.model);
  const auto evaluator = make_fast_evaluator(load_model(path.is_relative() ? asked.folder / path : path), Precision::double_, 0);
  scan_registry(ready, asked.cell, *evaluator, options.progress);
  for (const ReadyLayer& layer : ready)
    for (LayerSpecification& words : stack.specification.layers)
      if (words.name == layer.name) words.shift = layer.shift;
}

void add_layer(Stack& stack, std::vector<ReadyLayer>& ready, std::size_t index, const std::vector<CrystallineLayer>& crystals, const BuildOptions& options) {
  LayerSpecification& layer = stack.specification.layers[index];
  const std::array<int, 2>& repeat = stack.specification.cell.repeat;
  if (!layer.is_crystal()) return add_glass(stack, ready, index, options, {});
  for (std::size_t c = 0; c < crystals.size(); ++c) {
    if (crystals[c].name != layer.name) continue;
    add_input(stack, layer, input_of(crystals[c]));
    const Slab slab = tiled(onto_common_cell(crystals[c].slab, stack.match.layers[c], stack.match.cell), repeat);
    if (const long charge = formal_charge(slab.elements); charge != 0 && formal_charge(crystals[c].crystal.cell.elements) == 0)
      stack.warnings.push_back(fmt::format("layer {}: a {} slab of this face is not stoichiometric, {:+d} e", layer.name, slab_kind_name(layer.slab), charge));
    return finish_layer(stack, ready, crystal_record(layer, crystals[c], slab), slab, layer, crystals[c].sites);
  }
}

std::vector<double> residuals_of(const Match& match, const std::vector<CrystallineLayer>& crystals) {
  std::vector<double> residuals;
  for (std::size_t c = 0; c < crystals.size(); ++c) residuals.push_back(match_residual(match.layers[c], crystals[c].slab.plane, match.cell));
  return residuals;
}

/// A model orders the types by its own map, and the elements must be in it: known before anything is melted.
Specification with_model_types(Specification specification) {
  if (specification.model.empty()) return specification;
  const std::filesystem::path path(specification.model);
  specification.types = load_model(path.is_relative() ? specification.folder / path : path).type_map;
  specification.model.clear();  // the built folder holds the order itself, so that it can be built again without the model
  for (const LayerSpecification& layer : specification.layers)
    if (!layer.is_crystal() && layer.thickness > 0.0)
      for (const FormulaTerm& term : parse_formula(layer.amorphous))
        if (std::find(specification.types.begin(), specification.types.end(), term.element.symbol()) == specification.types.end())
          fail_input({"model", "does not know an element of layer " + layer.name, term.element.symbol(), fmt::format("{}", fmt::join(specification.types, ", ")), "use a model trained for it"});
  return specification;
}

}  // namespace

Stack build_stack(const Specification& specification, const BuildOptions& options) {
  Stack stack;
  stack.specification = with_model_types(specification);
  options.progress({"cutting slabs", -1.0, ""});
  const std::vector<CrystallineLayer> crystals = cut_crystalline_layers(specification);
  options.progress({"matching", -1.0, ""});
  stack.match = shared_match(SharedCache(options.cache), crystals, specification,
                             [&] { return choose_match(crystals, specification, [&](double area) { return estimated_glass_atoms(specification, area); }); });
  stack.residuals = residuals_of(stack.match, crystals);
  if (const std::string warning = strain_warning(crystals, specification); !warning.empty()) stack.warnings.push_back(warning);
  std::vector<ReadyLayer> ready;
  std::vector<std::pair<std::size_t, std::size_t>> confined;  // layer of the specification, its place among those built
  std::size_t place = 0;
  for (std::size_t i = 0; i < specification.layers.size(); ++i) {
    if (specification.layers[i].is_left_out()) continue;
    if (melts_between(specification.layers[i], options)) confined.push_back({i, place});
    else add_layer(stack, ready, i, crystals, options);
    ++place;
  }
  for (const auto& [index, at] : confined) add_confined(stack, ready, index, at, options);
  choose_registry(stack, ready, specification, options);
  repeat_coating(stack, ready);
  keep_like_pairs_apart(stack, ready);
  options.progress({"assembling", -1.0, ""});
  stack.assembled = assemble(ready, specification.cell, specification.seed);
  options.progress({"auditing", -1.0, ""});
  stack.audit = audit_stack(stack.assembled);
  return stack;
}

StackPlan plan_stack(const Specification& specification) {
  StackPlan plan;
  const std::vector<CrystallineLayer> crystals = cut_crystalline_layers(specification);
  plan.match = choose_match(crystals, specification, [&](double area) { return estimated_glass_atoms(specification, area); });
  plan.residuals = residuals_of(plan.match, crystals);
  const long copies = static_cast<long>(specification.cell.repeat[0]) * specification.cell.repeat[1];
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.is_left_out()) continue;
    if (!layer.is_crystal()) {
      LayerRecord record;
      record.name = layer.name;
      record.kind = "amorphous";
      record.formula = layer.amorphous;
      record.thickness_requested = record.thickness = layer.thickness;
      plan.layers.push_back(std::move(record));
      continue;
    }
    for (std::size_t c = 0; c < crystals.size(); ++c) {
      if (crystals[c].name != layer.name) continue;
      Slab slab = tiled(onto_common_cell(crystals[c].slab, plan.match.layers[c], plan.match.cell), specification.cell.repeat);
      LayerRecord record = crystal_record(layer, crystals[c], slab);
      record.vacancies = remove_vacancies(slab, layer.name, layer.vacancies, specification.seed, crystals[c].sites);
      record.atoms = static_cast<long>(slab.size());
      plan.atoms += layer.name == repeated_coating(specification) ? 2 * record.atoms : record.atoms;
      plan.layers.push_back(record);
    }
  }
  plan.atoms += copies * estimated_glass_atoms(specification, plan.match.area);
  return plan;
}

}  // namespace lamella
