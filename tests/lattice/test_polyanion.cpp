#include <catch2/catch.hpp>
#include <map>

#include "crystals_for_tests.hpp"
#include "lattice/polyanion.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

std::map<std::string, int> units_of(const Crystal& crystal) {
  std::map<std::string, int> count;
  const CovalentUnits units = covalent_units(crystal.cell);
  for (const auto& unit : units.finite) {
    std::vector<Element> elements;
    for (int atom : unit.atoms) elements.push_back(crystal.cell.elements[atom]);
    std::sort(elements.begin(), elements.end());
    ++count[to_string(formula_of(elements))];
  }
  if (!units.network.empty()) count["network"] = static_cast<int>(units.network.size());
  return count;
}

Crystal sample(const std::string& name) {
  for (const Sample& s : samples())
    if (s.name == name) return load_text(cif_text(s));
  FAIL("no sample " << name);
  return {};
}

}  // namespace

TEST_CASE("Covalent units are found from the bonding graph") {
  using Units = std::map<std::string, int>;
  CHECK(units_of(load_crystal("Li6PS5Cl")) == Units{{"PS4", 4}});
  CHECK(units_of(load_crystal("Li3PO4")) == Units{{"O4P", 4}});
  CHECK(units_of(load_crystal("LGPS")) == Units{{"PS4", 4}, {"S4Ge", 2}});
  CHECK(units_of(sample("CaCO3")) == Units{{"CO3", 6}});
  CHECK(units_of(sample("FeS2")) == Units{{"S2", 4}});
  CHECK(units_of(sample("LiFePO4")) == Units{{"O4P", 4}});
  for (const char* ionic : {"LiCoO2", "LiF", "Al2O3", "LiNbO3", "Li4Ti5O12", "LLZO"}) CHECK(units_of(load_crystal(ionic)).empty());
}

TEST_CASE("Endless covalent networks are bonds, not units") {
  CHECK(units_of(sample("quartz")) == std::map<std::string, int>{{"network", 12}});
  CHECK(units_of(sample("Si")) == std::map<std::string, int>{{"network", 16}});
}

TEST_CASE("A unit that reaches over the cell's faces is one unit, whatever the origin") {
  Crystal crystal = load_crystal("Li6PS5Cl");
  for (auto& r : crystal.cell.positions) r = crystal.cell.cell.wrapped(r + Cartesian(4.7, 0.3, 2.2));
  const CovalentUnits units = covalent_units(crystal.cell);
  REQUIRE(units.finite.size() == 4);
  for (const auto& unit : units.finite) {
    REQUIRE(unit.atoms.size() == 5);
    std::vector<Vec3> r;
    for (std::size_t k = 0; k < 5; ++k) {
      const auto& s = unit.shifts[k];
      r.push_back(crystal.cell.positions[unit.atoms[k]].vec() + crystal.cell.cell.rows().transpose() * Vec3(s[0], s[1], s[2]));
    }
    for (const Vec3& a : r)
      for (const Vec3& b : r) CHECK((a - b).norm() < 3.5);
  }
}
