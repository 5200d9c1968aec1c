// python: the skin over the C++ library. No science here; arrays are copied once at the border.
#pragma once
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include <algorithm>
#include <string>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella::python {

namespace nb = nanobind;

using Doubles = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<const int, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// A numpy array that owns a copy of `values`.
template <class T>
nb::ndarray<nb::numpy, T> array(const std::vector<T>& values, const std::vector<std::size_t>& shape) {
  T* data = new T[values.size()];
  std::copy(values.begin(), values.end(), data);
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return nb::ndarray<nb::numpy, T>(data, shape.size(), shape.data(), owner);
}
template <class T>
nb::ndarray<nb::numpy, T> array(const std::vector<T>& values) {
  return array(values, {values.size()});
}
/// n x 3.
nb::ndarray<nb::numpy, double> vectors(const std::vector<Cartesian>& positions);
/// 3 x 3, rows are the vectors.
nb::ndarray<nb::numpy, double> matrix(const Mat3& rows);

/// These throw Error (bad_input) for a wrong shape or an unknown element.
Cell cell_of(const Doubles& rows);
std::vector<Cartesian> positions_of(const Doubles& xyz, std::size_t atoms);
std::vector<Element> elements_of(const Numbers& numbers);
Structure structure_of(const Numbers& numbers, const Doubles& xyz, const Doubles& cell);

void bind_observables(nb::module_& m);

}  // namespace lamella::python
