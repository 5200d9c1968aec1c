#pragma once
// Random stacks for the exporters' tests: a few named layers in a restricted triclinic cell, tilted in every direction.
#include <string>

#include "base/random.hpp"
#include "lattice/structure.hpp"

namespace lamella::testing {

inline Structure random_stack(std::uint64_t seed, std::size_t atoms = 0) {
  RandomStream random(seed, "test/export/stack");
  Structure stack;
  Mat3 rows = Mat3::Zero();
  const double scale = atoms ? std::cbrt(static_cast<double>(atoms) / 20.0) : 1.0;
  rows(0, 0) = scale * random.uniform(3.0, 15.0);
  rows(1, 1) = scale * random.uniform(3.0, 15.0);
  rows(2, 2) = scale * random.uniform(8.0, 40.0);
  // Every fourth cell sits on the 60 or 120 degree limit with a = b, a third of the rest is tilted along c as well.
  if (seed % 4 == 0) {
    rows(1, 0) = (seed % 8 ? 0.5 : -0.5) * rows(0, 0);
    rows(1, 1) = std::sqrt(0.75) * rows(0, 0);
  } else {
    rows(1, 0) = random.uniform(-0.5, 0.5) * rows(0, 0);
    if (seed % 3 == 0) {
      rows(2, 0) = random.uniform(-0.5, 0.5) * rows(0, 0);
      rows(2, 1) = random.uniform(-0.5, 0.5) * rows(1, 1);
    }
  }
  stack.cell = Cell(rows);
  static const std::vector<std::vector<std::string>> kinds = {{"Li", "Co", "O"}, {"Li", "F"}, {"Li", "P", "S", "Cl"}};
  const std::size_t layers = 1 + random.below(4);
  const std::size_t count = atoms ? atoms : layers + random.below(60);
  for (std::size_t k = 0; k < layers; ++k) stack.layer_names.push_back("layer-" + std::string(1, static_cast<char>('a' + k)));
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t layer = i * layers / count;
    const auto& symbols = kinds[(layer + seed) % kinds.size()];
    stack.elements.push_back(Element::from_symbol(symbols[random.below(symbols.size())]));
    const double z = (static_cast<double>(layer) + random.uniform()) / static_cast<double>(layers);
    stack.positions.push_back(stack.cell.to_cartesian({random.uniform(-0.2, 1.2), random.uniform(-0.2, 1.2), z}));
    stack.layer_of.push_back(static_cast<int>(layer));
  }
  return stack;
}

}  // namespace lamella::testing
