// python: the skin over the C++ library. No science here; arrays are copied once at the border.
#include <nanobind/nanobind.h>
#include <nanobind/ndarray.h>
#include <nanobind/stl/pair.h>
#include <nanobind/stl/string.h>
#include <nanobind/stl/vector.h>

#include "base/error.hpp"
#include "base/version.hpp"
#include "builder/build_folder.hpp"
#include "builder/manifest.hpp"
#include "builder/stack.hpp"
#include "observe/rdf.hpp"
#include "runner/structure_energy.hpp"

namespace nb = nanobind;
using namespace lamella;

namespace {

using Doubles = nb::ndarray<const double, nb::ndim<2>, nb::c_contig, nb::device::cpu>;
using Numbers = nb::ndarray<const int, nb::ndim<1>, nb::c_contig, nb::device::cpu>;

/// A numpy array that owns a copy of `values`.
template <class T>
nb::ndarray<nb::numpy, T> array(const std::vector<T>& values, std::vector<std::size_t> shape) {
  T* data = new T[values.size()];
  std::copy(values.begin(), values.end(), data);
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<T*>(p); });
  return nb::ndarray<nb::numpy, T>(data, shape.size(), shape.data(), owner);
}

nb::ndarray<nb::numpy, double> vectors(const std::vector<Cartesian>& positions) {
  std::vector<double> flat;
  for (const Cartesian& r : positions) flat.insert(flat.end(), {r.x(), r.y(), r.z()});
  return array(flat, {positions.size(), 3});
}

Cell cell_of(const Doubles& rows) {
  if (rows.shape(0) != 3 || rows.shape(1) != 3) fail_input({"cell", "not 3 x 3", "", "", ""});
  Mat3 m;
  for (int i = 0; i < 9; ++i) m(i / 3, i % 3) = rows.data()[i];
  return Cell(m);
}

std::vector<Cartesian> positions_of(const Doubles& xyz) {
  if (xyz.shape(1) != 3) fail_input({"positions", "not n x 3", "", "", ""});
  std::vector<Cartesian> positions;
  for (std::size_t i = 0; i < xyz.shape(0); ++i) positions.push_back({xyz.data()[3 * i], xyz.data()[3 * i + 1], xyz.data()[3 * i + 2]});
  return positions;
}

Structure structure_of(const Numbers& numbers, const Doubles& xyz, const Doubles& cell) {
  Structure structure;
  structure.cell = cell_of(cell);
  structure.positions = positions_of(xyz);
  if (numbers.shape(0) != structure.positions.size()) fail_input({"numbers", "not one per position", "", "", ""});
  for (std::size_t i = 0; i < numbers.shape(0); ++i) structure.elements.push_back(Element(static_cast<unsigned char>(numbers.data()[i])));
  return structure;
}

struct BuiltStack {
  Stack stack;

  std::string manifest() const { return manifest_json(stack, {}).dump(); }
  const Structure& structure() const { return stack.assembled.structure; }
  nb::ndarray<nb::numpy, int> numbers() const {
    std::vector<int> z;
    for (Element element : structure().elements) z.push_back(element.number());
    return array(z, {z.size()});
  }
  nb::ndarray<nb::numpy, double> cell() const {
    std::vector<double> rows;
    for (int i = 0; i < 9; ++i) rows.push_back(structure().cell.rows()(i / 3, i % 3));
    return array(rows, {3, 3});
  }
  void write(const std::string& folder, bool force) const {
    FolderOptions options;
    options.replace = force;
    write_build_folder(stack, folder, options);
  }
};

BuiltStack build(const std::string& text, const std::string& name, const std::string& folder, const std::vector<std::string>& overrides, bool requench) {
  BuildOptions options;
  options.requench = requench;
  const Specification specification = parse_specification(text, name, folder, overrides);
  nb::gil_scoped_release release;
  return {build_stack(specification, options)};
}

struct Potential {
  std::unique_ptr<Evaluator> evaluator;

  Potential(const std::string& model, const std::string& precision, int threads) {
    if (precision != "double" && precision != "mixed") fail_input({"precision", "unknown word", "'" + precision + "'", "double, mixed", ""});
    evaluator = make_fast_evaluator(load_model(model), precision == "mixed" ? Precision::mixed : Precision::double_, threads);
  }
  nb::dict compute(const Numbers& numbers, const Doubles& xyz, const Doubles& cell) {
    const StructureEnergy result = structure_energy(structure_of(numbers, xyz, cell), *evaluator);
    nb::dict out;
    out["energy"] = result.energy;
    out["forces"] = vectors(result.forces);
    out["virial"] = array(std::vector<double>(result.virial.begin(), result.virial.end()), {3, 3});
    out["atom_energy"] = array(result.atom_energy, {result.atom_energy.size()});
    return out;
  }
};

std::vector<int> atoms_of(const Numbers& numbers, const std::string& symbol) {
  const Element element = Element::from_symbol(symbol);
  std::vector<int> atoms;
  for (std::size_t i = 0; i < numbers.shape(0); ++i)
    if (numbers.data()[i] == element.number()) atoms.push_back(static_cast<int>(i));
  return atoms;
}

nb::tuple rdf(const Numbers& numbers, const std::vector<Doubles>& frames, const std::vector<Doubles>& cells, const std::string& a, const std::string& b, double r_max, int bins) {
  RdfAccumulator accumulator({{a + "-" + b, atoms_of(numbers, a), atoms_of(numbers, b)}}, numbers.shape(0), r_max, bins);
  for (std::size_t f = 0; f < frames.size(); ++f) accumulator.add(cell_of(cells.at(f)), positions_of(frames[f]));
  const RdfResult result = accumulator.result(0);
  return nb::make_tuple(array(result.r, {result.r.size()}), array(result.g, {result.g.size()}));
}

}  // namespace

NB_MODULE(_core, m) {
  nb::exception<Error>(m, "LamellaError", PyExc_RuntimeError);
  m.def("version", [] { return std::string(version()); });
  m.def("build", &build);
  m.def("rdf", &rdf);
  nb::class_<BuiltStack>(m, "BuiltStack")
      .def("manifest", &BuiltStack::manifest)
      .def("layer_names", [](const BuiltStack& s) { return s.structure().layer_names; })
      .def("numbers", &BuiltStack::numbers)
      .def("layers", [](const BuiltStack& s) { return array(s.structure().layer_of, {s.structure().layer_of.size()}); })
      .def("positions", [](const BuiltStack& s) { return vectors(s.structure().positions); })
      .def("cell", &BuiltStack::cell)
      .def("write", &BuiltStack::write);
  nb::class_<Potential>(m, "Potential")
      .def(nb::init<const std::string&, const std::string&, int>())
      .def("type_map", [](const Potential& p) { return p.evaluator->model().type_map; })
      .def("compute", &Potential::compute);
}
