#pragma once
#include <compare>
#include <string>
#include <string_view>
#include <vector>

namespace lamella {

/// A chemical element by atomic number. Masses and radii come from gemmi's tables.
class Element {
 public:
  Element() = default;
  explicit constexpr Element(unsigned char number) : number_(number) {}
  /// From a symbol ("Li", any case). Throws Error (bad_input) for an unknown one.
  static Element from_symbol(std::string_view symbol);

  constexpr unsigned char number() const { return number_; }
  std::string symbol() const;
  /// Standard atomic weight, g/mol.
  double mass() const;
  /// Single-bond covalent radius, A (Cordero 2008, 10.1039/b801115j, as tabulated by gemmi).
  double covalent_radius() const;
  auto operator<=>(const Element&) const = default;

 private:
  unsigned char number_ = 0;
};

/// "Li24P4S20Cl4": elements in order of first appearance with their counts; {"Li3PO4"} parsed the same way.
struct FormulaTerm {
  Element element;
  int count;
  bool operator==(const FormulaTerm&) const = default;
};
using Formula = std::vector<FormulaTerm>;

/// Parses "LiF", "Li6PS5Cl", "Ca(OH)2" not included. Throws Error (bad_input).
Formula parse_formula(std::string_view text);
/// Counts in order of first appearance.
Formula formula_of(const std::vector<Element>& elements);
/// "LiCoO2" style text: elements in the given order, count 1 left out.
std::string to_string(const Formula& formula);
/// Divided by the greatest common divisor of its counts.
Formula reduced(const Formula& formula);

/// The usual formal oxidation state in solid-state battery materials (Li +1, O -2, P +5, S -2, ...), 0 when not tabulated.
int common_charge(Element element);

}  // namespace lamella
