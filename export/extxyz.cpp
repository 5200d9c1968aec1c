#include <string>
#include <vector>

#include "export/structure_files.hpp"
#include "export/text.hpp"

namespace lamella {

std::string extxyz_text(const Structure& structure, const std::string& title) {
  check_writable(structure, "extxyz");
  const std::vector<std::string> symbols = symbol_table(structure);
  // A structure without layers is one layer: readers always find the same columns.
  std::vector<std::string> tails;
  const std::vector<std::string> names = structure.layer_of.empty() ? std::vector<std::string>{"all"} : structure.layer_names;
  for (std::size_t k = 0; k < names.size(); ++k) {
    const std::string number = std::to_string(k + 1);
    tails.push_back(" " + number + " " + one_word(names[k]) + " " + number + "\n");
  }

  TextBuilder text(structure.size() * 80 + 400);
  text << static_cast<long>(structure.size()) << "\nLattice=\"";
  for (int i = 0; i < 9; ++i) text << (i ? " " : "") << structure.cell.rows()(i / 3, i % 3);
  text << "\" Properties=species:S:1:pos:R:3:id:I:1:molecule:I:1:molecule_type:S:1:tags:I:1 pbc=\"T T T\"";
  if (const std::string words = one_line(title); !words.empty()) text << " title=\"" << words << '"';
  text << '\n';
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const Cartesian& r = structure.positions[i];
    text << symbols[structure.elements[i].number()] << ' ' << r.x() << ' ' << r.y() << ' ' << r.z() << ' ' << static_cast<long>(i + 1)
         << tails[structure.layer_of.empty() ? 0 : structure.layer_of[i]];
  }
  return text.take();
}

}  // namespace lamella
