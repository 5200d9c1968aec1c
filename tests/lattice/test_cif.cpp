#include <catch2/catch.hpp>
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "crystals_for_tests.hpp"
#include "lattice/cif.hpp"
#include "lattice/symmetry.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

std::string bundled(const std::string& name) { return read_whole_file(structures_folder() / (name + ".cif")); }

std::string replaced(std::string text, const std::string& what, const std::string& by) {
  const auto at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), by);
}

/// "line 9": where `what` first stands.
std::string line_of(const std::string& text, const std::string& what) { return "line " + std::to_string(1 + std::count(text.begin(), text.begin() + static_cast<long>(text.find(what)), '\n')) + ":"; }

/// Whatever the text is, reading it gives a crystal or an Error.
void must_not_crash(const std::string& text) {
  try {
    parse_cif(text, "hostile.cif");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::bad_input);
    CHECK(!std::string(error.what()).empty());
  }
}

}  // namespace

TEST_CASE("Every crystal system and centring is read: sites and space group") {
  struct Row {
    const char* name;
    std::size_t sites;
    int space_group;
  };
  const Row rows[] = {{"SrTiO3", 5, 221}, {"CsCl", 2, 221}, {"ZnS", 8, 216}, {"Si", 8, 227}, {"W", 2, 229}, {"FeS2", 12, 205}, {"TiO2", 6, 136}, {"anatase", 12, 141}, {"ZnO", 4, 186},
                      {"Mg", 2, 194}, {"quartz", 9, 154}, {"CaCO3", 30, 167}, {"LiFePO4", 28, 62}, {"ZrO2", 12, 14}, {"CuO", 8, 15}, {"triclinic", 7, 2}};
  for (const Row& row : rows)
    for (const Sample& sample : samples())
      if (sample.name == std::string(row.name)) {
        INFO(row.name);
        const Crystal crystal = load_text(cif_text(sample));
        CHECK(crystal.cell.size() == row.sites);
        CHECK(crystal.space_group == row.space_group);
      }
}

TEST_CASE("Hexagonal and rhombohedral axes of R-3m are one crystal") {
  const double a = 2.8156, c = 14.0542;
  const double edge = std::sqrt(a * a / 3 + c * c / 9), angle = 2 * std::asin(a / (2 * edge)) * 180 / M_PI;
  const Sample rhombohedral{"LCO", "R -3 m:R", {edge, edge, edge, angle, angle, angle}, {{"Li", {0, 0, 0}}, {"Co", {0.5, 0.5, 0.5}}, {"O", {0.2396, 0.2396, 0.2396}}}};
  const Crystal primitive = load_text(cif_text(rhombohedral)), hexagonal = load_crystal("LiCoO2");
  CHECK(primitive.cell.size() == 4);
  CHECK(hexagonal.cell.size() == 12);
  CHECK(primitive.space_group == 166);
  CHECK(3 * primitive.cell.cell.volume() == Approx(hexagonal.cell.cell.volume()).epsilon(1e-5));
}

TEST_CASE("P1 with all atoms written out, and the list of operations before the symbol") {
  const Crystal wanted = load_crystal("LiF");
  std::string p1 = "data_LiF\n_cell_length_a 4.026\n_cell_length_b 4.026\n_cell_length_c 4.026\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
                   "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\n";
  for (const char* row : {"Li1 0 0 0", "Li2 0 .5 .5", "Li3 .5 0 .5", "Li4 .5 .5 0", "F1 .5 .5 .5", "F2 .5 0 0", "F3 0 .5 0", "F4 0 0 .5"}) p1 += std::string(row) + "\n";
  for (const std::string& symbol : {std::string(), std::string("_symmetry_space_group_name_H-M 'P 1'\n"), std::string("_space_group_IT_number 1\n"), std::string("_space_group_name_Hall 'P 1'\n")}) {
    const Crystal crystal = load_text(replaced(p1, "data_LiF\n", "data_LiF\n" + symbol));
    CHECK(crystal.cell.size() == 8);
    CHECK(crystal.space_group == 225);
  }
  // Diamond about the other origin: the operations say so, the symbol cannot.
  const std::string diamond = "data_x\n_cell_length_a 5.431\n_cell_length_b 5.431\n_cell_length_c 5.431\n_cell_angle_alpha 90\n_cell_angle_beta 90\n_cell_angle_gamma 90\n"
                              "_symmetry_space_group_name_H-M 'F d -3 m'\nloop_\n_symmetry_equiv_pos_as_xyz\n'x,y,z'\n'-x,-y,-z'\n'x,y+1/2,z+1/2'\n'x+1/2,y,z+1/2'\n'x+1/2,y+1/2,z'\n"
                              "'-x,-y+1/2,-z+1/2'\n'-x+1/2,-y,-z+1/2'\n'-x+1/2,-y+1/2,-z'\n"
                              "loop_\n_atom_site_label\n_atom_site_fract_x\n_atom_site_fract_y\n_atom_site_fract_z\nSi .125 .125 .125\n";
  const Crystal crystal = load_text(diamond);
  CHECK(crystal.cell.size() == 8);
  CHECK(crystal.space_group == 227);
}

TEST_CASE("Standard uncertainties, charges in symbols, labels without symbols") {
  std::string text = cif_text(samples()[0]);
  text = replaced(text, "_cell_length_a 3.905", "_cell_length_a 3.905(12)");
  text = replaced(text, "Sr 0 0 0", "Sr1 0.0000 0.0000(3) 0");
  const Crystal crystal = load_text(text);
  CHECK(crystal.cell.cell.a().norm() == Approx(3.905));
  std::string typed = replaced(text, "_atom_site_label\n", "_atom_site_label\n_atom_site_type_symbol\n");
  typed = replaced(replaced(replaced(typed, "Sr1 0.0000", "A Sr2+ 0.0000"), "Ti 0.5", "B Ti4+ 0.5"), "O 0.5", "C O2- 0.5");
  CHECK(to_string(formula_of(load_text(typed).cell.elements)) == "SrTiO3");
}

TEST_CASE("A broken CIF is an error that names the file and the line") {
  const std::string good = bundled("LiCoO2");
  const std::pair<std::string, std::string> cases[] = {
      {replaced(good, "_cell_length_a 2.8156", "_cell_length_a banana"), "line"},
      {replaced(good, "_cell_length_a 2.8156", "_cell_length_a -1"), "line"},
      {replaced(good, "_cell_length_a 2.8156", "_cell_length_a 1e300"), "line"},
      {replaced(good, "_cell_angle_gamma 120", "_cell_angle_gamma 180"), "line"},
      {replaced(good, "_cell_angle_alpha 90", "_cell_angle_alpha 10"), "line"},
      {replaced(good, "'R -3 m:H'", "'R 99 q'"), "unknown space group"},
      {replaced(good, "Co1 Co 3 b 0 0 0.5 1", "Co1 Co 3 b 0 0 nan 1"), "Co1"},
      {replaced(good, "Co1 Co 3 b 0 0 0.5 1", "Co1 Co 3 b 0 0 0.5 7"), "occupancy out of range"},
      {replaced(good, "Co1 Co 3 b 0 0 0.5 1", "Qq1 Qq 3 b 0 0 0.5 1"), "unknown element"},
      {replaced(good, "Co1 Co 3 b 0 0 0.5 1", "Co1 Co 3 b 0 0 0.5"), "line"},  // a value short: the loop does not close
      {replaced(good, "Co1 Co 3 b 0 0 0.5 1", "Co1 Co 3 b 0 0 0 1"), "more than one atom"},
      {replaced(good, "_chemical_formula_sum 'Li Co O2'", "_chemical_formula_sum 'Li Co O2"), line_of(good, "_chemical_formula_sum")},
      {"", "holds no crystal"},
      {"data_x\n", "holds no crystal"},
      {"not a cif at all", "line 1"},
      {"data_x\n_cell_length_a 3\n", "has no _cell_length_b"}};
  for (const auto& [text, expected] : cases) {
    INFO(text.substr(0, 0) << expected);
    CHECK_THROWS_WITH(parse_cif(text, "broken.cif"), Catch::Contains("broken.cif") && Catch::Contains(expected));
  }
}

TEST_CASE("Hostile CIF: cut anywhere, bytes changed at random, numbers out of all bounds") {
  const std::string good = bundled("LiCoO2");
  for (std::size_t n = 0; n < good.size(); n += 3) must_not_crash(good.substr(0, n));
  RandomStream random(11, "hostile cif");
  for (int trial = 0; trial < 400; ++trial) {
    INFO("seed 11, trial " << trial);
    std::string text = good;
    for (std::uint64_t edits = 1 + random.below(6); edits > 0; --edits) {
      const std::size_t at = random.below(text.size());
      switch (random.below(4)) {
        case 0: text[at] = static_cast<char>(random.below(256)); break;
        case 1: text.erase(at, random.below(20)); break;
        case 2: text.insert(at, text.substr(random.below(text.size()), random.below(40))); break;
        default: text.insert(at, std::string(1 + random.below(8), '9'));
      }
    }
    must_not_crash(text);
  }
}

TEST_CASE("The primitive lattice is found in whole numbers") {
  const std::map<std::string, long> centring = {{"SrTiO3", 1}, {"W", 2}, {"ZnS", 4}, {"Si", 4}, {"anatase", 2}, {"CaCO3", 3}, {"CuO", 2}, {"quartz", 1}, {"triclinic", 1}};
  for (const Sample& sample : samples()) {
    if (!centring.count(sample.name)) continue;
    INFO(sample.name);
    CHECK(load_text(cif_text(sample)).symmetry.lattice.cells() == centring.at(sample.name));
  }
}
