#include "amorph/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "amorph/melt_input.hpp"
#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "runner/deep_potential/model.hpp"
#include "runner/engine.hpp"

namespace lamella {
namespace {

/// 1-based LAMMPS type: the place in the formula; 0 when it is not there.
int type_in(const Formula& formula, const char* symbol) {
  for (std::size_t i = 0; i < formula.size(); ++i)
    if (formula[i].element.symbol() == symbol) return static_cast<int>(i) + 1;
  return 0;
}

/// LiF by pair potentials with charges +-1. `pairs`: coefficients of Li-Li, Li-F, F-F.
MeltPotential lithium_fluoride(const Formula& formula, const std::string& name, const std::string& style, const std::array<const char*, 3>& pairs) {
  const int li = type_in(formula, "Li"), f = type_in(formula, "F");
  if (li == 0 || f == 0 || formula.size() != 2 || formula[0].count != formula[1].count)
    fail_input({"quench.potential", "holds for LiF only", "'" + name + "' for " + to_string(formula), "LiF",
                "give a Deep Potential's file or LAMMPS lines as the potential"});
  MeltPotential p;
  p.name = name;
  // Real space to 6 A: where the Ewald sum is split changes nothing but the time it takes; the dispersion beyond goes in as a tail,
  // without which a Tosi-Fumi glass is 1.4 % too light. 4 fs, a twelfth of the fastest vibration's period, keeps the energy of the 2500 K melt without drift (it
  // wanders by 1 meV per atom over 12 ps).
  p.lines = fmt::format("set type {0} charge 1.0\nset type {1} charge -1.0\npair_style {2} 6.0\npair_coeff {0} {0} {3}\npair_coeff {4} {5} {6}\n"
                        "pair_coeff {1} {1} {7}\npair_modify tail yes\nkspace_style pppm 5.0e-4\n",
                        li, f, style, pairs[0], std::min(li, f), std::max(li, f), pairs[1], pairs[2]);
  p.timestep = 0.004;
  p.melt_density = 1.75;
  p.density_known = true;
  return p;
}

MeltPotential buckingham(const Formula& formula) {
  // Catlow/Binks type, as measured in this project: rock salt stable by 24 meV, glass 2.0 g/cm3.
  MeltPotential p = lithium_fluoride(formula, "buckingham", "buck/coul/long", {"0.0 0.3 0.0", "443.83 0.2714 0.0", "1127.7 0.2753 15.83"});
  p.glass_density = 2.0;
  return p;
}

MeltPotential tosi_fumi(const Formula& formula) {
  // 10.1016/0022-3697(64)90159-3; LAMMPS adds +D/r^8, so D is negative.
  MeltPotential p = lithium_fluoride(formula, "tosi-fumi", "born/coul/long",
                                     {"0.42193 0.299 1.632 0.045563 -0.018725", "0.29007 0.299 1.995 0.499321 -0.374491",
                                      "0.15822 0.299 2.358 9.050188 -10.610565"});
  p.glass_density = 1.95;
  p.warnings.push_back(
      "Tosi-Fumi LiF prefers wurtzite to rock salt by 95 meV per formula unit and melts near 950 K instead of 1118 K "
      "(10.1063/1.4979926); the buckingham set keeps rock salt stable");
  return p;
}

/// A rough volume of one ion, A^3: anions fill oxides, halides and sulphides, cations sit between them.
double ion_volume(Element e) {
  const std::string symbol = e.symbol();
  if (symbol == "O" || symbol == "F") return 16.5;
  if (symbol == "N") return 17.5;
  if (symbol == "S" || symbol == "Cl") return 34.0;
  if (symbol == "Br" || symbol == "Se") return 40.0;
  if (symbol == "I") return 54.0;
  return common_charge(e) > 0 ? 3.5 : 12.0;
}

double guessed_density(const Formula& formula) {
  double volume = 0.0;
  for (const FormulaTerm& t : formula) volume += t.count * ion_volume(t.element);
  return density_of(formula, 1, volume);
}

double timestep_for(const Formula& formula) {
  const bool hydrogen = std::any_of(formula.begin(), formula.end(), [](const FormulaTerm& t) { return t.element.mass() < 5.0; });
  return hydrogen ? 0.0005 : 0.002;
}

/// What a solid of these ions cannot have is a slip of the pen, and would give a foam or a melt that cannot be packed.
void check_density(double given, const Formula& formula) {
  const double usual = guessed_density(formula);
  if (given > 0.0 && (given < 0.4 * usual || given > 2.0 * usual))
    fail_input({"quench.density", "no density of such a solid", fmt::format("{} g/cm3", given), fmt::format("{:.2g} to {:.2g} g/cm3", 0.4 * usual, 2.0 * usual), "0 takes the potential's own"});
}

void guess_densities(MeltPotential& p, const QuenchRecipe& recipe, const Formula& formula) {
  p.density_known = recipe.density > 0.0;
  p.glass_density = p.density_known ? recipe.density : guessed_density(formula);
  p.melt_density = 0.9 * p.glass_density;
  p.timestep = timestep_for(formula);
}

/// A formula unit or two far apart in a box of its own: LAMMPS says at once what is wrong with a user's lines.
void try_lines(const MeltPotential& potential, const Formula& formula, const std::vector<Element>& types) {
  MeltSystem system;
  system.formula = formula;
  system.others.assign(types.begin() + static_cast<std::ptrdiff_t>(formula.size()), types.end());
  system.potential = potential;
  MeltState state;
  state.rows = 24.0 * Mat3::Identity();
  long units = 0;
  for (const FormulaTerm& t : formula)
    for (int k = 0; k < t.count; ++k, ++units) {
      system.elements.push_back(t.element);
      state.positions.emplace_back(3.0 * (units % 8), 3.0 * (units / 8 % 8), 3.0 * (units / 64 % 8));
    }
  state.velocities.assign(state.positions.size(), Cartesian(0.0, 0.0, 0.0));
  const TemporaryData data(melt_data_text(system, state));
  try {
    Engine engine;
    engine.commands(melt_system_lines(system, data.path()) + "run 0\n");
  } catch (const Error& error) {
    fail_input({"quench.potential", "LAMMPS refuses these lines for " + to_string(formula), error.what(), "lines that set charges, a pair style and every pair of elements",
                "types are numbered in the formula's order"});
  }
}

std::vector<Element> all_types(const Formula& formula, const std::vector<Element>& others) {
  std::vector<Element> types;
  for (const FormulaTerm& t : formula) types.push_back(t.element);
  types.insert(types.end(), others.begin(), others.end());
  return types;
}

MeltPotential deep_potential(const QuenchRecipe& recipe, const Formula& formula, const std::vector<Element>& others) {
  MeltPotential p;
  p.name = "deep-potential";
  p.sha256 = sha256_of_file(recipe.potential);
  const DeepPotentialModel model = load_model(recipe.potential);
  p.cutoff = model.rcut;
  std::string names;
  for (const Element e : all_types(formula, others)) {
    if (std::find(model.type_map.begin(), model.type_map.end(), e.symbol()) == model.type_map.end())
      fail_input({"quench.potential", "the model does not know " + e.symbol(), recipe.potential, fmt::format("{}", fmt::join(model.type_map, ", ")),
                  "use a model trained for it, or LAMMPS lines"});
    names += " " + e.symbol();
  }
  p.lines = "pair_style deepmd \"" + recipe.potential + "\"\npair_coeff * *" + names + "\n";
  guess_densities(p, recipe, formula);
  return p;
}

MeltPotential lammps_lines(const QuenchRecipe& recipe, const Formula& formula, const std::vector<Element>& others) {
  MeltPotential p;
  p.name = "lammps";
  p.lines = recipe.potential;
  std::replace(p.lines.begin(), p.lines.end(), ';', '\n');
  p.lines += '\n';
  guess_densities(p, recipe, formula);
  try_lines(p, formula, all_types(formula, others));
  return p;
}

bool ends_with_any(const std::string& text, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* e) { return text.ends_with(e); });
}

}  // namespace

MeltPotential melt_potential(const QuenchRecipe& recipe, const Formula& formula, const std::vector<Element>& others) {
  check_density(recipe.density, formula);
  MeltPotential p;
  if (recipe.potential == "buckingham") p = buckingham(formula);
  else if (recipe.potential == "tosi-fumi") p = tosi_fumi(formula);
  else if (recipe.potential.find("pair_style") != std::string::npos) p = lammps_lines(recipe, formula, others);
  else if (ends_with_any(recipe.potential, {".pb", ".dp", ".pth", ".yaml"})) p = deep_potential(recipe, formula, others);
  else {
    const std::vector<std::string> known = {"buckingham", "tosi-fumi"};
    const std::string near = nearest_word(recipe.potential, known);
    fail_input({"quench.potential", "unknown potential", "'" + recipe.potential + "'", "buckingham, tosi-fumi, a model file, LAMMPS lines",
                near.empty() ? "" : "did you mean '" + near + "'?"});
  }
  if (!others.empty() && p.cutoff == 6.0 && (p.name == "buckingham" || p.name == "tosi-fumi"))
    fail_input({"quench.potential", "does not know the crystals that confine the melt", "'" + p.name + "'", "a Deep Potential's file or LAMMPS lines for all their elements",
                "quench.method = \"bulk\" needs the layer's own elements only"});
  if (p.sha256.empty()) p.sha256 = sha256(p.lines);
  if (recipe.density > 0.0) p.glass_density = recipe.density;
  return p;
}

}  // namespace lamella
