#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "reference_sets.hpp"
#include "runner/structure_energy.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

StructureEnergy evaluate(Evaluator& evaluator, const ReferenceFrame& frame) {
  return structure_energy(frame.cell, frame.positions, frame.types, evaluator, {frame.fparam, frame.aparam});
}

double worst(const std::vector<double>& got, const std::vector<double>& expected) {
  REQUIRE(got.size() == expected.size());
  double error = 0.0;
  for (std::size_t k = 0; k < got.size(); ++k) error = std::max(error, std::abs(got[k] - expected[k]));
  return error;
}

std::vector<double> flat(const std::vector<Cartesian>& vectors) {
  std::vector<double> numbers;
  for (const Cartesian& v : vectors)
    for (int a = 0; a < 3; ++a) numbers.push_back(v[a]);
  return numbers;
}

/// A frame of another set of the same number of types, so that finite differences see several kinds of matter.
const ReferenceSet& set_with(const std::string& file) {
  for (const ReferenceSet& set : reference_sets())
    if (std::find(set.files.begin(), set.files.end(), file) != set.files.end()) return set;
  throw std::runtime_error("no reference set has " + file);
}

ReferenceFrame moved(ReferenceFrame frame, std::size_t atom, int axis, double step) {
  frame.positions[atom][axis] += step;
  return frame;
}

/// The frame under r -> r (1 + step e_a e_b^T): strain with row vectors.
ReferenceFrame strained(ReferenceFrame frame, int a, int b, double step) {
  Mat3 f = Mat3::Identity();
  f(a, b) += step;
  frame.cell = Cell(Mat3(frame.cell.rows() * f));
  for (Cartesian& r : frame.positions) r = Cartesian(Vec3(f.transpose() * r.vec()));
  return frame;
}

}  // namespace

namespace {

/// Every frame of one file against deepmd-kit's own numbers. deepmd-kit computes float32 models in float32: its own rounding is what remains.
std::size_t compare(const ReferenceSet& set, const std::string& file, Evaluator& evaluator) {
  const double energy_limit = set.single() ? 2e-6 : 1e-11, force_limit = set.single() ? 5e-5 : 1e-9;
  for (std::size_t k = 0; k < set.frames.size(); ++k) {
    const ReferenceFrame& frame = set.frames[k];
    INFO(evaluator.name() << ", " << file << ", frame " << k << ", " << frame.types.size() << " atoms");
    const StructureEnergy got = evaluate(evaluator, frame);
    CHECK(std::abs(got.energy - frame.energy) / static_cast<double>(frame.types.size()) < energy_limit);
    CHECK(worst(got.atom_energy, frame.atom_energy) < 10 * energy_limit);
    if (frame.forces.empty()) continue;
    CHECK(worst(flat(got.forces), frame.forces) < force_limit);
    CHECK(worst({got.virial.begin(), got.virial.end()}, frame.virial) < 10 * force_limit * static_cast<double>(frame.types.size()));
  }
  return set.frames.size();
}

}  // namespace

TEST_CASE("energies, forces and virials equal deepmd-kit's for every reference model, by the plain and by the fast evaluator") {
  std::size_t frames = 0;
  for (const ReferenceSet& set : reference_sets())
    for (const std::string& file : set.files) {
      const DeepPotentialModel model = load_model(reference_model_path(file));
      frames += compare(set, file, *make_plain_evaluator(model));
      frames += compare(set, file, *make_fast_evaluator(model, Precision::double_, 1));
    }
  CHECK(frames >= 200);
}

TEST_CASE("mixed precision stays within 1e-4 eV/A of deepmd-kit at most and 1e-5 RMS on every reference model") {
  for (const ReferenceSet& set : reference_sets())
    for (const std::string& file : set.files) {
      const auto evaluator = make_fast_evaluator(load_model(reference_model_path(file)), Precision::mixed, 1);
      double largest = 0.0, square = 0.0;
      std::size_t numbers = 0;
      for (const ReferenceFrame& frame : set.frames) {
        const std::vector<double> got = flat(evaluate(*evaluator, frame).forces);
        for (std::size_t k = 0; k < frame.forces.size(); ++k, ++numbers) {
          const double error = std::abs(got[k] - frame.forces[k]);
          largest = std::max(largest, error);
          square += error * error;
        }
      }
      if (numbers == 0) continue;
      INFO(evaluator->name() << ", " << file << ": at most " << largest << ", RMS " << std::sqrt(square / static_cast<double>(numbers)));
      CHECK(largest < 1e-4);
      CHECK(square < 1e-10 * static_cast<double>(numbers));
    }
}

TEST_CASE("the same model as .pb, .dp and .yaml is the same model") {
  for (const std::string name : {"one_sided", "two_sided", "parameters"}) {
    INFO(name);
    const DeepPotentialModel pb = load_model(reference_model_path(name + ".pb")), dp = load_model(reference_model_path(name + ".dp")), yaml = load_model(reference_model_path(name + ".yaml"));
    for (const DeepPotentialModel* other : {&dp, &yaml}) {
      CHECK(other->type_map == pb.type_map);
      CHECK(other->sel == pb.sel);
      CHECK(other->davg == pb.davg);
      CHECK(other->dstd == pb.dstd);
      CHECK(other->axis_neuron == pb.axis_neuron);
      CHECK(other->type_one_side == pb.type_one_side);
      CHECK(other->rcut == Approx(pb.rcut).epsilon(1e-7));  // float32 in the graph
      REQUIRE(other->embeddings.size() == pb.embeddings.size());
      for (std::size_t n = 0; n < pb.embeddings.size(); ++n)
        for (std::size_t l = 0; l < pb.embeddings[n].size(); ++l) {
          CHECK(other->embeddings[n][l].weight == pb.embeddings[n][l].weight);
          CHECK(other->embeddings[n][l].resnet == pb.embeddings[n][l].resnet);
        }
      REQUIRE(other->bias.size() == pb.bias.size());
      for (std::size_t t = 0; t < pb.bias.size(); ++t) CHECK(other->bias[t] == Approx(pb.bias[t]).epsilon(1e-14));
      CHECK(other->min_nbor_dist == pb.min_nbor_dist);
    }
  }
}

TEST_CASE("forces are minus the gradient of the energy, the virial minus its derivative by strain") {
  for (const ReferenceSet& set : reference_sets()) {
    const std::string& file = set.files.front();
    if (file.substr(0, 5) == "relus" || file.find("compressed") != std::string::npos) continue;  // kinks
    const auto evaluator = make_plain_evaluator(load_model(reference_model_path(file)));
    for (const std::size_t k : {1u, 2u}) {  // two atoms in a tiny cell, eight in one smaller than the cut-off
      if (k >= set.frames.size()) continue;
      const ReferenceFrame& frame = set.frames[k];
      const StructureEnergy here = evaluate(*evaluator, frame);
      if (here.overflow > 0) continue;  // the energy jumps there by design of sel
      const double h = 1e-5;
      const auto slope = [&](const ReferenceFrame& plus, const ReferenceFrame& minus) { return (evaluate(*evaluator, plus).energy - evaluate(*evaluator, minus).energy) / (2 * h); };
      INFO(file << ", frame " << k);
      for (std::size_t i = 0; i < frame.positions.size(); ++i)
        for (int a = 0; a < 3; ++a) CHECK(-slope(moved(frame, i, a, h), moved(frame, i, a, -h)) == Approx(here.forces[i][a]).margin(2e-8).epsilon(1e-6));
      for (int a = 0; a < 3; ++a)
        for (int b = 0; b < 3; ++b) CHECK(-slope(strained(frame, b, a, h), strained(frame, b, a, -h)) == Approx(here.virial[static_cast<std::size_t>(3 * a + b)]).margin(2e-7).epsilon(1e-6));
    }
  }
}

TEST_CASE("energy and forces follow translation, rotation, permutation and another choice of cell") {
  RandomStream random(3, "test/deep_potential/invariance");
  for (const std::string file : {"two_sided.pb", "excluded_one_sided.pb", "float32_compressed.pb", "native_excluded.yaml"}) {
    INFO(file << ", seed 3");
    const auto evaluator = make_plain_evaluator(load_model(reference_model_path(file)));
    const ReferenceFrame& frame = set_with(file).frames[3];
    const StructureEnergy here = evaluate(*evaluator, frame);
    const double each = 1e-11 * static_cast<double>(frame.types.size());

    ReferenceFrame shifted = frame;
    const Cartesian by(random.uniform(-9, 9), random.uniform(-9, 9), random.uniform(-9, 9));
    for (Cartesian& r : shifted.positions) r += by;
    CHECK(evaluate(*evaluator, shifted).energy == Approx(here.energy).margin(each));

    const Eigen::Quaterniond turn(random.normal(), random.normal(), random.normal(), random.normal());
    const Mat3 rotation = turn.normalized().toRotationMatrix();
    ReferenceFrame rotated = frame;
    rotated.cell = Cell(Mat3(frame.cell.rows() * rotation.transpose()));
    for (Cartesian& r : rotated.positions) r = Cartesian(Vec3(rotation * r.vec()));
    const StructureEnergy there = evaluate(*evaluator, rotated);
    CHECK(there.energy == Approx(here.energy).margin(each));
    for (std::size_t i = 0; i < frame.types.size(); ++i) CHECK((there.forces[i].vec() - rotation * here.forces[i].vec()).norm() < 1e-10);

    ReferenceFrame turned_round = frame;
    std::reverse(turned_round.positions.begin(), turned_round.positions.end());
    std::reverse(turned_round.types.begin(), turned_round.types.end());
    CHECK(evaluate(*evaluator, turned_round).energy == Approx(here.energy).margin(each));

    ReferenceFrame sheared = frame;  // another basis of the same lattice
    Mat3 rows = frame.cell.rows();
    rows.row(1) += 2 * rows.row(0);
    rows.row(2) -= rows.row(1);
    sheared.cell = Cell(rows);
    CHECK(evaluate(*evaluator, sheared).energy == Approx(here.energy).margin(each));

    ReferenceFrame doubled = frame;
    rows = frame.cell.rows();
    rows.row(0) *= 2;
    doubled.cell = Cell(rows);
    for (std::size_t i = 0; i < frame.positions.size(); ++i) {
      doubled.positions.push_back(frame.positions[i] + Cartesian(frame.cell.a()));
      doubled.types.push_back(frame.types[i]);
    }
    CHECK(evaluate(*evaluator, doubled).energy == Approx(2 * here.energy).margin(2 * each));
  }
}

TEST_CASE("sel overflow is counted and the farthest neighbours are dropped") {
  // 60 atoms of one type on a shell around another: 14 slots.
  const auto evaluator = make_plain_evaluator(load_model(reference_model_path("one_sided.pb")));
  const Cell cell(Mat3(Mat3::Identity() * 40.0));
  RandomStream random(5, "test/deep_potential/overflow");
  std::vector<Cartesian> positions{Cartesian(20, 20, 20)};
  std::vector<int> types{1};
  for (int k = 0; k < 20; ++k) {
    const Vec3 direction = Vec3(random.normal(), random.normal(), random.normal()).normalized();
    positions.push_back(Cartesian(Vec3(Vec3(20, 20, 20) + direction * (2.2 + 0.1 * k))));
    types.push_back(0);
  }
  const StructureEnergy full = structure_energy(cell, positions, types, *evaluator);
  CHECK(full.overflow >= 6);
  const std::vector<Cartesian> nearest(positions.begin(), positions.begin() + 15);
  const StructureEnergy kept = structure_energy(cell, nearest, {types.begin(), types.begin() + 15}, *evaluator);
  CHECK(full.atom_energy[0] == Approx(kept.atom_energy[0]).epsilon(1e-13));
}

TEST_CASE("positions that are not finite and atoms on one point are errors that name the atom") {
  const auto evaluator = make_plain_evaluator(load_model(reference_model_path("one_sided.pb")));
  double x[] = {0, 0, 0, 1.5, 0, 0, std::nan(""), 0, 0};
  const int type[] = {0, 1, 0}, first[] = {1, 2}, second[] = {0, 2}, third[] = {0, 1}, counts[] = {2, 2, 2};
  const int* lists[] = {first, second, third};
  AtomsView view;
  view.nlocal = view.nall = 3;
  view.x = x;
  view.type = type;
  view.neighbours = lists;
  view.neighbour_count = counts;
  EvaluationResult result;
  CHECK_THROWS_WITH(evaluator->compute(view, result), Catch::Contains("local atom 2"));
  x[6] = 1.5;
  CHECK_THROWS_WITH(evaluator->compute(view, result), Catch::Contains("same point"));
  x[6] = 2.2;
  evaluator->compute(view, result);
  CHECK(result.too_close == 2);  // min_nbor_dist 0.8: the pair at 0.7 A, from both sides
}

TEST_CASE("atoms without a type are not seen and feel nothing") {
  const auto evaluator = make_plain_evaluator(load_model(reference_model_path("two_sided.pb")));
  ReferenceFrame frame = set_with("two_sided.pb").frames[2];
  const StructureEnergy without = evaluate(*evaluator, frame);
  frame.positions.push_back(frame.positions[0] + Cartesian(0.3, 0.1, 0));
  frame.types.push_back(-1);
  const StructureEnergy with = evaluate(*evaluator, frame);
  CHECK(with.energy == without.energy);
  CHECK(with.forces.back().norm() == 0.0);
  CHECK(with.atom_energy.back() == 0.0);
}

TEST_CASE("the bundled potential reads alike from .pb and .dp") {
  const std::string stem = std::string(LAMELLA_SOURCE_DIR) + "/structures/potential/first-pass";
  const DeepPotentialModel pb = load_model(stem + ".pb"), dp = load_model(stem + ".dp");
  CHECK(pb.type_map == std::vector<std::string>{"Li", "Co", "O", "P", "S", "Cl", "F"});
  CHECK(pb.fitting[3][1].weight == dp.fitting[3][1].weight);
  CHECK(pb.davg == dp.davg);
  CHECK(pb.precision == "float32");
}
