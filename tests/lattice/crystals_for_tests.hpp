// Crystals of every system for the tests of tests/lattice, as CIF text: the reader is exercised on the way.
#pragma once
#include <fmt/format.h>

#include <filesystem>
#include <string>
#include <vector>

#include "base/files.hpp"
#include "lattice/crystal.hpp"

namespace lamella::test {

struct Sample {
  const char* name;
  const char* space_group;
  std::vector<double> cell;  // a b c alpha beta gamma
  std::vector<std::pair<const char*, std::vector<double>>> sites;
};

inline std::string cif_text(const Sample& s) {
  std::string text = fmt::format("data_{}\n_cell_length_a {}\n_cell_length_b {}\n_cell_length_c {}\n_cell_angle_alpha {}\n_cell_angle_beta {}\n_cell_angle_gamma {}\n", s.name,
                                 s.cell[0], s.cell[1], s.cell[2], s.cell[3], s.cell[4], s.cell[5]);
  text += fmt::format("_space_group_name_H-M_alt '{}'\nloop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n", s.space_group);
  for (const auto& [symbol, f] : s.sites) text += fmt::format("{} {} {} {}\n", symbol, f[0], f[1], f[2]);
  return text;
}

/// A file that is gone at the end of the test.
class TemporaryFile {
 public:
  TemporaryFile(const std::string& name, const std::string& content) : path_(std::filesystem::temp_directory_path() / fmt::format("lamella-test-{}-{}", ::getpid(), name)) {
    write_whole_file(path_, content);
  }
  ~TemporaryFile() { std::filesystem::remove(path_); }
  std::string path() const { return path_.string(); }

 private:
  std::filesystem::path path_;
};

inline Crystal load_text(const std::string& text, const std::string& name = "sample.cif") { return load_crystal(TemporaryFile(name, text).path()); }

/// Textbook structures (Wyckoff, Crystal Structures), rounded: the tests ask for geometry, not for accuracy.
inline const std::vector<Sample>& samples() {
  static const std::vector<Sample> all = {
      {"SrTiO3", "P m -3 m", {3.905, 3.905, 3.905, 90, 90, 90}, {{"Sr", {0, 0, 0}}, {"Ti", {0.5, 0.5, 0.5}}, {"O", {0.5, 0.5, 0}}}},
      {"CsCl", "P m -3 m", {4.123, 4.123, 4.123, 90, 90, 90}, {{"Cs", {0, 0, 0}}, {"Cl", {0.5, 0.5, 0.5}}}},
      {"ZnS", "F -4 3 m", {5.41, 5.41, 5.41, 90, 90, 90}, {{"Zn", {0, 0, 0}}, {"S", {0.25, 0.25, 0.25}}}},
      {"Si", "F d -3 m:1", {5.431, 5.431, 5.431, 90, 90, 90}, {{"Si", {0, 0, 0}}}},
      {"W", "I m -3 m", {3.165, 3.165, 3.165, 90, 90, 90}, {{"W", {0, 0, 0}}}},
      {"FeS2", "P a -3", {5.418, 5.418, 5.418, 90, 90, 90}, {{"Fe", {0, 0, 0}}, {"S", {0.385, 0.385, 0.385}}}},
      {"TiO2", "P 42/m n m", {4.594, 4.594, 2.959, 90, 90, 90}, {{"Ti", {0, 0, 0}}, {"O", {0.305, 0.305, 0}}}},
      {"anatase", "I 41/a m d:1", {3.785, 3.785, 9.514, 90, 90, 90}, {{"Ti", {0, 0, 0}}, {"O", {0, 0, 0.2081}}}},
      {"ZnO", "P 63 m c", {3.25, 3.25, 5.207, 90, 90, 120}, {{"Zn", {0.333333, 0.666667, 0}}, {"O", {0.333333, 0.666667, 0.382}}}},
      {"Mg", "P 63/m m c", {3.209, 3.209, 5.211, 90, 90, 120}, {{"Mg", {0.333333, 0.666667, 0.25}}}},
      {"quartz", "P 32 2 1", {4.913, 4.913, 5.405, 90, 90, 120}, {{"Si", {0.4697, 0, 0.666667}}, {"O", {0.4133, 0.2672, 0.7856}}}},
      {"CaCO3", "R -3 c:H", {4.99, 4.99, 17.06, 90, 90, 120}, {{"Ca", {0, 0, 0}}, {"C", {0, 0, 0.25}}, {"O", {0.2573, 0, 0.25}}}},
      {"LiFePO4", "P n m a", {10.33, 6.01, 4.69, 90, 90, 90}, {{"Li", {0, 0, 0}}, {"Fe", {0.282, 0.25, 0.975}}, {"P", {0.095, 0.25, 0.418}}, {"O", {0.097, 0.25, 0.742}}, {"O", {0.457, 0.25, 0.206}}, {"O", {0.166, 0.046, 0.285}}}},
      {"ZrO2", "P 1 21/c 1", {5.15, 5.21, 5.32, 90, 99.2, 90}, {{"Zr", {0.2754, 0.0395, 0.2083}}, {"O", {0.0703, 0.3359, 0.3406}}, {"O", {0.4423, 0.7549, 0.4789}}}},
      {"CuO", "C 1 2/c 1", {4.684, 3.423, 5.129, 90, 99.54, 90}, {{"Cu", {0.25, 0.25, 0}}, {"O", {0, 0.418, 0.25}}}},
      {"triclinic", "P -1", {4.1, 5.3, 6.7, 82, 97, 105}, {{"Li", {0.11, 0.23, 0.31}}, {"Co", {0, 0.5, 0.5}}, {"O", {0.29, 0.61, 0.83}}, {"O", {0.63, 0.17, 0.07}}}},
  };
  return all;
}

}  // namespace lamella::test
