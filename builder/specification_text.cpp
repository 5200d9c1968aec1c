#include <fmt/format.h>

#include "builder/specification.hpp"

namespace lamella {

namespace {

/// Shortest decimal that reads back to the same double, always with a point or exponent so that TOML keeps it a float.
std::string real(double value) {
  std::string text = fmt::format("{}", value);
  return text.find_first_of(".e") == std::string::npos ? text + ".0" : text;
}

std::string quoted(const std::string& text) {
  std::string out = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') out += '\\';
    if (static_cast<unsigned char>(c) < 0x20) out += fmt::format("\\u{:04X}", static_cast<int>(c));
    else out += c;
  }
  return out + "\"";
}

std::string cell_text(const CellSpecification& cell) {
  return fmt::format("[cell]\nmax_area = {}\nmax_strain = {}\nmax_atoms = {}\nstrain = {}\npick = {}\nmin_length = {}\nboundary = {}\nvacuum = {}\n"
                     "gap = {}\nregistry = {}\nrepeat = [{}, {}]\n",
                     real(cell.max_area), real(cell.max_strain), cell.max_atoms, quoted(cell.strain), quoted(cell.pick), real(cell.min_length),
                     quoted(cell.boundary), real(cell.vacuum), cell.gap_from_radii ? quoted("radii") : real(cell.gap), quoted(cell.registry), cell.repeat[0], cell.repeat[1]);
}

std::string quench_text(const QuenchRecipe& quench) {
  return fmt::format("quench = {{ potential = {}, melt = {}, hold = {}, rate = {}, final = {}, final_hold = {}, method = {}, density = {}, "
                     "rewinds = {}, crystal_share = {}, require_amorphous = {}, tries = {}, bond = {}, regular_t = {}, regular_q = {}, release = {} }}\n",
                     quoted(quench.potential), real(quench.melt), real(quench.hold), real(quench.rate), real(quench.final), real(quench.final_hold),
                     quoted(quench.method), real(quench.density), quench.rewinds, real(quench.crystal_share), quench.require_amorphous, quench.tries, real(quench.bond),
                     real(quench.regular_t), real(quench.regular_q), real(quench.release));
}

std::string vacancies_text(const std::vector<VacancySpecification>& vacancies) {
  if (vacancies.empty()) return "";
  std::string text = "vacancies = [ ";
  for (std::size_t i = 0; i < vacancies.size(); ++i) {
    const VacancySpecification& v = vacancies[i];
    const std::string amount = v.count ? fmt::format("count = {}", *v.count) : "fraction = " + real(v.fraction);
    text += fmt::format("{}{{ species = {}, {}, from = {}, to = {}", i ? ", " : "", quoted(v.species.symbol()), amount, real(v.from), real(v.to));
    if (!v.site.empty()) text += ", site = " + quoted(v.site);
    if (v.charge != "none") text += ", charge = " + quoted(v.charge);
    if (!v.counter.empty()) text += ", counter = " + quoted(v.counter);
    text += " }";
  }
  return text + " ]\n";
}

std::string layer_text(const LayerSpecification& layer) {
  std::string text = fmt::format("\n[[layer]]\nname = {}\n", quoted(layer.name));
  if (layer.is_crystal()) {
    text += fmt::format("crystal = {}\nmiller = [{}, {}, {}]\nthickness = {}\nrepeats = {}\n", quoted(layer.crystal), layer.miller.h, layer.miller.k,
                        layer.miller.l, real(layer.thickness), layer.repeats);
    text += layer.termination ? fmt::format("termination = {}\n", *layer.termination) : "termination = \"auto\"\n";
    text += fmt::format("slab = {}\nanion_disorder = {}\n", quoted(slab_kind_name(layer.slab)), real(layer.anion_disorder));
  } else {
    text += fmt::format("amorphous = {}\nthickness = {}\n", quoted(layer.amorphous), real(layer.thickness));
    text += quench_text(layer.quench);
    if (!layer.structure.empty()) text += fmt::format("structure = {}\nsha256 = {}\n", quoted(layer.structure), quoted(layer.sha256));
  }
  if (layer.coating) text += "coating = true\n";
  if (layer.shift) text += fmt::format("shift = [{}, {}]\n", real((*layer.shift)[0]), real((*layer.shift)[1]));
  return text + vacancies_text(layer.vacancies);
}

}  // namespace

std::string specification_text(const Specification& specification) {
  std::string text = fmt::format("title = {}\nseed = {}\n", quoted(specification.title), specification.seed);
  if (!specification.model.empty()) text += fmt::format("model = {}\n", quoted(specification.model));
  if (!specification.types.empty()) {
    text += "types = [";
    for (std::size_t i = 0; i < specification.types.size(); ++i) text += (i ? ", " : "") + quoted(specification.types[i]);
    text += "]\n";
  }
  text += "\n" + cell_text(specification.cell);
  for (const LayerSpecification& layer : specification.layers) text += layer_text(layer);
  return text;
}

}  // namespace lamella
