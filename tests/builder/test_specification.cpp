#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "builder/specification.hpp"

using namespace lamella;

namespace {

const std::string paper = R"(title = "LCO | a-LiF 10 A | LPSCl, 10 % Li vacancies"
seed  = 1
[cell]
max_area = 1000.0
max_strain = 0.03
max_atoms = 6000
strain = "stiffness"
pick = "least-strain"
min_length = 8.0
boundary = "periodic"
gap = 2.0
[[layer]]
name = "cathode"
crystal = "LiCoO2"
miller = [1, 0, 4]
thickness = 20.0
termination = "auto"
[[layer]]
name = "coating"
amorphous = "LiF"
thickness = 10.0
quench = { potential = "buckingham", melt = 2500.0, hold = 5.0, rate = 1.0e13, final = 300.0 }
[[layer]]
name = "electrolyte"
crystal = "Li6PS5Cl"
miller = [1, 0, 0]
thickness = 20.0
vacancies = [ { species = "Li", fraction = 0.10 } ]
)";

Specification parsed(const std::string& text, const std::vector<std::string>& overrides = {}) { return parse_specification(text, "spec.toml", ".", overrides); }

std::string error_of(const std::string& text, const std::vector<std::string>& overrides = {}) {
  try {
    parsed(text, overrides);
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::bad_input);
    return error.what();
  }
  return "";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
  const std::size_t at = text.find(from);
  REQUIRE(at != std::string::npos);
  return text.replace(at, from.size(), to);
}

}  // namespace

TEST_CASE("the contract's specification is read as it stands") {
  const Specification s = parsed(paper);
  REQUIRE(s.layers.size() == 3);
  CHECK(s.cell.max_strain == 0.03);
  CHECK(s.layers[0].miller == Miller{1, 0, 4});
  CHECK_FALSE(s.layers[0].termination.has_value());
  CHECK(s.layers[1].amorphous == "LiF");
  CHECK(s.layers[1].quench.rate == 1e13);
  REQUIRE(s.layers[2].vacancies.size() == 1);
  CHECK(s.layers[2].vacancies[0].fraction == 0.1);
}

TEST_CASE("the canonical text is a fixed point and keeps every value") {
  const std::string once = specification_text(parsed(paper, {"coating.quench.rate=3e12", "electrolyte.termination=2", "cell.gap=2.2"}));
  const Specification again = parsed(once);
  CHECK(specification_text(again) == once);
  CHECK(again.layers[1].quench.rate == 3e12);
  CHECK(again.layers[2].termination == 2);
  CHECK(again.cell.gap == 2.2);
  CHECK(again.title == parsed(paper).title);
}

TEST_CASE("overrides change keys, quench keys, vacancies and the seed") {
  const Specification s = parsed(paper, {"coating.thickness=5", "electrolyte.vacancies.Li=0.2", "electrolyte.vacancies.S=0.05", "seed=9", "coating.quench.melt=3000"});
  CHECK(s.layers[1].thickness == 5.0);
  CHECK(s.layers[1].quench.melt == 3000.0);
  CHECK(s.seed == 9);
  REQUIRE(s.layers[2].vacancies.size() == 2);
  CHECK(s.layers[2].vacancies[0].fraction == 0.2);
  CHECK(s.layers[2].vacancies[1].species.symbol() == "S");
}

TEST_CASE("every further key is read, written out, and reached by --set") {
  const Specification s = parsed(paper, {"cell.gap=radii", "cell.registry=scan", "cathode.slab=symmetric", "cathode.repeats=3", "cathode.coating=true", "coating.shift=[0.5,0.25]",
                                         "electrolyte.anion_disorder=0.25", "electrolyte.vacancies.Li.charge=counter-ions", "electrolyte.vacancies.Li.counter=Cl",
                                         "electrolyte.vacancies.Li.site=Li1", "electrolyte.vacancies.Li.from=0.5", "electrolyte.vacancies.S.count=3"});
  CHECK(s.cell.gap_from_radii);
  CHECK(s.layers[0].slab == SlabKind::symmetric);
  CHECK(s.layers[0].repeats == 3);
  CHECK(s.layers[0].coating);
  CHECK((*s.layers[1].shift)[1] == 0.25);
  CHECK(s.layers[2].anion_disorder == 0.25);
  CHECK(s.layers[2].vacancies[0].fraction == 0.1);
  CHECK(s.layers[2].vacancies[0].charge == "counter-ions");
  CHECK(s.layers[2].vacancies[0].counter == "Cl");
  CHECK(s.layers[2].vacancies[0].site == "Li1");
  CHECK(s.layers[2].vacancies[0].from == 0.5);
  CHECK(*s.layers[2].vacancies[1].count == 3);
  const std::string once = specification_text(s);
  CHECK(specification_text(parsed(once)) == once);
  CHECK_THAT(error_of(paper, {"electrolyte.vacancies.Li.charge=neutral"}), Catch::Contains("counter-ions"));
  CHECK_THAT(error_of(paper, {"electrolyte.vacancies.Li.sites=Li1"}), Catch::Contains("did you mean 'site'?"));
  CHECK_THAT(error_of(paper, {"electrolyte.vacancies.Li.counter=Cl"}), Catch::Contains("charge = \"counter-ions\""));
  CHECK_THAT(error_of(paper, {"cathode.slap=symmetric"}), Catch::Contains("did you mean 'slab'?"));
  CHECK_THAT(error_of(paper, {"cathode.coating=true", "electrolyte.coating=true"}), Catch::Contains("second coating"));
  CHECK_THAT(error_of(paper, {"cell.registry=scanned"}), Catch::Contains("did you mean 'scan'?"));
}

TEST_CASE("errors name the key, the value, the range and the nearest word") {
  CHECK_THAT(error_of(replaced(paper, "max_area", "max_aera")), Catch::Contains("max_aera") && Catch::Contains("did you mean 'max_area'"));
  CHECK_THAT(error_of(replaced(paper, "max_strain = 0.03", "max_strain = 3")), Catch::Contains("cell.max_strain") && Catch::Contains("got 3") && Catch::Contains("0 to 0.3"));
  CHECK_THAT(error_of(replaced(paper, "fraction = 0.10", "fraction = 1.5")), Catch::Contains("vacancies.fraction") && Catch::Contains("0 to 1"));
  CHECK_THAT(error_of(replaced(paper, "\"least-strain\"", "\"least-stain\"")), Catch::Contains("least-strain"));
  CHECK_THAT(error_of(replaced(paper, "miller = [1, 0, 4]", "miller = [0, 0, 0]")), Catch::Contains("miller"));
  CHECK_THAT(error_of(replaced(paper, "name = \"coating\"", "name = \"cathode\"")), Catch::Contains("used twice"));
  CHECK_THAT(error_of(replaced(paper, "amorphous = \"LiF\"", "amorphous = \"LiQz\"")), Catch::Contains("Qz"));
  CHECK_THAT(error_of(replaced(paper, "strain = \"stiffness\"", "strain = \"anode\"")), Catch::Contains("cell.strain"));
  CHECK_THAT(error_of("title = \n"), Catch::Contains("spec.toml:1"));
  CHECK_THAT(error_of("title = \"empty\"\n"), Catch::Contains("no crystalline layer"));
  CHECK_THAT(error_of(paper, {"coting.thickness=5"}), Catch::Contains("coating"));
  CHECK_THAT(error_of(paper, {"coating.thikness=5"}), Catch::Contains("thickness"));
  CHECK_THAT(error_of(paper, {"coating"}), Catch::Contains("KEY=VALUE"));
}
