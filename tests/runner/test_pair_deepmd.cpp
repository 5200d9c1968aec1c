#include <catch2/catch.hpp>
#include <fmt/format.h>
#include <set>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/random.hpp"
#include "lattice/neighbours.hpp"
#include "runner/engine.hpp"
#include "runner/ghost_neighbours.hpp"
#include "runner/model_deviation.hpp"
#include "runner/pair_settings.hpp"
#include "runner/structure_energy.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

const std::string kModel = std::string(LAMELLA_SOURCE_DIR) + "/structures/potential/first-pass.pb";
const std::vector<std::string> kTypes = {"Li", "Co", "O", "P", "S", "Cl", "F"};

// Every element of the model, some of each, in a tilted box of about 10 A, none closer than 1.6 A.
Structure random_structure(std::uint64_t seed, int atoms, Mat3 rows) {
  Structure structure;
  structure.cell = Cell(rows);
  RandomStream random(seed, "test/pair_deepmd");
  while (static_cast<int>(structure.size()) < atoms) {
    const Cartesian r = structure.cell.to_cartesian(Fractional(random.uniform(), random.uniform(), random.uniform()));
    structure.positions.push_back(r);
    structure.elements.push_back(Element::from_symbol(kTypes[random.below(kTypes.size())]));
    const auto lists = neighbour_lists(structure.cell, structure.positions, 1.6);
    if (!lists.back().empty()) structure.positions.pop_back(), structure.elements.pop_back();
  }
  return structure;
}

Mat3 tilted(double a, double b, double c) {
  Mat3 rows;
  rows << a, 0, 0, 0.2 * a, b, 0, -0.15 * a, 0.3 * b, c;
  return rows;
}

std::string system_lines(const Structure& structure, const std::string& style, const std::string& coeff) {
  const Mat3& h = structure.cell.rows();
  std::string text = fmt::format("units metal\natom_style atomic\natom_modify map array\nbox tilt large\nregion box prism 0 {} 0 {} 0 {} {} {} {} units box\ncreate_box 7 box\n", h(0, 0), h(1, 1),
                                 h(2, 2), h(1, 0), h(2, 0), h(2, 1));
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const int type = 1 + static_cast<int>(std::find(kTypes.begin(), kTypes.end(), structure.elements[i].symbol()) - kTypes.begin());
    const Cartesian r = structure.cell.wrapped(structure.positions[i]);
    text += fmt::format("create_atoms {} single {:.17g} {:.17g} {:.17g} units box\n", type, r.x(), r.y(), r.z());
  }
  text += "mass * 10.0\n";
  return text + "pair_style deepmd " + style + "\npair_coeff " + coeff + "\n";
}

EngineOptions double_precision() {
  EngineOptions options;
  options.precision = Precision::double_;
  options.threads = 1;
  return options;
}

}  // namespace

TEST_CASE("pair_style deepmd gives the evaluator's energy, forces and pressure, in cells large and small") {
  auto evaluator = make_plain_evaluator(load_model(kModel));
  for (const auto& [seed, atoms, rows] : {std::tuple{1, 60, tilted(10, 11, 12)}, {2, 12, tilted(4.5, 7, 5)}}) {
    INFO("seed " << seed);
    const Structure structure = random_structure(seed, atoms, rows);
    const StructureEnergy expected = structure_energy(structure, *evaluator);
    Engine engine(double_precision());
    engine.commands(system_lines(structure, kModel, "* * Li Co O P S Cl F"));
    engine.command("thermo_style custom step pe pxx pyy pzz pxy pxz pyz");
    engine.command("run 0");
    CHECK(engine.thermo("pe") == Approx(expected.energy).epsilon(1e-12));
    const auto forces = engine.forces();
    REQUIRE(forces.size() == expected.forces.size());
    double worst = 0.0;
    for (std::size_t i = 0; i < forces.size(); ++i) worst = std::max(worst, (forces[i].vec() - expected.forces[i].vec()).norm());
    CHECK(worst < 1e-8);
    // bar per eV/A^3; no velocities: pressure is virial / volume.
    const double bar = 1.6021765e6 / structure.cell.volume();
    for (const auto& [keyword, component] : {std::pair{"pxx", 0}, {"pyy", 4}, {"pzz", 8}, {"pxy", 3}, {"pxz", 6}, {"pyz", 7}})
      CHECK(engine.thermo(keyword) == Approx(bar * expected.virial[component]).epsilon(1e-7).margin(1e-3));
  }
}

TEST_CASE("per-atom energies and stresses add up to the whole") {
  const Structure structure = random_structure(3, 40, tilted(9, 9, 10));
  Engine engine(double_precision());
  engine.commands(system_lines(structure, kModel, "* * Li Co O P S Cl F"));
  engine.commands(
      "compute e all pe/atom\ncompute etot all reduce sum c_e\ncompute s all stress/atom NULL\ncompute c all centroid/stress/atom NULL\n"
      "compute st all reduce sum c_s[1] c_s[2] c_s[3] c_s[4]\ncompute ct all reduce sum c_c[1] c_c[2] c_c[3] c_c[4] c_c[7]\n"
      "variable e equal c_etot\nvariable sx equal c_st[1]\nvariable sxy equal c_st[4]\nvariable cx equal c_ct[1]\nvariable cxy equal c_ct[4]\nvariable cyx equal c_ct[5]\n"
      "thermo_style custom step pe pxx pxy vol v_e v_sx v_sxy v_cx v_cxy v_cyx\nrun 0");
  const double volume = engine.thermo("vol");
  CHECK(engine.thermo("v_e") == Approx(engine.thermo("pe")).epsilon(1e-10));
  CHECK(engine.thermo("v_sx") == Approx(-engine.thermo("pxx") * volume).epsilon(1e-8));
  CHECK(engine.thermo("v_cx") == Approx(-engine.thermo("pxx") * volume).epsilon(1e-8));
  CHECK(engine.thermo("v_sxy") == Approx(-engine.thermo("pxy") * volume).epsilon(1e-6));
  CHECK(engine.thermo("v_cxy") == Approx(-engine.thermo("pxy") * volume).epsilon(1e-6));
  CHECK(engine.thermo("v_cyx") == Approx(engine.thermo("v_cxy")).epsilon(1e-6));  // no torque on the whole
}

TEST_CASE("what deepmd-kit takes silently is an error with a reason") {
  const Structure structure = random_structure(4, 10, tilted(8, 8, 8));
  const auto error_of = [&](const std::string& before, const std::string& style, const std::string& coeff) {
    Engine engine(double_precision());
    try {
      engine.commands(before);
      engine.commands(system_lines(structure, style, coeff));
      engine.command("run 0");
    } catch (const Error& error) {
      return std::string(error.what());
    }
    return std::string();
  };
  CHECK(error_of("", kModel, "* * Li Co O P S Cl F").empty());
  CHECK(error_of("", kModel, "* * Li Co O P S Cl").empty());        // types past the end are unseen, as in deepmd-kit
  CHECK(error_of("", kModel, "* * Li Co O P S Cl NULL").empty());
  CHECK(error_of("", kModel, "* *").find("order") != std::string::npos);
  CHECK(error_of("", kModel, "* * Li Co O P S Cl Br").find("Br") != std::string::npos);
  CHECK(error_of("", kModel, "1 2 Li Co").find("all types") != std::string::npos);
  CHECK(error_of("newton off", kModel, "* * Li Co O P S Cl F").find("newton on") != std::string::npos);
  CHECK(error_of("", "/no/such/model.pb", "* * Li").find("/no/such/model.pb") != std::string::npos);
  CHECK(error_of("", kModel + " out_frq 10", "* * Li").find("out_freq") != std::string::npos);
  CHECK(error_of("", kModel + " fparam 1.0", "* * Li").find("fparam") != std::string::npos);
}

TEST_CASE("a type named NULL feels and exerts nothing") {
  Structure structure = random_structure(5, 30, tilted(9, 9, 9));
  Engine all(double_precision());
  all.commands(system_lines(structure, kModel, "* * Li Co O P S Cl NULL"));
  all.command("run 0");
  Structure without = structure;
  for (std::size_t i = without.size(); i-- > 0;)
    if (without.elements[i].symbol() == "F") without.elements.erase(without.elements.begin() + i), without.positions.erase(without.positions.begin() + i);
  REQUIRE(without.size() < structure.size());
  Engine fewer(double_precision());
  fewer.commands(system_lines(without, kModel, "* * Li Co O P S Cl F"));
  fewer.command("run 0");
  CHECK(all.thermo("pe") == Approx(fewer.thermo("pe")).epsilon(1e-12));
}

TEST_CASE("a model deviation of two equal models is zero, in deepmd-kit's columns") {
  const fs::path folder = test::fresh_folder("deviation");
  const Structure structure = random_structure(6, 20, tilted(8, 8, 9));
  Engine engine(double_precision());
  const std::string file = (folder / "devi.out").string();
  engine.commands(system_lines(structure, kModel + " " + kModel + " out_freq 2 out_file " + file + " atomic", "* * Li Co O P S Cl F"));
  engine.commands("fix 1 all nve\ntimestep 0.0001\nrun 4");
  const std::string text = read_whole_file(file);
  CHECK(text.starts_with("#       step         max_devi_v         min_devi_v         avg_devi_v         max_devi_f         min_devi_f         avg_devi_f      atm_devi_f(N)\n"));
  CHECK(std::count(text.begin(), text.end(), '\n') == 4);
  CHECK(text.find("\n           2       0.000000e+00") != std::string::npos);
  fs::remove_all(folder);
}

TEST_CASE("the deviations are deepmd-kit's: root mean square over the models, relative to the mean") {
  const std::vector<std::vector<double>> forces = {{1, 0, 0, 0, 0, 0}, {0, 1, 0, 0, 0, 0}, {0, 0, 1, 3, 0, 0}};
  const auto absolute = force_deviation(forces, 2, false, 0);
  CHECK(absolute[0] == Approx(std::sqrt(2.0 / 3.0)));
  CHECK(absolute[1] == Approx(std::sqrt(2.0)));
  const auto relative = force_deviation(forces, 2, true, 0.5);
  CHECK(relative[1] == Approx(std::sqrt(2.0) / 1.5));
  const std::vector<std::array<double, 9>> virials = {{2, 0, 0, 0, 0, 0, 0, 0, 0}, {4, 0, 0, 0, 0, 0, 0, 0, 0}};
  CHECK(virial_deviation(virials, false, 0)[0] == Approx(1.0));
  CHECK(virial_deviation(virials, true, 1.0)[0] == Approx(0.25));
}

TEST_CASE("neighbours of local atoms among ghosts are those that brute force finds") {
  RandomStream random(11, "test/ghosts");
  for (const int points : {1, 2, 50, 700}) {
    const int local = (points + 2) / 3;
    const double edge = points < 100 ? 6.0 : 25.0, cutoff = 4.0;
    std::vector<double> x;
    std::vector<int> types;
    for (int i = 0; i < points; ++i) {
      for (int k = 0; k < 3; ++k) x.push_back(random.uniform(-edge, k == 2 ? 3 * edge : edge));
      types.push_back(random.below(10) == 0 ? -1 : 0);
    }
    GhostNeighbours neighbours;
    neighbours.build(x.data(), types.data(), local, points, cutoff);
    for (int i = 0; i < local; ++i) {
      std::set<int> expected;
      for (int j = 0; j < points; ++j) {
        double r2 = 0;
        for (int k = 0; k < 3; ++k) r2 += (x[3 * i + k] - x[3 * j + k]) * (x[3 * i + k] - x[3 * j + k]);
        if (j != i && types[i] >= 0 && types[j] >= 0 && r2 < cutoff * cutoff) expected.insert(j);
      }
      const int* list = neighbours.lists()[i];
      CHECK(std::set<int>(list, list + neighbours.counts()[i]) == expected);
      CHECK(static_cast<int>(expected.size()) == neighbours.counts()[i]);
    }
  }
}

TEST_CASE("too many and too close neighbours are warnings that name the step and the atoms") {
  const fs::path folder = test::fresh_folder("limits");
  const auto log_of = [&](double spacing, int per_edge, const std::string& name) {
    Structure crowd;  // fluorine on a cubic lattice
    crowd.cell = Cell(Mat3(Mat3::Identity() * spacing * per_edge));
    for (int k = 0; k < per_edge * per_edge * per_edge; ++k) {
      crowd.positions.push_back(Cartesian(spacing * (k % per_edge), spacing * (k / per_edge % per_edge), spacing * (k / per_edge / per_edge)));
      crowd.elements.push_back(Element::from_symbol("F"));
    }
    if (name == "close") crowd.positions[1] = Cartesian(0.7, 0, 0);
    EngineOptions options = double_precision();
    options.log = folder / name;
    Engine engine(options);
    engine.commands(system_lines(crowd, kModel, "* * Li Co O P S Cl F") + "reset_timestep 41\nrun 0");
    return read_whole_file(folder / name);
  };
  const std::string crowded = log_of(1.8, 4, "crowded"), close = log_of(5.0, 2, "close"), fine = log_of(3.0, 3, "fine");
  CHECK_THAT(crowded, Catch::Contains("step 41") && Catch::Contains("beyond the model's sel") && Catch::Contains("atom 1 has") && Catch::Contains("neighbours of F where the model's sel is 76"));
  CHECK_THAT(close, Catch::Contains("step 41") && Catch::Contains("closer than the model was trained for") && Catch::Contains("atoms 1 and 2, 0.7000 A apart"));
  CHECK(fine.find("WARNING: pair_style deepmd") == std::string::npos);
  fs::remove_all(folder);
}
