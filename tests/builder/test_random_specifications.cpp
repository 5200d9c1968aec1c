// Random specifications without a melt: each gives a valid stack or a clear error. A few here; thousands by the slow tests
// (LAMELLA_RANDOM_SPECIFICATIONS, LAMELLA_RANDOM_SEED).
#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <cstdlib>

#include "base/error.hpp"
#include "base/random.hpp"
#include "builder/stack.hpp"
#include "export/structure_files.hpp"
#include "lattice/neighbours.hpp"

using namespace lamella;

namespace {

std::string random_specification(RandomStream& random) {
  const std::vector<std::string> crystals{"LiCoO2", "Li6PS5Cl", "LiF"};
  std::string text = fmt::format("seed = {}\n[cell]\nmax_area = {:.1f}\nmax_strain = {:.3f}\nmax_atoms = 3000\nmin_length = {:.1f}\nboundary = \"{}\"\nregistry = \"{}\"\nstrain = \"{}\"\npick = \"{}\"\n",
                                 random.below(1000), random.uniform(60.0, 300.0), random.uniform(0.01, 0.08), random.uniform(0.0, 8.0),
                                 random.below(4) == 0 ? "vacuum" : "periodic", random.below(5) == 0 ? "scan" : random.below(2) ? "seeded" : "none",
                                 random.below(2) ? "equal" : "stiffness", random.below(2) ? "smallest" : "least-strain");
  const std::uint64_t layers = 1 + random.below(2) + (random.below(10) == 0 ? 1 : 0);
  for (std::uint64_t i = 0; i < layers; ++i) {
    int h = 0, k = 0, l = 0;
    while (h == 0 && k == 0 && l == 0) h = static_cast<int>(random.below(4)) - 1, k = static_cast<int>(random.below(4)) - 1, l = static_cast<int>(random.below(4)) - 1;
    text += fmt::format("[[layer]]\nname = \"l{}\"\ncrystal = \"{}\"\nmiller = [{}, {}, {}]\nthickness = {:.2f}\nvacancies = [ {{ species = \"Li\", fraction = {:.3f} }} ]\n", i,
                        crystals[random.below(3)], h, k, l, random.uniform(1.0, 16.0), random.below(3) ? random.uniform(0.0, 0.5) : 0.0);
  }
  return text;
}

void check_stack(const Stack& stack) {
  const Structure& structure = stack.assembled.structure;
  const std::vector<std::vector<Neighbour>> close = neighbour_lists(structure.cell, structure.positions, 1.2);
  for (const std::vector<Neighbour>& list : close) CHECK(list.empty());
  long atoms = 0;
  for (const LayerRecord& record : stack.layers) {
    atoms += record.atoms;
    CHECK(record.thickness >= record.thickness_requested - 1e-6);
    for (const VacancyResult& v : record.vacancies) CHECK(std::abs(static_cast<double>(v.removed) - v.requested * static_cast<double>(v.of)) <= 0.5 + 1e-9);
  }
  CHECK(atoms == static_cast<long>(structure.size()));
  CHECK(structure.cell.rows().determinant() > 0.0);
  CHECK(std::abs(structure.cell.rows()(0, 1)) < 1e-9);
  CHECK(stack.match.max_strain <= stack.specification.cell.max_strain + 1e-12);
}

}  // namespace

TEST_CASE("random specifications give a valid stack or a clear error") {
  const char* count = std::getenv("LAMELLA_RANDOM_SPECIFICATIONS");
  const char* seed = std::getenv("LAMELLA_RANDOM_SEED");
  const long cases = count ? std::atol(count) : 150;
  const std::uint64_t first = seed ? std::strtoull(seed, nullptr, 10) : 1;
  long built = 0;
  for (long i = 0; i < cases; ++i) {
    RandomStream random(first + static_cast<std::uint64_t>(i), "random specification");
    const std::string text = random_specification(random);
    INFO("case " << first + static_cast<std::uint64_t>(i) << "\n" << text);
    try {
      const Specification specification = parse_specification(text, "random", ".");
      const Stack stack = build_stack(specification, {});
      check_stack(stack);
      ++built;
      if (i % 50 == 0) CHECK(extxyz_text(stack.assembled.structure) == extxyz_text(build_stack(specification, {}).assembled.structure));
    } catch (const Error& error) {
      CHECK(error.failure() == Failure::bad_input);
      CHECK_FALSE(error.text().what.empty());
    }
  }
  CHECK(built > cases / 5);
}
