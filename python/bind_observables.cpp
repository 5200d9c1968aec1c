#include <nlohmann/json.hpp>

#include "arrays.hpp"
#include "base/error.hpp"
#include "builder/analyze.hpp"
#include "observe/voids.hpp"

namespace lamella::python {
namespace {

std::vector<int> atoms_of(const std::vector<Element>& elements, const std::string& symbol) {
  const Element element = Element::from_symbol(symbol);
  std::vector<int> atoms;
  for (std::size_t i = 0; i < elements.size(); ++i)
    if (elements[i] == element) atoms.push_back(static_cast<int>(i));
  if (atoms.empty()) fail_input({"element", "no such atoms", symbol, "", ""});
  return atoms;
}

std::array<bool, 3> three(const std::vector<bool>& periodic) {
  if (periodic.size() != 3) fail_input({"pbc", "wrong length", std::to_string(periodic.size()), "3", ""});
  return {periodic[0], periodic[1], periodic[2]};
}

std::vector<Frame> frames_of(std::size_t atoms, const std::vector<Doubles>& positions, const std::vector<Doubles>& cells, const std::vector<bool>& periodic) {
  if (positions.size() != cells.size() || positions.empty()) fail_input({"frames", "none, or not one cell each", std::to_string(positions.size()), "", ""});
  std::vector<Frame> frames(positions.size());
  for (std::size_t f = 0; f < frames.size(); ++f) {
    frames[f].index = static_cast<long>(f);
    frames[f].cell = cell_of(cells[f]);
    frames[f].periodic = three(periodic);
    frames[f].positions = positions_of(positions[f], atoms);
  }
  return frames;
}

nb::tuple rdf(const Numbers& numbers, const std::vector<Doubles>& positions, const std::vector<Doubles>& cells, const std::vector<bool>& periodic, const std::string& a,
              const std::string& b, double r_max, int bins) {
  const std::vector<Element> elements = elements_of(numbers);
  RdfAccumulator accumulator({{a + "-" + b, atoms_of(elements, a), atoms_of(elements, b)}}, elements.size(), r_max, bins);
  accumulator.add(std::span<const Frame>(frames_of(elements.size(), positions, cells, periodic)));
  const RdfResult result = accumulator.result(0);
  return nb::make_tuple(array(result.r), array(result.g));
}

nb::tuple msd(const Numbers& numbers, const std::vector<Doubles>& positions, const std::vector<Doubles>& cells, const std::vector<bool>& periodic, const std::string& element) {
  TrajectoryAtoms atoms;
  atoms.elements = elements_of(numbers);
  for (std::size_t i = 0; i < atoms.elements.size(); ++i) atoms.ids.push_back(static_cast<long>(i) + 1);
  const std::vector<int> chosen = atoms_of(atoms.elements, element);
  PathStore store(chosen, static_cast<std::size_t>(-1) / 2);  // the caller holds all frames already
  store.expect(positions.size());
  Unwrapper unwrapper(atoms);
  for (const Frame& frame : frames_of(atoms.size(), positions, cells, periodic)) store.add(unwrapper.track(frame));
  std::vector<int> members(chosen.size());
  for (std::size_t k = 0; k < members.size(); ++k) members[k] = static_cast<int>(k);
  const MsdCurve curve = mean_square_displacement(store, members, 0, store.frames());
  return nb::make_tuple(array(curve.in_plane), array(curve.normal));
}

/// A bool per centre; std::vector<bool> has no memory of its own to copy.
template <class Flag>
nb::ndarray<nb::numpy, bool> flags(const std::vector<LocalOrder>& centres, Flag&& flag) {
  bool* data = new bool[centres.size()];
  std::transform(centres.begin(), centres.end(), data, flag);
  nb::capsule owner(data, [](void* p) noexcept { delete[] static_cast<bool*>(p); });
  const std::size_t shape[] = {centres.size()};
  return nb::ndarray<nb::numpy, bool>(data, 1, shape, owner);
}

nb::tuple order(const Numbers& numbers, const Doubles& xyz, const Doubles& cell, const std::vector<bool>& periodic, const std::string& centre, const std::string& ligand, double bond) {
  OrderCriteria criteria;
  criteria.bond = bond;
  const Element centres[] = {Element::from_symbol(centre)}, ligands[] = {Element::from_symbol(ligand)};
  const OrderReport report = local_order(structure_of(numbers, xyz, cell), centres, ligands, criteria, three(periodic));
  std::vector<int> atom, cn;
  std::vector<double> q, t;
  for (const LocalOrder& c : report.centres) atom.push_back(c.atom), cn.push_back(c.cn), q.push_back(c.q), t.push_back(c.t);
  return nb::make_tuple(array(atom), array(cn), array(q), array(t), flags(report.centres, [](const LocalOrder& c) { return c.regular; }),
                        flags(report.centres, [](const LocalOrder& c) { return c.crystal_like; }));
}

nb::tuple voids(const Numbers& numbers, const Doubles& xyz, const Doubles& cell, double probe) {
  const Structure structure = structure_of(numbers, xyz, cell);
  const VoronoiReport report = voronoi(structure.cell, structure.positions, probe);
  std::vector<Cartesian> centres;
  std::vector<double> radii;
  for (const Void& hole : report.voids) centres.push_back(hole.centre), radii.push_back(hole.radius);
  return nb::make_tuple(array(report.volumes), vectors(centres), array(radii), report.void_share);
}

std::string analyze_json(const std::string& path, const std::string& protocol, const std::string& options_text) {
  const nb::gil_scoped_release others_may_run;
  const nlohmann::json given = nlohmann::json::parse(options_text);
  AnalyzeOptions o;
  o.pairs = given.at("pairs").get<std::vector<std::string>>();
  o.windows = given.at("windows");
  o.r_max = given.at("r_max");
  o.bins = given.at("bins");
  o.lifetime = given.at("lifetime");
  o.mobile = given.at("mobile");
  o.coating = given.at("coating");
  o.temperature = given.at("temperature");
  o.interval = given.at("interval");
  o.start = given.at("start"), o.stop = given.at("stop"), o.every = given.at("every");
  o.threads = given.at("threads");
  AnalysisInput input;
  if (std::filesystem::is_directory(path)) {
    input = runs_of_folder(path, protocol).front();
  } else {
    input.file = path;
    input.name = input.file.filename().string();
    input.reading.timestep = given.at("timestep");
    for (const auto& symbol : given.at("types")) input.reading.types.push_back(Element::from_symbol(symbol.get<std::string>()));
    if (const std::string layers = given.at("layers"); !layers.empty()) input.reading.reference = read_identities(layers);
  }
  return analysis_json(analyze(input, o, [](const ProgressReport&) {})).dump();
}

}  // namespace

void bind_observables(nb::module_& m) {
  m.def("rdf", &rdf);
  m.def("msd", &msd);
  m.def("order", &order);
  m.def("voids", &voids);
  m.def("analyze", &analyze_json);
}

}  // namespace lamella::python
