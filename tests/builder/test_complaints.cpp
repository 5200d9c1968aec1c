// What users of other programs report (docs/complaints.md lists all, with the tests elsewhere), on finished stacks.
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "builder/build_folder.hpp"
#include "builder/stack.hpp"
#include "export/lammps_input.hpp"
#include "export/read_lammps_data.hpp"
#include "export/structure_files.hpp"
#include "lattice/crystal.hpp"
#include "lattice/read_structure.hpp"

using namespace lamella;

namespace {

Stack built(const std::string& cell, const std::string& layers) { return build_stack(parse_specification("seed = 1\n[cell]\n" + cell + layers, "spec.toml", "."), {}); }

std::string layer(const std::string& name, const std::string& crystal, const std::string& miller, double thickness) {
  return fmt::format("[[layer]]\nname = \"{}\"\ncrystal = \"{}\"\nmiller = {}\nthickness = {}\n", name, crystal, miller, thickness);
}

const std::string hexagonal = "max_area = 120.0\nmax_strain = 0.05\nmin_length = 2.0\n";

Stack hexagonal_stack() { return built(hexagonal, layer("cathode", "LiCoO2", "[0, 0, 1]", 9.0) + layer("salt", "LiF", "[1, 1, 1]", 9.0)); }

}  // namespace

TEST_CASE("left-handed cells are refused and no POSCAR has one: VASP rejects them (catgo-LRG 484)") {
  Mat3 left = Mat3::Identity();
  left.row(0) *= -1.0;
  CHECK_THROWS_AS(Cell(left), Error);
  for (const char* miller : {"[1, 0, 4]", "[-1, 0, -4]", "[0, 1, 2]", "[1, -1, 1]", "[-1, -1, 0]"}) {
    INFO(miller);
    const Stack stack = built("max_area = 60.0\nmin_length = 0.0\nboundary = \"vacuum\"\n", layer("cathode", "LiCoO2", miller, 8.0));
    const Structure back = parse_poscar(poscar_text(stack.assembled.structure, stack_types(stack), ""), "POSCAR");
    CHECK(back.cell.rows().determinant() > 0.0);
    for (const LayerMatch& match : stack.match.layers) CHECK(match.matrix.determinant() > 0);
  }
}

TEST_CASE("no atom is missing near a face: as many per volume as in the crystal (MPInterfaces 17, supercell-core 7)") {
  for (const char* crystal : {"LiCoO2", "Li6PS5Cl", "LiF", "Al2O3", "Li3PO4", "Li3PS4"})
    for (const char* miller : {"[1, 0, 0]", "[1, 1, 0]", "[1, 1, 1]", "[0, 1, 2]"}) {
      INFO(crystal << " " << miller);
      const Stack stack = built("max_area = 400.0\nmin_length = 0.0\nmax_atoms = 100000\nboundary = \"vacuum\"\n", layer("one", crystal, miller, 15.0));
      const Crystal bulk = load_crystal(crystal);
      const double expected = static_cast<double>(bulk.cell.size()) / bulk.cell.cell.volume() * stack.match.area * stack.layers[0].thickness;
      CHECK(static_cast<double>(stack.audit.atoms) == Approx(expected).epsilon(1e-9));
    }
}

TEST_CASE("a thickness that was asked for is reached, within one repeat (ARTEMIS 2, pymatgen 3411)") {
  for (const double thickness : {0.5, 3.0, 9.9, 20.0, 33.3}) {
    const Stack stack = built("max_area = 60.0\nmin_length = 0.0\nboundary = \"vacuum\"\n", layer("salt", "LiF", "[1, 0, 0]", thickness));
    CHECK(stack.layers[0].thickness >= thickness - 1e-9);
    CHECK(stack.layers[0].thickness < thickness + 2.013 + 1e-9);
  }
}

TEST_CASE("cells of 60 and 120 degrees stay on the legal side of LAMMPS's tilt limit (lammps 3505, pyiron_atomistics 616)") {
  const Stack stack = hexagonal_stack();
  const Mat3& rows = stack.assembled.structure.cell.rows();
  CHECK(std::abs(std::abs(rows(1, 0)) - 0.5 * rows(0, 0)) < 1e-9);  // a hexagonal cell it is
  const std::string data = lammps_data_text(stack.assembled.structure, stack_types(stack), "");
  const Mat3 back = parse_lammps_data(data, "stack.data").cell.rows();
  CHECK(std::abs(back(1, 0)) <= 0.5 * back(0, 0));
  CHECK(data.find("box tilt large") == std::string::npos);
}

TEST_CASE("one order of types in data file, POSCAR and pair_coeff, the model's where one is given (dpdata 740, pySED 19)") {
  Stack stack = built("max_area = 120.0\nmin_length = 0.0\nboundary = \"vacuum\"\n", layer("electrolyte", "Li6PS5Cl", "[1, 0, 0]", 8.0));
  for (const std::vector<std::string>& order : {std::vector<std::string>{}, {"S", "Li", "F", "Cl", "P"}, {"P", "Cl", "S", "Li"}}) {
    stack.specification.types = order;
    const TypeMap types = stack_types(stack);
    if (!order.empty()) CHECK(types.names() == fmt::format("{}", fmt::join(order, " ")));
    const Structure& structure = stack.assembled.structure;
    const Structure data = parse_lammps_data(lammps_data_text(structure, types, ""), "stack.data"), poscar = parse_poscar(poscar_text(structure, types, ""), "POSCAR");
    CHECK(data.elements == structure.elements);  // atom by atom, in the order of the stack
    std::vector<Element> sorted = structure.elements;
    std::stable_sort(sorted.begin(), sorted.end(), [&](Element a, Element b) { return types.type_of(a) < types.type_of(b); });
    CHECK(poscar.elements == sorted);  // never by electronegativity
    CHECK(protocol_input(Protocol::relax, types, {}).find("pair_coeff * * " + types.names()) != std::string::npos);
  }
}

TEST_CASE("files and structure share one frame, nothing is turned or sorted on the way (pymatgen 1812, pySED 48)") {
  const Stack stack = hexagonal_stack();
  const Structure& structure = stack.assembled.structure;
  for (const Structure& back : {parse_extxyz(extxyz_text(structure), "stack.extxyz"), parse_lammps_data(lammps_data_text(structure, stack_types(stack), ""), "stack.data")}) {
    CHECK((back.cell.rows() - structure.cell.rows()).cwiseAbs().maxCoeff() < 1e-9);
    CHECK(back.elements == structure.elements);
    double worst = 0.0;
    for (std::size_t i = 0; i < structure.size(); ++i) worst = std::max(worst, (back.positions[i] - structure.positions[i]).norm());
    CHECK(worst < 1e-9);
  }
}
