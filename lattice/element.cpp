#include "lattice/element.hpp"

#include <fmt/format.h>

#include <cctype>
#include <gemmi/elem.hpp>
#include <numeric>

#include "base/error.hpp"

namespace lamella {

Element Element::from_symbol(std::string_view symbol) {
  const std::string name(symbol);
  const gemmi::El el = gemmi::find_element(name.c_str());
  if (name.empty() || name.size() > 2 || el == gemmi::El::X || el == gemmi::El::END || el == gemmi::El::D)
    fail_input({"element", "unknown symbol", "'" + name + "'", "H to Og", ""});
  return Element(static_cast<unsigned char>(el));
}

std::string Element::symbol() const { return gemmi::element_name(static_cast<gemmi::El>(number_)); }
double Element::mass() const { return gemmi::molecular_weight(static_cast<gemmi::El>(number_)); }
double Element::covalent_radius() const { return gemmi::covalent_radius(static_cast<gemmi::El>(number_)); }

Formula parse_formula(std::string_view text) {
  Formula formula;
  auto bad = [&] { fail_input({"formula", "not a formula", "'" + std::string(text) + "'", "", "write it like LiF or Li3PO4"}); };
  std::size_t i = 0;
  while (i < text.size()) {
    if (!std::isupper(static_cast<unsigned char>(text[i]))) bad();
    std::string symbol(1, text[i++]);
    if (i < text.size() && std::islower(static_cast<unsigned char>(text[i]))) symbol += text[i++];
    int count = 0;
    const std::size_t digits = i;
    while (i < text.size() && std::isdigit(static_cast<unsigned char>(text[i])) && count < 1000000) count = 10 * count + (text[i++] - '0');
    if (i == digits) count = 1;
    if (count < 1 || count >= 1000000) bad();
    const Element element = Element::from_symbol(symbol);
    bool seen = false;
    for (FormulaTerm& term : formula)
      if (term.element == element) {
        term.count += count;
        seen = true;
      }
    if (!seen) formula.push_back({element, count});
  }
  if (formula.empty()) bad();
  return formula;
}

Formula formula_of(const std::vector<Element>& elements) {
  Formula formula;
  int place[256];
  std::fill(std::begin(place), std::end(place), -1);
  for (Element element : elements) {
    int& index = place[element.number()];
    if (index < 0) {
      index = static_cast<int>(formula.size());
      formula.push_back({element, 0});
    }
    ++formula[index].count;
  }
  return formula;
}

std::string to_string(const Formula& formula) {
  std::string text;
  for (const FormulaTerm& term : formula) text += term.element.symbol() + (term.count == 1 ? "" : std::to_string(term.count));
  return text;
}

Formula reduced(const Formula& formula) {
  int divisor = 0;
  for (const FormulaTerm& term : formula) divisor = std::gcd(divisor, term.count);
  Formula result = formula;
  if (divisor > 1)
    for (FormulaTerm& term : result) term.count /= divisor;
  return result;
}

int common_charge(Element element) {
  static const std::pair<const char*, int> table[] = {
      {"H", 1},  {"Li", 1}, {"Na", 1}, {"K", 1},  {"Rb", 1}, {"Cs", 1}, {"Ag", 1}, {"Be", 2}, {"Mg", 2}, {"Ca", 2}, {"Sr", 2}, {"Ba", 2},
      {"Zn", 2}, {"Ni", 2}, {"Mn", 4}, {"Co", 3}, {"Fe", 3}, {"Cr", 3}, {"V", 5},  {"Al", 3}, {"Ga", 3}, {"In", 3}, {"B", 3},  {"Sc", 3},
      {"Y", 3},  {"La", 3}, {"Si", 4}, {"Ge", 4}, {"Sn", 4}, {"Ti", 4}, {"Zr", 4}, {"Hf", 4}, {"Nb", 5}, {"Ta", 5}, {"P", 5},  {"As", 5},
      {"Sb", 5}, {"W", 6},  {"Mo", 6}, {"C", 4},  {"N", -3}, {"O", -2}, {"S", -2}, {"Se", -2}, {"Te", -2}, {"F", -1}, {"Cl", -1}, {"Br", -1}, {"I", -1}};
  static const auto charges = [] {
    std::vector<int> all(256, 0);
    for (const auto& [symbol, charge] : table) all[Element::from_symbol(symbol).number()] = charge;
    return all;
  }();
  return charges[element.number()];
}

}  // namespace lamella
