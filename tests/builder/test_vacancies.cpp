#include <catch2/catch.hpp>

#include <algorithm>
#include <map>

#include "base/error.hpp"
#include "builder/stack.hpp"
#include "builder/vacancies.hpp"
#include "lattice/crystal.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

/// An argyrodite (100) slab with its sites, as build_stack cuts it.
CrystallineLayer argyrodite(double thickness = 19.0) {
  Specification specification;
  LayerSpecification layer;
  layer.name = "electrolyte";
  layer.crystal = "Li6PS5Cl";
  layer.miller = {1, 0, 0};
  layer.thickness = thickness;
  return cut_layer(layer, specification);
}

std::map<std::string, long> counts(const Slab& slab) {
  std::map<std::string, long> found;
  for (Element e : slab.elements) ++found[e.symbol()];
  return found;
}

double charge(const Slab& slab) {
  double sum = 0.0;
  for (Element e : slab.elements) sum += common_charge(e);
  return sum;
}

VacancySpecification lithium(double fraction) {
  VacancySpecification v;
  v.species = Element::from_symbol("Li");
  v.fraction = fraction;
  return v;
}

}  // namespace

TEST_CASE("vacancies by fraction and by count take what was asked and nothing else, other seeds other ions") {
  const CrystallineLayer layer = argyrodite();
  std::map<std::string, long> before = counts(layer.slab);
  Slab slab = layer.slab, again = layer.slab, other = layer.slab;
  const auto result = remove_vacancies(slab, "electrolyte", {lithium(0.1)}, 1, layer.sites).at(0);
  CHECK(result.removed == std::lround(0.1 * static_cast<double>(before["Li"])));
  CHECK(result.charge == -static_cast<double>(result.removed));
  CHECK(charge(slab) == -static_cast<double>(result.removed));
  before["Li"] -= result.removed;
  CHECK(counts(slab) == before);
  remove_vacancies(again, "electrolyte", {lithium(0.1)}, 1, layer.sites);
  remove_vacancies(other, "electrolyte", {lithium(0.1)}, 2, layer.sites);
  CHECK(again.positions == slab.positions);
  CHECK(other.positions != slab.positions);
  VacancySpecification seven = lithium(0.0);
  seven.count = 7;
  Slab counted = layer.slab;
  CHECK(remove_vacancies(counted, "electrolyte", {seven}, 1, layer.sites).at(0).removed == 7);
  seven.count = 1000000;
  CHECK_THROWS_WITH(remove_vacancies(counted, "electrolyte", {seven}, 1, layer.sites), Catch::Contains("more vacancies than ions"));
}

TEST_CASE("vacancies of a depth region stay in it") {
  const CrystallineLayer layer = argyrodite();
  VacancySpecification top = lithium(0.5);
  top.from = 0.5;
  Slab slab = layer.slab;
  const auto result = remove_vacancies(slab, "electrolyte", {top}, 3, layer.sites).at(0);
  long below_before = 0, below_after = 0;
  for (std::size_t i = 0; i < layer.slab.size(); ++i) below_before += layer.slab.positions[i].z() < 0.5 * slab.thickness;
  for (std::size_t i = 0; i < slab.size(); ++i) below_after += slab.positions[i].z() < 0.5 * slab.thickness;
  CHECK(below_before == below_after);
  CHECK(result.of < counts(layer.slab)["Li"]);
  CHECK(result.removed > 0);
}

TEST_CASE("vacancies of a site take ions of that site alone, copies of a slab included") {
  const CrystallineLayer layer = argyrodite();
  Slab big = layer.slab;  // two copies, as onto_common_cell and tiling make them
  for (std::size_t i = 0; i < layer.slab.size(); ++i) {
    big.elements.push_back(layer.slab.elements[i]);
    big.positions.push_back(layer.slab.positions[i] + Cartesian(layer.slab.plane(0, 0), layer.slab.plane(0, 1), 0.0));
  }
  big.plane.row(0) *= 2.0;
  long free = 0;
  for (const SlabSite& site : layer.sites) free += site.label == "S2";
  REQUIRE(free > 0);
  VacancySpecification sulphur;
  sulphur.species = Element::from_symbol("S");
  sulphur.site = "S2";
  sulphur.fraction = 1.0;
  const auto result = remove_vacancies(big, "electrolyte", {sulphur}, 1, layer.sites).at(0);
  CHECK(result.removed == 2 * free);
  // What is left is the sulphur of PS4: four to each phosphorus.
  CHECK(counts(big)["S"] == 4 * counts(big)["P"]);
  sulphur.site = "S3";
  CHECK_THROWS_WITH(remove_vacancies(big, "electrolyte", {sulphur}, 1, layer.sites), Catch::Contains("no such site") && Catch::Contains("S1"));
}

TEST_CASE("vacancies of a site in a stack: strained, on a larger cell, repeated, PS4 stays whole") {
  const Stack stack = build_stack(parse_specification(R"(seed = 4
[cell]
max_area = 250.0
min_length = 13.0
boundary = "vacuum"
repeat = [2, 1]
[[layer]]
name = "electrolyte"
crystal = "Li6PS5Cl"
miller = [1, 0, 0]
thickness = 9.0
vacancies = [ { species = "S", site = "S2", fraction = 1.0, charge = "report" } ]
)", "spec.toml", "."), {});
  const Structure& structure = stack.assembled.structure;
  const auto number = [&](const char* symbol) { return std::count(structure.elements.begin(), structure.elements.end(), Element::from_symbol(symbol)); };
  CHECK(number("P") >= 16);
  CHECK(number("S") == 4 * number("P"));
  const NeighbourGrid grid(structure.cell, structure.positions, 2.4);
  for (std::size_t i = 0; i < structure.size(); ++i) {
    if (structure.elements[i].symbol() != "P") continue;
    std::vector<Neighbour> near;
    grid.around_point(structure.positions[i], near);
    CHECK(std::count_if(near.begin(), near.end(), [&](const Neighbour& n) { return structure.elements[static_cast<std::size_t>(n.index)].symbol() == "S"; }) == 4);
  }
}

TEST_CASE("charge policy: counter-ions keep the layer neutral and PS4 whole") {
  const CrystallineLayer layer = argyrodite();
  VacancySpecification v = lithium(0.1);
  v.charge = "counter-ions";
  Slab slab = layer.slab;
  const auto result = remove_vacancies(slab, "electrolyte", {v}, 5, layer.sites).at(0);
  CHECK(result.counter.symbol() == "Cl");  // the least charge of what is free
  CHECK(result.counter_removed == result.removed);
  CHECK(charge(slab) == 0.0);
  CHECK(result.charge == 0.0);
  v.counter = "S";
  v.count = 6;
  slab = layer.slab;
  const auto with_sulphur = remove_vacancies(slab, "electrolyte", {v}, 5, layer.sites).at(0);
  CHECK(with_sulphur.counter_removed == 3);
  CHECK(charge(slab) == 0.0);
  std::size_t bonded = 0;
  for (const SlabSite& site : layer.sites) bonded += site.label == "S1";
  CHECK(counts(slab)["S"] >= static_cast<long>(bonded));
  v.count = 7;
  CHECK_THROWS_WITH(remove_vacancies(slab, "electrolyte", {v}, 5, layer.sites), Catch::Contains("multiple of 2"));
  v.counter = "P";
  CHECK_THROWS_AS(remove_vacancies(slab, "electrolyte", {v}, 5, layer.sites), Error);
}

TEST_CASE("charge policy: none is silent, report warns, the net charge is in the audit either way") {
  const std::string text = R"(seed = 4
[cell]
max_area = 120.0
max_strain = 0.02
boundary = "vacuum"
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 0, 0]
thickness = 8.0
vacancies = [ { species = "Li", fraction = 0.1, charge = "POLICY" } ]
)";
  const auto built = [&](const std::string& policy) {
    std::string words = text;
    words.replace(words.find("POLICY"), 6, policy);
    return build_stack(parse_specification(words, "spec.toml", "."), {});
  };
  const Stack none = built("none"), report = built("report"), neutral = built("counter-ions");
  CHECK(none.warnings.empty());
  REQUIRE(report.warnings.size() == 1);
  CHECK_THAT(report.warnings[0], Catch::Contains("without counter-ions"));
  CHECK(none.audit.net_charge == -static_cast<double>(none.layers[0].vacancies[0].removed));
  CHECK(report.audit.net_charge == none.audit.net_charge);
  CHECK(neutral.audit.net_charge == 0.0);
}
