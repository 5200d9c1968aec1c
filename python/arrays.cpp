#include "arrays.hpp"

#include <fmt/format.h>

#include "base/error.hpp"

namespace lamella::python {

nb::ndarray<nb::numpy, double> vectors(const std::vector<Cartesian>& positions) {
  std::vector<double> flat;
  flat.reserve(3 * positions.size());
  for (const Cartesian& r : positions) flat.insert(flat.end(), {r.x(), r.y(), r.z()});
  return array(flat, {positions.size(), 3});
}

nb::ndarray<nb::numpy, double> matrix(const Mat3& rows) {
  std::vector<double> flat;
  for (int i = 0; i < 9; ++i) flat.push_back(rows(i / 3, i % 3));
  return array(flat, {3, 3});
}

Cell cell_of(const Doubles& rows) {
  if (rows.shape(0) != 3 || rows.shape(1) != 3) fail_input({"cell", "wrong shape", fmt::format("{} x {}", rows.shape(0), rows.shape(1)), "3 x 3", ""});
  Mat3 m;
  for (int i = 0; i < 9; ++i) m(i / 3, i % 3) = rows.data()[i];
  return Cell(m);
}

std::vector<Cartesian> positions_of(const Doubles& xyz, std::size_t atoms) {
  if (xyz.shape(0) != atoms || xyz.shape(1) != 3)
    fail_input({"positions", "wrong shape", fmt::format("{} x {}", xyz.shape(0), xyz.shape(1)), fmt::format("{} x 3, one per atom", atoms), ""});
  std::vector<Cartesian> positions;
  positions.reserve(atoms);
  for (std::size_t i = 0; i < atoms; ++i) positions.emplace_back(xyz.data()[3 * i], xyz.data()[3 * i + 1], xyz.data()[3 * i + 2]);
  return positions;
}

std::vector<Element> elements_of(const Numbers& numbers) {
  std::vector<Element> elements;
  for (std::size_t i = 0; i < numbers.shape(0); ++i) {
    const int z = numbers.data()[i];
    if (z < 1 || z > 118) fail_input({fmt::format("atom {}", i), "no such element", fmt::format("{}", z), "1 to 118", ""});
    elements.emplace_back(static_cast<unsigned char>(z));
  }
  return elements;
}

Structure structure_of(const Numbers& numbers, const Doubles& xyz, const Doubles& cell) {
  Structure structure;
  structure.cell = cell_of(cell);
  structure.elements = elements_of(numbers);
  structure.positions = positions_of(xyz, structure.elements.size());
  return structure;
}

}  // namespace lamella::python
