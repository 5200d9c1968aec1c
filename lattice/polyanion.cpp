#include "lattice/polyanion.hpp"

#include <algorithm>
#include <string_view>

#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

using Shift = std::array<int, 3>;
constexpr double reach = 1.2;

bool makes_covalent_bonds(Element element) {
  static const auto table = [] {
    std::array<bool, 256> yes{};
    for (const char* symbol : {"H", "B", "C", "N", "O", "F", "Si", "P", "S", "Cl", "Ge", "As", "Se", "Sn", "Sb", "Te", "Br", "I"})
      yes[Element::from_symbol(symbol).number()] = true;
    return yes;
  }();
  return table[element.number()];
}

std::vector<std::vector<Neighbour>> bonds_of(const Structure& crystal) {
  double longest = 0.0;
  for (Element e : crystal.elements)
    if (makes_covalent_bonds(e)) longest = std::max(longest, e.covalent_radius());
  std::vector<std::vector<Neighbour>> bonds(crystal.size());
  if (longest == 0.0) return bonds;
  bonds = neighbour_lists(crystal.cell, crystal.positions, 2.0 * reach * longest);
  for (std::size_t i = 0; i < bonds.size(); ++i)
    std::erase_if(bonds[i], [&](const Neighbour& n) {
      const Element a = crystal.elements[i], b = crystal.elements[n.index];
      return !makes_covalent_bonds(a) || !makes_covalent_bonds(b) || n.distance > reach * (a.covalent_radius() + b.covalent_radius());
    });
  return bonds;
}

Shift sum(const Shift& a, const Shift& b) { return {a[0] + b[0], a[1] + b[1], a[2] + b[2]}; }

}  // namespace

CovalentUnits covalent_units(const Structure& crystal) {
  const auto bonds = bonds_of(crystal);
  CovalentUnits units;
  units.unit_of.assign(crystal.size(), -1);
  std::vector<bool> seen(crystal.size(), false);
  std::vector<Shift> shift_of(crystal.size());
  for (std::size_t start = 0; start < crystal.size(); ++start) {
    if (seen[start] || bonds[start].empty()) continue;
    std::vector<int> atoms{static_cast<int>(start)};
    seen[start] = true;
    shift_of[start] = {0, 0, 0};
    bool endless = false;  // a bond that leads to another image of an atom already there
    for (std::size_t next = 0; next < atoms.size(); ++next)
      for (const Neighbour& n : bonds[atoms[next]]) {
        const Shift shift = sum(shift_of[atoms[next]], n.shift);
        if (!seen[n.index]) {
          seen[n.index] = true;
          shift_of[n.index] = shift;
          atoms.push_back(n.index);
        } else if (shift_of[n.index] != shift) {
          endless = true;
        }
      }
    if (endless) {
      for (int atom : atoms)
        for (const Neighbour& n : bonds[atom])
          if (n.index > atom || (n.index == atom && n.shift > Shift{0, 0, 0})) units.network.push_back({atom, n.index, n.shift});
      continue;
    }
    CovalentUnit unit{atoms, {}};
    for (int atom : atoms) {
      unit.shifts.push_back(shift_of[atom]);
      units.unit_of[atom] = static_cast<int>(units.finite.size());
    }
    units.finite.push_back(unit);
  }
  return units;
}

}  // namespace lamella
