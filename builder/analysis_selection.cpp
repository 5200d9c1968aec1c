#include "builder/analysis_selection.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {
namespace {

int layer_index(const TrajectoryAtoms& atoms, const std::string& name, const std::string& where) {
  const auto at = std::find(atoms.layer_names.begin(), atoms.layer_names.end(), name);
  if (at != atoms.layer_names.end() && !atoms.layer_of.empty()) return static_cast<int>(at - atoms.layer_names.begin());
  const std::string near = nearest_word(name, atoms.layer_names);
  fail_input({where, "no such layer", "'" + name + "'", atoms.layer_of.empty() ? "layers are not known" : fmt::format("{}", fmt::join(atoms.layer_names, ", ")),
              atoms.layer_of.empty() ? "give --layers stack.extxyz" : near.empty() ? "" : "did you mean '" + near + "'?"});
}

}  // namespace

std::vector<int> select_atoms(const TrajectoryAtoms& atoms, const std::string& words) {
  const std::size_t colon = words.find(':');
  const std::string symbol = words.substr(0, colon);
  const int layer = colon == std::string::npos ? -1 : layer_index(atoms, words.substr(colon + 1), "selection '" + words + "'");
  const Element element = symbol.empty() ? Element() : Element::from_symbol(symbol);
  std::vector<int> selected;
  for (std::size_t i = 0; i < atoms.size(); ++i)
    if ((symbol.empty() || atoms.elements[i] == element) && (layer < 0 || atoms.layer_of[i] == layer)) selected.push_back(static_cast<int>(i));
  return selected;
}

std::vector<RdfPair> chosen_pairs(const TrajectoryAtoms& atoms, const AnalyzeOptions& options, const std::string& coating) {
  std::vector<std::string> names = options.pairs;
  const bool chosen = !names.empty();
  if (!chosen) {
    names = {"P-O", "P-S", "Co-S", "S-S"};
    if (!coating.empty())
      for (const char* end : {"Cl", "S", "F"}) names.push_back("Li:" + coating + "-" + end);
  }
  std::vector<RdfPair> pairs;
  for (const std::string& name : names) {
    const std::size_t dash = name.find('-');
    if (dash == std::string::npos) fail_input({"--pairs", "not a pair", "'" + name + "'", "A-B, each an element or element:layer", ""});
    RdfPair pair{name, select_atoms(atoms, name.substr(0, dash)), select_atoms(atoms, name.substr(dash + 1))};
    if (!pair.a.empty() && !pair.b.empty()) pairs.push_back(std::move(pair));
    else if (chosen) fail_input({"--pairs", "a selection without atoms", "'" + name + "'", "", ""});
  }
  if (!pairs.empty() || chosen) return pairs;
  const Formula formula = formula_of(atoms.elements);  // a foreign system: every pair of its elements
  for (std::size_t a = 0; a < formula.size() && pairs.size() < 21; ++a)
    for (std::size_t b = a; b < formula.size() && pairs.size() < 21; ++b) {
      const std::string first = formula[a].element.symbol(), second = formula[b].element.symbol();
      pairs.push_back({first + "-" + second, select_atoms(atoms, first), select_atoms(atoms, second)});
    }
  return pairs;
}

int coating_layer(const TrajectoryAtoms& atoms, const std::string& asked, const std::string& known) {
  if (atoms.layer_of.empty()) return -1;
  if (!asked.empty()) return layer_index(atoms, asked, "--coating");
  for (const std::string& name : {known, std::string("coating")}) {
    const auto at = std::find(atoms.layer_names.begin(), atoms.layer_names.end(), name);
    if (at != atoms.layer_names.end()) return static_cast<int>(at - atoms.layer_names.begin());
  }
  return -1;
}

std::vector<MsdGroup> msd_groups(const TrajectoryAtoms& atoms) {
  std::vector<MsdGroup> groups;
  for (const FormulaTerm& term : formula_of(atoms.elements)) {
    const std::string symbol = term.element.symbol();
    groups.push_back({symbol, select_atoms(atoms, symbol)});
    if (atoms.layer_of.empty() || atoms.layer_names.size() < 2) continue;
    for (const std::string& layer : atoms.layer_names) {
      MsdGroup group{symbol + ":" + layer, select_atoms(atoms, symbol + ":" + layer)};
      if (!group.atoms.empty() && group.atoms.size() != static_cast<std::size_t>(term.count)) groups.push_back(std::move(group));
      else if (!group.atoms.empty()) groups.back().name = group.name;
    }
  }
  return groups;
}

}  // namespace lamella
