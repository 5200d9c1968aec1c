#include <array>
#include <string>

#include "export/structure_files.hpp"
#include "export/text.hpp"

namespace lamella {
namespace {

/// A data block's name: what CIF calls a code, no blanks and no more than 75 characters.
std::string block_name(const std::string& title) {
  std::string name;
  for (unsigned char c : title) {
    const char kept = std::isalnum(c) || c == '-' || c == '.' ? static_cast<char>(c) : '_';
    if (kept != '_' || (!name.empty() && name.back() != '_')) name += kept;
  }
  while (!name.empty() && name.back() == '_') name.pop_back();
  return name.empty() ? "structure" : name.substr(0, 60);
}

}  // namespace

std::string cif_text(const Structure& structure, const std::string& title) {
  check_writable(structure, "CIF");
  const std::vector<std::string> symbols = symbol_table(structure);
  const auto p = structure.cell.parameters();
  static constexpr std::array<const char*, 6> keys = {"_cell_length_a", "_cell_length_b", "_cell_length_c", "_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"};

  TextBuilder text(structure.size() * 80 + 1000);
  text << "data_" << block_name(title) << "\n_chemical_formula_sum '";
  bool first = true;
  for (const FormulaTerm& term : formula_of(structure.elements)) {
    text << (first ? "" : " ") << term.element.symbol() << term.count;
    first = false;
  }
  text << "'\n";
  for (int i = 0; i < 6; ++i) text << keys[i] << ' ' << p[i] << '\n';
  text << "_cell_volume " << structure.cell.volume() << '\n';
  text << "_symmetry_space_group_name_H-M 'P 1'\n_symmetry_Int_Tables_number 1\n"
          "loop_\n_symmetry_equiv_pos_site_id\n_symmetry_equiv_pos_as_xyz\n1 'x, y, z'\n"
          "loop_\n_atom_site_label\n_atom_site_type_symbol\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n_atom_site_occupancy\n";
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const Fractional f = structure.cell.to_fractional(structure.positions[i]);
    const std::string& symbol = symbols[structure.elements[i].number()];
    text << symbol << static_cast<long>(i + 1) << ' ' << symbol << ' ' << f.x() << ' ' << f.y() << ' ' << f.z() << " 1\n";
  }
  return text.take();
}

}  // namespace lamella
