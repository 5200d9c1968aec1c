#include <memory>
#include <mutex>

#include "arrays.hpp"
#include "base/error.hpp"
#include "base/version.hpp"
#include "builder/build_folder.hpp"
#include "builder/manifest.hpp"
#include "builder/stack.hpp"
#include "lattice/crystal.hpp"
#include "runner/structure_energy.hpp"

namespace lamella::python {
namespace {

struct BuiltStack {
  Stack stack;

  const Structure& structure() const { return stack.assembled.structure; }
  std::string manifest() const { return manifest_json(stack, {}).dump(); }
  nb::ndarray<nb::numpy, int> numbers() const {
    std::vector<int> z;
    for (Element element : structure().elements) z.push_back(element.number());
    return array(z);
  }
  void write(const std::string& folder, bool force) const {
    FolderOptions options;
    options.replace = force;
    write_build_folder(stack, folder, options);
  }
};

BuiltStack build(const std::string& text, const std::string& name, const std::string& folder, const std::vector<std::string>& overrides, bool requench) {
  const nb::gil_scoped_release others_may_run;
  BuildOptions options;
  options.requench = requench;
  return {build_stack(parse_specification(text, name, folder, overrides), options)};
}

/// One evaluator serves one caller at a time.
class Potential {
 public:
  Potential(const std::string& model, const std::string& precision, int threads) {
    if (precision != "double" && precision != "mixed") fail_input({"precision", "no such precision", "'" + precision + "'", "double, mixed", ""});
    evaluator_ = make_fast_evaluator(load_model(model), precision == "mixed" ? Precision::mixed : Precision::double_, threads);
  }
  std::vector<std::string> type_map() const { return evaluator_->model().type_map; }
  nb::dict compute(const Numbers& numbers, const Doubles& xyz, const Doubles& cell) {
    const Structure structure = structure_of(numbers, xyz, cell);
    const StructureEnergy result = energy_of(structure);
    nb::dict out;
    out["energy"] = result.energy;
    out["forces"] = vectors(result.forces);
    out["virial"] = array(std::vector<double>(result.virial.begin(), result.virial.end()), {3, 3});
    out["atom_energy"] = array(result.atom_energy);
    return out;
  }

 private:
  StructureEnergy energy_of(const Structure& structure) {
    const nb::gil_scoped_release others_may_run;
    const std::lock_guard one_at_a_time(*lock_);
    return structure_energy(structure, *evaluator_);
  }
  std::unique_ptr<Evaluator> evaluator_;
  std::unique_ptr<std::mutex> lock_ = std::make_unique<std::mutex>();
};

}  // namespace

NB_MODULE(_core, m) {
  nb::exception<Error>(m, "LamellaError", PyExc_RuntimeError);
  m.def("version", [] { return std::string(version()); });
  m.def("structures_folder", [] { return structures_folder().string(); });
  m.def("build", &build);
  nb::class_<BuiltStack>(m, "BuiltStack")
      .def("manifest", &BuiltStack::manifest)
      .def("layer_names", [](const BuiltStack& s) { return s.structure().layer_names; })
      .def("numbers", &BuiltStack::numbers)
      .def("layers", [](const BuiltStack& s) { return array(s.structure().layer_of); })
      .def("positions", [](const BuiltStack& s) { return vectors(s.structure().positions); })
      .def("cell", [](const BuiltStack& s) { return matrix(s.structure().cell.rows()); })
      .def("write", &BuiltStack::write);
  nb::class_<Potential>(m, "Potential")
      .def(nb::init<const std::string&, const std::string&, int>())
      .def("type_map", &Potential::type_map)
      .def("compute", &Potential::compute);
  bind_observables(m);
}

}  // namespace lamella::python
