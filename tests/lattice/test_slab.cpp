#include <catch2/catch.hpp>
#include <cmath>
#include <map>

#include "lattice/slab.hpp"

using namespace lamella;

namespace {

std::map<int, int> tasker_count(const std::vector<Termination>& list) {
  std::map<int, int> count;
  for (const auto& t : list) ++count[t.tasker];
  return count;
}

Crystal strontium_titanate(double a = 3.905) {
  Crystal crystal;
  crystal.cell.cell = Cell(Mat3(a * Mat3::Identity()));
  const std::pair<const char*, Vec3> sites[] = {{"Sr", {0, 0, 0}}, {"Ti", {0.5, 0.5, 0.5}}, {"O", {0.5, 0.5, 0}}, {"O", {0.5, 0, 0.5}}, {"O", {0, 0.5, 0.5}}};
  for (const auto& [symbol, f] : sites) {
    crystal.cell.elements.push_back(Element::from_symbol(symbol));
    crystal.cell.positions.push_back(crystal.cell.cell.to_cartesian(Fractional(f)));
    crystal.charges[crystal.cell.elements.back()] = common_charge(crystal.cell.elements.back());
  }
  return crystal;
}

}  // namespace

TEST_CASE("LiCoO2: (104) and (110) are Tasker I, (003) and (012) polar") {  // Kramer & Ceder, 10.1021/cm9008943
  const Crystal lco = load_crystal("LiCoO2");
  for (const Miller hkl : {Miller{1, 0, 4}, Miller{1, 1, 0}}) {
    const auto list = list_terminations(lco, hkl);
    REQUIRE(list.size() == 1);
    CHECK(list[0].tasker == 1);
    CHECK(list[0].dipole_per_area == 0.0);
    CHECK(list[0].symmetric);
    CHECK(list[0].formula == "LiCoO2");
  }
  CHECK(tasker_count(list_terminations(lco, {0, 0, 3})) == std::map<int, int>{{3, 4}});
  CHECK(tasker_count(list_terminations(lco, {0, 1, 2})) == std::map<int, int>{{3, 2}});
  const SurfaceLattice s = surface_lattice(lco, {1, 0, 4});
  CHECK(s.basis(0, 0) == Approx(2.8156));
  CHECK(s.basis(1, 1) == Approx(5.702).epsilon(1e-4));
  CHECK(s.spacing == Approx(2.003).epsilon(1e-3));
}

TEST_CASE("SrTiO3 (001) has two terminations, SrO and TiO2") {
  const auto list = list_terminations(strontium_titanate(), {0, 0, 1});
  REQUIRE(list.size() == 2);
  for (const auto& t : list) {
    CHECK(t.tasker == 1);
    CHECK(t.planes.size() == 2);
    CHECK(t.symmetric == false);  // a whole repeat ends with SrO on one face and TiO2 on the other
  }
  CHECK(list[0].planes[0].formula != list[1].planes[0].formula);
}

TEST_CASE("Li6PS5Cl (100): planes (PS4)2Cl2 of -8 and Li12S2 of +8 between them, polar, PS4 whole by default") {
  const Crystal lpscl = load_crystal("Li6PS5Cl");
  const auto list = list_terminations(lpscl, {1, 0, 0});
  CHECK(list[0].broken_polyanions == 0);
  for (const auto& t : list) {
    CHECK(t.tasker == 3);
    CHECK(t.flat == (t.broken_polyanions > 0));
    if (t.flat) continue;
    double others = 0.0;
    int layers = 0;
    for (const AtomicPlane& plane : t.planes) {
      if (to_string(plane.formula) == "P2S8Cl2") {
        CHECK(plane.charge == -8.0);
        ++layers;
      } else {
        others += plane.charge;
      }
    }
    CHECK(layers == 2);
    CHECK(others == 16.0);
  }
}

TEST_CASE("A slab has whole repeats, every atom, and PS4 whole") {
  const Crystal lpscl = load_crystal("Li6PS5Cl");
  const Miller hkl{1, 0, 0};
  const auto list = list_terminations(lpscl, hkl);
  const int repeats = repeats_for(lpscl, hkl, 20.0);
  CHECK(repeats == 3);
  const Slab slab = cut_slab(lpscl, hkl, list[0], repeats);
  CHECK(slab.size() == 3 * 52);
  CHECK(slab.thickness == Approx(3 * 9.8598));
  CHECK(slab.area() == Approx(9.8598 * 9.8598));
  CHECK(to_string(reduced(formula_of(slab.elements))) == "Li6PS5Cl");
  for (std::size_t i = 0; i < slab.size(); ++i) {
    if (slab.elements[i].symbol() != "P") continue;
    int sulphur = 0;
    for (std::size_t j = 0; j < slab.size(); ++j) {
      Vec3 d = slab.positions[j].vec() - slab.positions[i].vec();
      for (int x = 0; x < 2; ++x) d[x] -= 9.8598 * std::round(d[x] / 9.8598);
      if (slab.elements[j].symbol() == "S" && d.norm() < 2.3) ++sulphur;
    }
    CHECK(sulphur == 4);
  }
}
