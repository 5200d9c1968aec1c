#include "builder/specification.hpp"

#include <fmt/format.h>

#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/overrides.hpp"
#include "builder/toml_table.hpp"

namespace lamella {

namespace {

CellSpecification read_cell(TomlTable table) {
  CellSpecification cell;
  cell.max_area = table.number("max_area", cell.max_area, 1.0, 1e7);
  cell.max_strain = table.number("max_strain", cell.max_strain, 0.0, 0.3);
  cell.max_atoms = table.integer("max_atoms", cell.max_atoms, 1, 100000000);
  cell.strain = table.text("strain", cell.strain);
  cell.pick = table.choice("pick", cell.pick, {"least-strain", "smallest"});
  cell.min_length = table.number("min_length", cell.min_length, 0.0, 1000.0);
  cell.boundary = table.choice("boundary", cell.boundary, {"periodic", "double", "vacuum"});
  cell.vacuum = table.number("vacuum", cell.vacuum, 5.0, 1000.0);
  if (const toml::node* gap = table.node("gap"); gap && gap->is_string()) {
    cell.gap_from_radii = table.choice("gap", "radii", {"radii"}) == "radii";
  } else {
    cell.gap = table.number("gap", cell.gap, 0.5, 20.0);
  }
  cell.registry = table.choice("registry", cell.registry, {"none", "seeded", "scan"});
  const std::vector<long> repeat = table.integers("repeat", 2, 1, 1000);
  if (!repeat.empty()) cell.repeat = {static_cast<int>(repeat[0]), static_cast<int>(repeat[1])};
  table.refuse_unknown();
  return cell;
}

QuenchRecipe read_quench(TomlTable table) {
  QuenchRecipe quench;
  quench.potential = table.text("potential", quench.potential);
  quench.melt = table.number("melt", quench.melt, 1.0, 20000.0);
  quench.hold = table.number("hold", quench.hold, 0.0, 1e5);
  quench.rate = table.number("rate", quench.rate, 1e9, 1e17);
  quench.final = table.number("final", quench.final, 1.0, 20000.0);
  quench.final_hold = table.number("final_hold", quench.final_hold, 0.0, 1e5);
  quench.method = table.choice("method", quench.method, {"auto", "bulk", "slab", "confined"});
  quench.density = table.number("density", quench.density, 0.0, 30.0);
  quench.rewinds = static_cast<int>(table.integer("rewinds", quench.rewinds, 0, 1000));
  quench.crystal_share = table.number("crystal_share", quench.crystal_share, 0.0, 1.0);
  quench.require_amorphous = table.flag("require_amorphous", quench.require_amorphous);
  quench.tries = static_cast<int>(table.integer("tries", quench.tries, 1, 1000));
  quench.bond = table.number("bond", quench.bond, 0.0, 20.0);
  quench.regular_t = table.number("regular_t", quench.regular_t, 0.0, 1.0);
  quench.regular_q = table.number("regular_q", quench.regular_q, -3.0, 1.0);
  quench.release = table.number("release", quench.release, 0.0, 1e5);
  table.refuse_unknown();
  return quench;
}

VacancySpecification read_vacancy(TomlTable table) {
  VacancySpecification vacancy;
  const std::string species = table.text("species", "");
  if (species.empty()) fail_input({table.where("species"), "missing", "", "an element such as \"Li\"", ""});
  vacancy.species = Element::from_symbol(species);
  vacancy.fraction = table.number("fraction", 0.0, 0.0, 1.0);
  if (table.has("count")) vacancy.count = table.integer("count", 0, 0, 100000000);
  vacancy.from = table.number("from", 0.0, 0.0, 1.0);
  vacancy.to = table.number("to", 1.0, vacancy.from, 1.0);
  vacancy.site = table.text("site", "");
  vacancy.charge = table.choice("charge", vacancy.charge, {"none", "report", "counter-ions"});
  vacancy.counter = table.text("counter", "");
  if (!vacancy.counter.empty()) {
    vacancy.counter = Element::from_symbol(vacancy.counter).symbol();
    if (vacancy.charge != "counter-ions")
      fail_input({table.where("counter"), "a counter-ion without the policy that removes it", "'" + vacancy.counter + "'", "charge = \"counter-ions\"", ""});
  }
  table.refuse_unknown();
  return vacancy;
}

std::vector<VacancySpecification> read_vacancies(const toml::node* node, const std::string& where) {
  std::vector<VacancySpecification> vacancies;
  if (!node) return vacancies;
  const toml::array* list = node->as_array();
  if (!list) fail_input({where, "not a list of tables", toml_text(*node), "[ { species = \"Li\", fraction = 0.1 } ]", ""});
  for (const toml::node& entry : *list) {
    if (!entry.is_table()) fail_input({where, "not a list of tables", toml_text(*node), "[ { species = \"Li\", fraction = 0.1 } ]", ""});
    vacancies.push_back(read_vacancy(TomlTable(*entry.as_table(), where)));
  }
  return vacancies;
}

void read_crystal_keys(TomlTable& table, LayerSpecification& layer) {
  const std::vector<long> miller = table.integers("miller", 3, -50, 50);
  if (miller.empty()) fail_input({table.where("miller"), "missing", "", "[h, k, l]", "a crystalline layer needs its face"});
  layer.miller = {static_cast<int>(miller[0]), static_cast<int>(miller[1]), static_cast<int>(miller[2])};
  if (layer.miller == Miller{0, 0, 0}) fail_input({table.where("miller"), "no face", "[0, 0, 0]", "one index not zero", ""});
  if (const toml::node* termination = table.node("termination"); termination && termination->is_integer())
    layer.termination = static_cast<int>(table.integer("termination", 0, 0, 10000));
  else
    table.choice("termination", "auto", {"auto"});
  const std::string slab = table.choice("slab", "stoichiometric", {"stoichiometric", "symmetric", "compensated"});
  layer.slab = slab == "symmetric" ? SlabKind::symmetric : slab == "compensated" ? SlabKind::compensated : SlabKind::stoichiometric;
  layer.anion_disorder = table.number("anion_disorder", 0.0, 0.0, 1.0);
}

void read_glass_keys(TomlTable& table, LayerSpecification& layer) {
  (void)parse_formula(layer.amorphous);
  if (const toml::node* node = table.node("quench")) {
    if (!node->is_table()) fail_input({table.where("quench"), "not a table", toml_text(*node), "{ potential = \"buckingham\", ... }", ""});
    layer.quench = read_quench(TomlTable(*node->as_table(), table.where("quench")));
  }
  layer.structure = table.text("structure", "");
  layer.sha256 = table.text("sha256", "");
}

std::array<double, 2> read_shift(const toml::node& node, const std::string& where) {
  const toml::array* list = node.as_array();
  std::array<double, 2> shift{};
  bool good = list && list->size() == 2;
  for (std::size_t i = 0; good && i < 2; ++i) {
    const auto value = (*list)[i].is_number() ? (*list)[i].value<double>() : std::nullopt;
    good = value && *value >= -1.0 && *value <= 1.0;
    if (good) shift[i] = *value;
  }
  if (!good) fail_input({where, "not a lateral shift", toml_text(node), "[u, v], fractions of the common cell from -1 to 1", ""});
  return shift;
}

LayerSpecification read_layer(TomlTable table, std::size_t number) {
  LayerSpecification layer;
  layer.name = table.text("name", fmt::format("layer{}", number));
  if (layer.name.empty() || layer.name.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") != std::string::npos)
    fail_input({table.where("name"), "not a name", "'" + layer.name + "'", "letters, digits, - and _", ""});
  layer.crystal = table.text("crystal", "");
  layer.amorphous = table.text("amorphous", "");
  if (layer.crystal.empty() == layer.amorphous.empty())
    fail_input({table.where("crystal"), "a layer is one of crystal, amorphous", layer.crystal.empty() ? "none" : "both", "", ""});
  if (layer.is_crystal()) layer.repeats = static_cast<int>(table.integer("repeats", 0, 0, 100000));
  if (!table.has("thickness") && layer.repeats == 0)
    fail_input({table.where("thickness"), "missing", "", "0 to 10000 A", layer.is_crystal() ? "or repeats, in primitive repeats" : ""});
  layer.thickness = table.number("thickness", 0.0, 0.0, 10000.0);
  layer.coating = table.flag("coating", false);
  if (const toml::node* node = table.node("shift")) layer.shift = read_shift(*node, table.where("shift"));
  if (layer.is_crystal()) read_crystal_keys(table, layer);
  else read_glass_keys(table, layer);
  layer.vacancies = read_vacancies(table.node("vacancies"), table.where("vacancies"));
  table.refuse_unknown();
  return layer;
}

std::vector<std::string> read_types(const toml::node* node, const std::string& where) {
  std::vector<std::string> types;
  if (!node) return types;
  const toml::array* list = node->as_array();
  if (!list) fail_input({where, "not a list of elements", toml_text(*node), "[\"Li\", \"O\", ...]", ""});
  for (const toml::node& entry : *list) {
    if (!entry.is_string()) fail_input({where, "not a list of elements", toml_text(*node), "[\"Li\", \"O\", ...]", ""});
    types.push_back(entry.as_string()->get());
    (void)Element::from_symbol(types.back());
  }
  return types;
}

Specification read_table(const toml::table& parsed, const std::string& name) {
  Specification specification;
  TomlTable table(parsed, name + ":");
  specification.title = table.text("title", "");
  specification.seed = static_cast<std::uint64_t>(table.integer("seed", 1, 0, 9007199254740992L));
  specification.model = table.text("model", "");
  specification.types = read_types(table.node("types"), name + ": types");
  if (const toml::node* cell = table.node("cell")) {
    if (!cell->is_table()) fail_input({name + ": cell", "not a table", toml_text(*cell), "[cell]", ""});
    specification.cell = read_cell(TomlTable(*cell->as_table(), name + ": cell"));
  }
  if (const toml::node* layers = table.node("layer")) {
    if (!layers->is_array_of_tables()) fail_input({name + ": layer", "not a list of layers", toml_text(*layers), "[[layer]]", ""});
    std::size_t number = 0;
    for (const toml::node& layer : *layers->as_array()) {
      const std::string label = (*layer.as_table())["name"].value_or(fmt::format("{}", number + 1));
      specification.layers.push_back(read_layer(TomlTable(*layer.as_table(), name + ": layer." + label), ++number));
    }
  }
  table.refuse_unknown();
  return specification;
}

}  // namespace

std::string repeated_coating(const Specification& specification) {
  if (specification.cell.boundary != "double") return "";
  std::vector<const LayerSpecification*> present;
  const LayerSpecification *named = nullptr, *glass = nullptr;
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.is_left_out()) continue;
    present.push_back(&layer);
    if (layer.coating) named = &layer;
    if (!layer.is_crystal()) glass = &layer;
  }
  if (present.empty()) return "";
  const LayerSpecification *first = present.front(), *last = present.back();
  if (named) return named == first || named == last ? "" : named->name;
  return glass && first->is_crystal() && last->is_crystal() ? glass->name : "";
}

std::string slab_kind_name(SlabKind kind) {
  return kind == SlabKind::symmetric ? "symmetric" : kind == SlabKind::compensated ? "compensated" : "stoichiometric";
}

void check_specification(const Specification& specification) {
  std::set<std::string> names;
  bool crystalline = false, coating = false;
  for (const LayerSpecification& layer : specification.layers) {
    if (!names.insert(layer.name).second) fail_input({"layer." + layer.name, "a name used twice", "'" + layer.name + "'", "", "give each layer its own"});
    if (layer.name == "cell") fail_input({"layer.cell", "a reserved name", "'cell'", "", "call it something else"});
    if (layer.coating && coating) fail_input({"layer." + layer.name + ".coating", "a second coating", "true", "", "boundary = \"double\" repeats one layer"});
    coating = coating || layer.coating;
    crystalline = crystalline || (layer.is_crystal() && !layer.is_left_out());
  }
  if (!crystalline)
    fail_input({"layer", "no crystalline layer", "", "at least one with thickness above 0", "a glass alone is made by `lamella quench`"});
  for (const LayerSpecification& layer : specification.layers) {
    if (layer.is_crystal() || layer.quench.method != "confined" || layer.thickness <= 0.0) continue;
    const std::string where = "layer." + layer.name + ".quench.method";
    const char* hint = "use quench.method = \"bulk\", or leave these as they are by default";
    if (specification.cell.gap_from_radii) fail_input({where, "a confined melt sets out at a gap that is given", "cell.gap = 'radii'", "a width in A", hint});
    for (const LayerSpecification& other : specification.layers)
      if (other.shift) fail_input({where, "a confined melt knows its crystals where they stand", "layer." + other.name + ".shift", "none", hint});
    if (specification.cell.registry != "none") fail_input({where, "a confined melt knows its crystals where they stand", "cell.registry = '" + specification.cell.registry + "'", "none", hint});
    if (specification.cell.repeat != std::array<int, 2>{1, 1}) fail_input({where, "a confined melt fills the cell as it is built", "cell.repeat", "[1, 1]", hint});
    if (specification.cell.boundary == "double")
      fail_input({where, "a layer melted between two crystals cannot be repeated between two others", "cell.boundary = 'double'", "periodic, vacuum", "name a second coating on top of the stack"});
  }
  const std::string& strain = specification.cell.strain;
  if (strain == "stiffness" || strain == "equal") return;
  for (const LayerSpecification& layer : specification.layers)
    if (layer.name == strain && layer.is_crystal() && !layer.is_left_out()) return;
  fail_input({"cell.strain", "neither a way to share strain nor a crystalline layer", "'" + strain + "'", "stiffness, equal, or a layer's name", ""});
}

Specification parse_specification(const std::string& text, const std::string& name, const std::filesystem::path& folder,
                                  const std::vector<std::string>& overrides) {
  toml::table parsed;
  try {
    parsed = toml::parse(text, name);
  } catch (const toml::parse_error& error) {
    const auto at = error.source().begin;
    fail_input({fmt::format("{}:{}:{}", name, at.line, at.column), std::string(error.description()), "", "", "a specification is TOML: see the tutorial"});
  }
  for (const std::string& word : overrides) apply_override(parsed, word);
  Specification specification = read_table(parsed, name);
  specification.folder = folder;
  check_specification(specification);
  return specification;
}

Specification read_specification(const std::filesystem::path& path, const std::vector<std::string>& overrides) {
  return parse_specification(read_whole_file(path), path.string(), path.parent_path(), overrides);
}

}  // namespace lamella
