#include <catch2/catch.hpp>
#include <cmath>

#include "base/error.hpp"
#include "crystals_for_tests.hpp"
#include "lattice/neighbours.hpp"
#include "lattice/slab.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

double dipole(const Crystal& crystal, const Slab& slab) {  // e A
  double sum = 0.0, net = 0.0;
  for (std::size_t i = 0; i < slab.size(); ++i) {
    const double q = crystal.charges.at(slab.elements[i]);
    sum += q * slab.positions[i].z();
    net += q;
  }
  REQUIRE(net == Approx(0.0).margin(1e-9));
  return sum;
}

std::vector<std::pair<int, int>> profile(const Slab& slab, bool from_above) {
  std::vector<std::pair<int, int>> rows;
  for (std::size_t i = 0; i < slab.size(); ++i) rows.emplace_back(static_cast<int>(std::lround(200 * (from_above ? slab.thickness - slab.positions[i].z() : slab.positions[i].z()))), slab.elements[i].number());
  std::sort(rows.begin(), rows.end());
  return rows;
}

bool alike(const std::vector<std::pair<int, int>>& a, const std::vector<std::pair<int, int>>& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].second != b[i].second || std::abs(a[i].first - b[i].first) > 2) return false;
  return true;
}

double shortest_distance(const Slab& slab) {
  Mat3 rows = Mat3::Zero();
  rows.topLeftCorner<2, 2>() = slab.plane;
  rows(2, 2) = slab.thickness + 20.0;
  double best = 1e9;
  for (const auto& list : neighbour_lists(Cell(rows), slab.positions, 3.0, {true, true, false}))
    if (!list.empty()) best = std::min(best, list[0].distance);
  return best;
}

Crystal sample(const std::string& name) {
  for (const Sample& s : samples())
    if (s.name == name) return load_text(cif_text(s));
  FAIL("no sample " << name);
  return {};
}

}  // namespace

TEST_CASE("A symmetric slab looks the same from both sides") {
  for (const char* name : {"SrTiO3", "TiO2", "CaCO3", "LiFePO4", "ZrO2"}) {
    const Crystal crystal = sample(name);
    for (const Miller hkl : {Miller{0, 0, 1}, Miller{1, 1, 0}, Miller{1, 0, 1}})
      for (const Termination& t : list_terminations(crystal, hkl)) {
        INFO(name << " " << hkl.h << " " << hkl.k << " " << hkl.l << " termination " << t.index);
        const Slab slab = cut_symmetric_slab(crystal, hkl, t, 2);
        CHECK(slab.thickness >= 2 * surface_lattice(crystal, hkl).spacing - 1e-3);
        CHECK(slab.thickness < 3 * surface_lattice(crystal, hkl).spacing);
        CHECK(alike(profile(slab, false), profile(slab, true)));
        if (t.symmetric) CHECK(slab.size() == cut_slab(crystal, hkl, t, 2).size());
      }
  }
  const Crystal sto = sample("SrTiO3");
  const auto list = list_terminations(sto, {0, 0, 1});
  CHECK(cut_symmetric_slab(sto, {0, 0, 1}, list[0], 2).size() != 10);  // one plane more than whole repeats
  CHECK_THROWS_WITH(cut_symmetric_slab(sample("ZnO"), {0, 0, 1}, list_terminations(sample("ZnO"), {0, 0, 1})[0], 2), Catch::Contains("turns this face over"));
}

TEST_CASE("Half of the bottom plane moved to the top takes the dipole of LiCoO2 (003) and (012) and LiF (111) away") {
  struct Row {
    const char* name;
    Miller hkl;
  };
  for (const Row& row : {Row{"LiCoO2", {0, 0, 3}}, Row{"LiCoO2", {0, 1, 2}}, Row{"LiF", {1, 1, 1}}}) {
    const Crystal crystal = load_crystal(row.name);
    int done = 0;
    for (const Termination& t : list_terminations(crystal, row.hkl))
      try {
        INFO(row.name << " termination " << t.index);
        const Slab polar = cut_slab(crystal, row.hkl, t, 3), slab = cut_compensated_slab(crystal, row.hkl, t, 3);
        ++done;
        CHECK(std::abs(dipole(crystal, polar)) / polar.area() > 0.4);
        CHECK(dipole(crystal, slab) / slab.area() == Approx(0.0).margin(0.01));
        const double cells = slab.area() / polar.area();
        CHECK(cells == Approx(std::round(cells)));
        CHECK(slab.size() == static_cast<std::size_t>(std::lround(cells)) * polar.size());
        CHECK(to_string(reduced(formula_of(slab.elements))).size() == to_string(reduced(formula_of(polar.elements))).size());
        CHECK(shortest_distance(slab) == Approx(shortest_distance(polar)).epsilon(1e-6));  // the moved half stands where the bulk would go on
      } catch (const Error& error) {
        CHECK_THAT(std::string(error.what()), Catch::Contains("does not cancel"));
      }
    CHECK(done >= 1);
  }
}

TEST_CASE("A face without a dipole has nothing to compensate, zero repeats are refused") {
  const Crystal lco = load_crystal("LiCoO2");
  CHECK_THROWS_AS(cut_compensated_slab(lco, {1, 0, 4}, list_terminations(lco, {1, 0, 4})[0], 2), Error);
  CHECK_THROWS_AS(cut_slab(lco, {1, 0, 4}, list_terminations(lco, {1, 0, 4})[0], 0), Error);
  CHECK_THROWS_AS(list_terminations(lco, {0, 0, 0}), Error);
  CHECK_THROWS_AS(repeats_for(lco, {1, 0, 4}, -1.0), Error);
  CHECK(repeats_for(lco, {1, 0, 4}, 20.0) == 10);
}
