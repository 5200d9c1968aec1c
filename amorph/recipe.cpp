#include "amorph/recipe.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cmath>

#include "base/error.hpp"
#include "base/words.hpp"

namespace lamella {
namespace {

constexpr double avogadro = 0.602214076;  // g/cm3 A^3 / (g/mol)

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

/// Height of the in-plane cell over one of its edges, A.
double least_width(const Mat2& plane) {
  const double longest = std::max(plane.row(0).norm(), plane.row(1).norm());
  return plane.determinant() / longest;
}

}  // namespace

void check_width(const Mat2& plane, const MeltPotential& potential) {
  // LAMMPS sums over as many images as it takes; below half a cut-off a melt is little but images of itself.
  need(least_width(plane) >= 0.5 * potential.cutoff, "cell", least_width(plane),
       fmt::format("each in-plane height at least half the potential's cut-off, {} A", 0.5 * potential.cutoff).c_str(), "take a supercell");
}

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

std::vector<Element> other_elements(const LayerRequest& request) {
  std::vector<Element> others;
  if (!request.between) return others;
  for (const Slab* slab : {&request.between->below, &request.between->above})
    for (const Element e : slab->elements) {
      const bool known = std::any_of(request.formula.begin(), request.formula.end(), [&](const FormulaTerm& t) { return t.element == e; });
      if (!known && std::find(others.begin(), others.end(), e) == others.end()) others.push_back(e);
    }
  return others;
}

std::string chosen_method(const QuenchRecipe& recipe, double thickness, const MeltPotential& potential) {
  // A thin layer's faces are most of it: let them form in the liquid. Thicker ones, and those whose density must find itself, are cut from a bulk.
  if (recipe.method != "auto") return recipe.method;
  return thickness < thin_layer && potential.density_known ? "slab" : "bulk";
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
  need(r.bond >= 0.0 && r.bond < 20.0, "quench.bond", r.bond, "0 (chosen) to 20 A");
  need(r.regular_t > 0.0 && r.regular_t <= 1.0, "quench.regular_t", r.regular_t, "above 0 to 1");
  need(r.regular_q >= -3.0 && r.regular_q < 1.0, "quench.regular_q", r.regular_q, "-3 to below 1");
  need(r.release >= 0.0 && r.release <= 1e5, "quench.release", r.release, "0 to 1e5 ps");
  const std::array<std::string, 4> methods = {"auto", "bulk", "slab", "confined"};
  if (std::find(methods.begin(), methods.end(), r.method) == methods.end()) {
    const std::string near = nearest_word(r.method, methods);
    fail_input({"quench.method", "unknown method", "'" + r.method + "'", "auto, bulk, slab, confined", near.empty() ? "" : "did you mean '" + near + "'?"});
  }
  if ((r.method == "confined") != request.between.has_value())
    fail_input({"quench.method", "a confined melt lies between two crystals", "'" + r.method + "'", "bulk or slab where there are none", "`lamella build` melts a stack's layer between its neighbours"});
}

}  // namespace lamella
