#include <array>

#include "export/structure_files.hpp"
#include "export/text.hpp"

namespace lamella {

std::vector<Element> present_elements(const Structure& structure, const TypeMap& types) {
  std::vector<bool> present(256, false);
  for (Element element : structure.elements) {
    if (!present[element.number()]) types.type_of(element);  // throws for a stranger
    present[element.number()] = true;
  }
  std::vector<Element> order;
  for (Element element : types.elements())
    if (present[element.number()]) order.push_back(element);
  return order;
}

namespace {

/// Atoms by atomic number.
std::array<std::size_t, 256> atoms_of_each(const Structure& structure) {
  std::array<std::size_t, 256> counts{};
  for (Element element : structure.elements) ++counts[element.number()];
  return counts;
}

}  // namespace

std::vector<std::size_t> poscar_order(const Structure& structure, const TypeMap& types) {
  const std::array<std::size_t, 256> counts = atoms_of_each(structure);
  std::array<std::size_t, 256> next{};
  std::size_t first = 0;
  for (Element element : present_elements(structure, types)) {
    next[element.number()] = first;
    first += counts[element.number()];
  }
  std::vector<std::size_t> order(structure.size());
  for (std::size_t i = 0; i < structure.size(); ++i) order[next[structure.elements[i].number()]++] = i;
  return order;
}

std::string poscar_text(const Structure& structure, const TypeMap& types, const std::string& title) {
  check_writable(structure, "POSCAR");
  TextBuilder text(structure.size() * 70 + 500);
  text << (title.empty() ? "structure" : one_line(title)) << "\n1.0\n";
  for (int i = 0; i < 3; ++i) text.column(structure.cell.rows()(i, 0), 22).column(structure.cell.rows()(i, 1), 22) << structure.cell.rows()(i, 2) << '\n';
  const std::array<std::size_t, 256> atoms = atoms_of_each(structure);
  std::string symbols, counts;
  for (Element element : present_elements(structure, types)) {
    symbols += (symbols.empty() ? "" : " ") + element.symbol();
    counts += (counts.empty() ? "" : " ") + std::to_string(atoms[element.number()]);
  }
  text << symbols << '\n' << counts << "\nDirect\n";
  for (std::size_t i : poscar_order(structure, types)) {
    const Fractional f = structure.cell.to_fractional(structure.positions[i]);
    text.column(f.x(), 22).column(f.y(), 22) << f.z() << '\n';
  }
  return text.take();
}

}  // namespace lamella
