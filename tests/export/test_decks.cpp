#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "export/lammps_input.hpp"
#include "export/vasp.hpp"
#include "stacks.hpp"

using namespace lamella;

namespace {

Structure of(const std::vector<std::string>& symbols) {
  Structure structure;
  structure.cell = Cell::from_parameters(5, 5, 20, 90, 90, 120);
  double z = 0.05;
  for (const auto& symbol : symbols) {
    structure.elements.push_back(Element::from_symbol(symbol));
    structure.positions.push_back(structure.cell.to_cartesian({0.1, 0.2, z}));
    z += 0.05;
  }
  return structure;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("LDAU arrays and POTCAR.spec follow POSCAR's order, absent elements of the model left out") {
  const std::vector<std::string> model = {"Li", "Co", "O", "P", "S", "Cl", "F"};
  const Structure stack = of({"O", "S", "Co", "Li", "Cl", "P"});
  const TypeMap types = TypeMap::from_model(model, stack);
  const std::string incar = incar_text(VaspTask::static_, stack, types);
  CHECK(has(incar, "LDAUL = -1 2 -1 -1 -1 -1\n"));
  CHECK(has(incar, "LDAUU = 0 5.14 0 0 0 0\n"));
  CHECK(has(incar, "LDAUJ = 0 0 0 0 0 0\n"));
  CHECK(potcar_spec_text(stack, types) == "Li_sv\nCo\nO\nP\nS\nCl\n");
  const TypeMap own = TypeMap::from_structure(stack);
  CHECK(has(incar_text(VaspTask::static_, stack, own), "LDAUL = -1 -1 2 -1 -1 -1\n"));
  CHECK_FALSE(has(incar_text(VaspTask::aimd, of({"Li", "F"}), TypeMap::from_structure(of({"Li", "F"}))), "LDAU"));
}

TEST_CASE("every deck keeps the stress, and vacuum brings the dipole correction at the centre of mass") {
  const Structure stack = of({"Li", "F"});
  const TypeMap types = TypeMap::from_structure(stack);
  for (VaspTask task : {VaspTask::relax, VaspTask::static_, VaspTask::aimd}) {
    const std::string incar = incar_text(task, stack, types);
    CHECK(has(incar, "ENCUT = 520\nEDIFF = 1E-5\n"));
    CHECK((has(incar, "ISIF = 2\n") || has(incar, "ISIF = 3\n")));
    CHECK_FALSE(has(incar, "DIPOL"));
  }
  VaspOptions vacuum;
  vacuum.vacuum = true;
  const std::string incar = incar_text(VaspTask::relax, stack, types, vacuum);
  CHECK(has(incar, "ISIF = 2\n"));
  CHECK(has(incar, "IDIPOL = 3\nLDIPOL = .TRUE.\nDIPOL = 0.100000 0.200000 0.08662"));  // (6.94 0.05 + 18.998 0.10) / 25.938
}

TEST_CASE("protocol inputs hold the paper's conditions and their switches") {
  const Structure stack = of({"Li", "Co", "O"});
  const TypeMap types = TypeMap::from_structure(stack);
  const std::string relax = protocol_input(Protocol::relax, types, {});
  CHECK(relax.find("norm max") > relax.find("run ${steps}"));
  CHECK(relax.find("minimize 0.0 0.1") < relax.find("write_data relaxed.data"));
  const std::string reaction = protocol_input(Protocol::reaction, types, {});
  CHECK(has(reaction, "steps        index 2000000\n"));
  CHECK(has(reaction, "temperature  index 300 "));
  CHECK(has(reaction, "pressure_z   index 1000 "));
  CHECK(has(reaction, "pair_coeff * * Li Co O\n"));
  CHECK(has(reaction, "couple none"));
  const std::string diffusion = protocol_input(Protocol::diffusion, types, {});
  CHECK(has(diffusion, "steps        index 10000000\n"));
  CHECK(has(diffusion, "temperature  index 500 "));
  CHECK(has(diffusion, "pressure_z   index 1 "));
  ProtocolOptions options;
  options.steps = 200;
  options.temperature = 450.5;
  options.vacuum = true;
  const std::string vacuum = protocol_input(Protocol::diffusion, types, options);
  CHECK(has(vacuum, "index 200\n"));
  CHECK(has(vacuum, "index 450.5 "));
  CHECK_FALSE(has(vacuum, "pressure_z"));
  options.model = "my model.pb";
  CHECK_THROWS_WITH(protocol_input(Protocol::relax, types, options), Catch::Contains("my model.pb"));
  CHECK_THROWS_WITH(protocol_from_name("difusion"), Catch::Contains("did you mean diffusion"));
  CHECK(lammps_seed(1) == 1);
  CHECK(lammps_seed(0) == 1);
  CHECK(lammps_seed(~0ULL) < 900000000);
}
