#include "amorph/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"

namespace lamella {
namespace {

constexpr double avogadro = 0.602214076;  // g/cm3 A^3 / (g/mol)

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
  // Real space to 6 A: where the Ewald sum is split changes nothing but the time it takes; the dispersion beyond is worth 0.1 GPa, or
  // 0.1 % of the density. 4 fs, a twelfth of the fastest vibration's period, keeps the energy of the 2500 K melt without drift (it
  // wanders by 1 meV per atom over 12 ps).
  p.lines = fmt::format("set type {0} charge 1.0\nset type {1} charge -1.0\npair_style {2} 6.0\npair_coeff {0} {0} {3}\npair_coeff {4} {5} {6}\n"
                        "pair_coeff {1} {1} {7}\nkspace_style pppm 5.0e-4\n",
                        li, f, style, pairs[0], std::min(li, f), std::max(li, f), pairs[1], pairs[2]);
  p.timestep = 0.004;
  p.melt_density = 1.75;
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

void guess_densities(MeltPotential& p, const QuenchRecipe& recipe, const Formula& formula) {
  p.glass_density = recipe.density > 0.0 ? recipe.density : guessed_density(formula);
  p.melt_density = 0.9 * p.glass_density;
  p.timestep = timestep_for(formula);
}

MeltPotential deep_potential(const QuenchRecipe& recipe, const Formula& formula) {
  MeltPotential p;
  p.name = "deep-potential";
  p.sha256 = sha256_of_file(recipe.potential);
  std::string names;
  for (const FormulaTerm& t : formula) names += " " + t.element.symbol();
  p.lines = "pair_style deepmd \"" + recipe.potential + "\"\npair_coeff * *" + names + "\n";
  guess_densities(p, recipe, formula);
  return p;
}

MeltPotential lammps_lines(const QuenchRecipe& recipe, const Formula& formula) {
  MeltPotential p;
  p.name = "lammps";
  p.lines = recipe.potential;
  std::replace(p.lines.begin(), p.lines.end(), ';', '\n');
  p.lines += '\n';
  guess_densities(p, recipe, formula);
  return p;
}

bool ends_with_any(const std::string& text, std::initializer_list<const char*> endings) {
  return std::any_of(endings.begin(), endings.end(), [&](const char* e) { return text.ends_with(e); });
}

std::vector<Element> of_sign(const Formula& formula, bool positive) {
  std::vector<Element> chosen, all;
  for (const FormulaTerm& t : formula) {
    all.push_back(t.element);
    if ((common_charge(t.element) > 0) == positive) chosen.push_back(t.element);
  }
  return chosen.empty() ? all : chosen;
}

void need(bool good, const char* key, double got, const char* allowed, const char* hint = "") {
  if (!good) fail_input({key, "out of range", fmt::format("{}", got), allowed, hint});
}

}  // namespace

double formula_mass(const Formula& formula) {
  double mass = 0.0;
  for (const FormulaTerm& t : formula) mass += t.count * t.element.mass();
  return mass;
}

double density_of(const Formula& formula, long units, double volume) {
  return static_cast<double>(units) * formula_mass(formula) / (avogadro * volume);
}

std::vector<Element> cations_of(const Formula& formula) { return of_sign(formula, true); }
std::vector<Element> anions_of(const Formula& formula) { return of_sign(formula, false); }

long formula_units(const Formula& formula, double area, double thickness, double density) {
  const double units = density * avogadro * area * thickness / formula_mass(formula);
  return std::max(1L, std::lround(units));
}

std::string chosen_method(const QuenchRecipe& recipe, double) {
  // Measured: between smooth walls LiF crystallises at 1e13 K/s whatever the seed (5 A films: over 80 % by 800 K), and a cut through a
  // bulk glass does not. So `slab` is only made when asked for.
  return recipe.method == "auto" ? "bulk" : recipe.method;
}

MeltPotential melt_potential(const QuenchRecipe& recipe, const Formula& formula) {
  MeltPotential p;
  if (recipe.potential == "buckingham") p = buckingham(formula);
  else if (recipe.potential == "tosi-fumi") p = tosi_fumi(formula);
  else if (recipe.potential.find("pair_style") != std::string::npos) p = lammps_lines(recipe, formula);
  else if (ends_with_any(recipe.potential, {".pb", ".dp", ".pth", ".yaml"})) p = deep_potential(recipe, formula);
  else {
    const std::vector<std::string> known = {"buckingham", "tosi-fumi"};
    const std::string near = nearest_word(recipe.potential, known);
    fail_input({"quench.potential", "unknown potential", "'" + recipe.potential + "'", "buckingham, tosi-fumi, a model file, LAMMPS lines",
                near.empty() ? "" : "did you mean '" + near + "'?"});
  }
  if (p.sha256.empty()) p.sha256 = sha256(p.lines);
  if (recipe.density > 0.0) p.glass_density = recipe.density;
  return p;
}

void check_request(const LayerRequest& request) {
  const QuenchRecipe& r = request.recipe;
  need(request.thickness >= 2.0 && request.thickness <= 100.0, "thickness", request.thickness, "2 to 100 A");
  need(std::isfinite(request.plane.determinant()) && request.plane.determinant() > 4.0, "cell", request.plane.determinant(),
       "right-handed in-plane vectors of at least 4 A^2");
  need(r.final > 0.0 && r.final < 20000.0, "quench.final", r.final, "above 0 K");
  need(r.melt > r.final && r.melt <= 20000.0, "quench.melt", r.melt, "above quench.final, to 20000 K");
  need(r.rate > 0.0 && std::isfinite(r.rate), "quench.rate", r.rate, "above 0 K/s", "usual rates are 1e12 to 1e14");
  need((r.melt - r.final) / r.rate * 1e12 <= 1e6, "quench.rate", r.rate, "a quench of at most 1 microsecond");
  need(r.hold > 0.0 && r.hold <= 1e5, "quench.hold", r.hold, "above 0 ps", "a melt needs time to melt");
  need(r.final_hold >= 0.0 && r.final_hold <= 1e5, "quench.final_hold", r.final_hold, "0 to 1e5 ps");
  need(r.density >= 0.0 && r.density <= 30.0, "quench.density", r.density, "0 (the potential's own) to 30 g/cm3");
  need(r.rewinds >= 0 && r.rewinds <= 1000, "quench.rewinds", r.rewinds, "0 to 1000");
  need(r.tries >= 1 && r.tries <= 1000, "quench.tries", r.tries, "1 to 1000");
  need(r.crystal_share > 0.0 && r.crystal_share <= 1.0, "quench.crystal_share", r.crystal_share, "above 0 to 1");
  if (r.method != "auto" && r.method != "bulk" && r.method != "slab")
    fail_input({"quench.method", "unknown method", "'" + r.method + "'", "auto, bulk, slab", ""});
}

}  // namespace lamella
