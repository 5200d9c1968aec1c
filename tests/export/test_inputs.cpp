#include <catch2/catch.hpp>
#include <cstdlib>
#include <filesystem>
#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"
#include "export/deepmd_input.hpp"
#include "export/dpgen.hpp"
#include "export/plot.hpp"
#include "export/vasp.hpp"
#include "stacks.hpp"

using namespace lamella;
namespace fs = std::filesystem;

TEST_CASE("sel leaves room over the most crowded atom, by brute force over images") {
  const Structure stack = testing::random_stack(6);
  const TypeMap types = TypeMap::from_structure(stack);
  const double rcut = 5.0;
  std::vector<int> most(types.size(), 0);
  for (std::size_t i = 0; i < stack.size(); ++i) {
    std::vector<int> count(types.size(), 0);
    for (std::size_t j = 0; j < stack.size(); ++j)
      for (int p = -4; p <= 4; ++p)
        for (int q = -4; q <= 4; ++q)
          for (int r = -4; r <= 4; ++r) {
            const Vec3 d = stack.positions[j].vec() - stack.positions[i].vec() + p * stack.cell.a() + q * stack.cell.b() + r * stack.cell.c();
            if ((i != j || p || q || r) && d.norm() < rcut) ++count[static_cast<std::size_t>(types.type_of(stack.elements[j])) - 1];
          }
    for (std::size_t k = 0; k < most.size(); ++k) most[k] = std::max(most[k], count[k]);
  }
  const auto sel = selection(std::vector<Structure>{stack}, types, rcut);
  for (std::size_t k = 0; k < sel.size(); ++k) {
    CHECK(sel[k] >= 1.25 * most[k]);
    CHECK(sel[k] <= 1.25 * most[k] + 5);
    CHECK(sel[k] % 4 == 0);
  }
}

TEST_CASE("DP-GEN explores the pair interfaces before the coated one, up to 900 K and 1000 bar, never isotropically") {
  const Structure stack = testing::random_stack(6);
  const TypeMap types = TypeMap::from_structure(stack);
  TrainingOptions training;
  training.sel.assign(types.size(), 20);
  const auto param = dpgen_param(types, {{"ab", {"ab/POSCAR"}, "init/ab", false}, {"abc", {"abc/POSCAR"}, "", true}}, deepmd_input(types, training), {});
  bool coated = false;
  for (const auto& job : param["model_devi_jobs"]) {
    CHECK(job["ensemble"] == "npt-a");
    if (job["sys_idx"][0] == 1) coated = true;
    else CHECK_FALSE(coated);
  }
  CHECK(coated);
  CHECK(param["model_devi_jobs"].back()["temps"][0] == 900.0);
  CHECK(param["model_devi_jobs"].back()["press"].back() == 1000.0);
  CHECK(param["fp_pp_files"].size() == param["type_map"].size());
  CHECK(param["init_data_sys"].size() == 1);
}

TEST_CASE("the Hubbard script writes the LDAU lines of its own POSCAR and none without Co") {
  const fs::path folder = fs::temp_directory_path() / ("lamella_ldau_" + std::to_string(::getpid()));
  fs::create_directories(folder);
  write_whole_file(folder / "u.sh", hubbard_script());
  for (const auto& [elements, expected] : {std::pair<std::string, std::string>{"Li P S Cl F", ""}, {"Li O F Co", "LDAUL = -1 -1 -1 2\nLDAUU = 0 0 0 5.14\n"}}) {
    write_whole_file(folder / "POSCAR", "t\n1.0\n1 0 0\n0 1 0\n0 0 1\n" + elements + "\n1\nDirect\n0 0 0\n");
    write_whole_file(folder / "INCAR", "ENCUT = 520\nLDAU = .TRUE.\nLDAUL = -1 2 -1\nLMAXMIX = 4\nSIGMA = 0.05\n");
    REQUIRE(std::system(("cd " + folder.string() + " && sh u.sh").c_str()) == 0);
    const std::string incar = read_whole_file(folder / "INCAR");
    CHECK(incar.find("ENCUT = 520\nSIGMA = 0.05\n") == 0);
    CHECK((expected.empty() ? incar.find("LDAU") == std::string::npos : incar.find(expected) != std::string::npos));
    CHECK(incar.find("LDAUL = -1 2 -1\n") == std::string::npos);
  }
  fs::remove_all(folder);
}

TEST_CASE("axis ticks are round, few, and inside the axis") {
  RandomStream random(3, "test/ticks");
  for (int trial = 0; trial < 500; ++trial) {
    const double low = random.uniform(-1e3, 1e3), high = low + std::pow(10.0, random.uniform(-6, 4));
    const auto ticks = axis_ticks(low, high);
    INFO(low << " " << high);
    CHECK(ticks.size() >= 3);
    CHECK(ticks.size() <= 10);
    CHECK(ticks.front() >= low - 1e-9 * (high - low));
    CHECK(ticks.back() <= high + 1e-9 * (high - low));
  }
  CHECK_FALSE(parity_plot_png({{"energy", "", {}, {}}, {"force", "", {{1, 1, 0}}, {}}}).empty());
}
