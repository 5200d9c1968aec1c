#include "builder/contact.hpp"

#include <algorithm>
#include <cmath>
#include <map>

#include "builder/seam.hpp"

namespace lamella {

namespace {

constexpr double reach = 4.2;         // A: above every contact distance, I-I included
constexpr double smallest_gap = 0.5;  // A, as for cell.gap

/// Shannon's ionic radii for six neighbours, A; 0 for elements that are no common anion.
double anion_radius(Element element) {
  static const std::map<Element, double> radii = [] {
    std::map<Element, double> table;
    for (const auto& [symbol, radius] : {std::pair{"O", 1.40}, {"F", 1.33}, {"S", 1.84}, {"Cl", 1.81}, {"Se", 1.98}, {"Br", 1.96}, {"Te", 2.21}, {"I", 2.20}, {"N", 1.46}})
      table[Element::from_symbol(symbol)] = radius;
    return table;
  }();
  const auto found = radii.find(element);
  return found == radii.end() ? 0.0 : found->second;
}

}  // namespace

double contact_distance(Element a, Element b) {
  const double covalent = a.covalent_radius() + b.covalent_radius();
  if (common_charge(a) * common_charge(b) < 0) return covalent;
  if (anion_radius(a) > 0.0 && anion_radius(b) > 0.0) return 0.9 * (anion_radius(a) + anion_radius(b));
  return 0.9 * covalent;
}

double gap_by_contacts(const Slab& lower, const Slab& upper, const Vec2& shift) {
  double gap = smallest_gap;
  visit_across(lower, upper, shift, reach, [&](const AcrossSeam& pair) {
    const double contact = contact_distance(pair.above, pair.below), rise2 = contact * contact - pair.lateral * pair.lateral;
    if (rise2 > 0.0) gap = std::max(gap, std::sqrt(rise2) - pair.depth);
  });
  return gap;
}

}  // namespace lamella
