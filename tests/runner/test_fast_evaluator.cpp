#include <catch2/catch.hpp>

#include <cstring>

#include "base/error.hpp"
#include "runner/deep_potential/fast_evaluator.hpp"
#include "runner/deep_potential/fast_evaluator_model.hpp"
#include "runner/deep_potential/thread_pool.hpp"
#include "tests/runner/count_allocations.hpp"
#include "tests/runner/random_model.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

double largest_difference(const std::vector<double>& a, const std::vector<double>& b) {
  double worst = 0.0;
  for (std::size_t k = 0; k < a.size(); ++k) worst = std::max(worst, std::abs(a[k] - b[k]));
  return worst;
}

/// The one body: fast against plain on random tilted cells, some smaller than the cut-off. `tolerance` for forces (eV/A).
void compare(const DeepPotentialModel& model, Precision precision, double tolerance, std::uint64_t seed, int cells = 4) {
  const auto plain = make_plain_evaluator(model);
  const auto fast = make_fast_evaluator(model, precision, 2);
  INFO(fast->name());
  RandomStream random(seed, "test/fast against plain");
  for (int c = 0; c < cells; ++c) {
    INFO("seed " << seed << " cell " << c);
    const RandomCell cell = test::random_cell(random, model.ntypes(), 3 + static_cast<int>(random.below(30)), random.uniform(0.01, 0.09), 1.6);
    GhostedAtoms atoms = ghosted(cell.cell, cell.positions, cell.types, model.rcut + 1.0);
    std::vector<double> fparam, aparam;
    for (int p = 0; p < model.numb_fparam; ++p) fparam.push_back(random.normal());
    for (int p = 0; p < model.numb_aparam * atoms.nlocal; ++p) aparam.push_back(random.normal());
    AtomsView view = atoms.view(c + 1);
    view.fparam = fparam.empty() ? nullptr : fparam.data();
    view.aparam = aparam.empty() ? nullptr : aparam.data();
    const Results want = evaluate(*plain, view), got = evaluate(*fast, view);
    CHECK(std::abs(want.r.energy - got.r.energy) < tolerance * (10.0 + atoms.nlocal));
    CHECK(largest_difference(want.force, got.force) < tolerance);
    CHECK(largest_difference(want.atom_energy, got.atom_energy) < 10 * tolerance);
    CHECK(largest_difference(want.atom_virial, got.atom_virial) < 10 * tolerance);
    CHECK(want.r.overflow == got.r.overflow);
    CHECK(want.r.too_close == got.r.too_close);
    for (int k = 0; k < 9; ++k) CHECK(std::abs(want.r.virial[k] - got.r.virial[k]) < tolerance * (10.0 + 10 * atoms.nlocal));
  }
}

constexpr double kDouble = 1e-8, kMixed = 1e-4;  // eV/A

}  // namespace

TEST_CASE("the fast evaluator equals the plain one: one- and two-sided nets, odd sizes, timesteps") {
  for (std::uint64_t seed = 1; seed <= 6; ++seed) {
    ModelChoice choice;
    choice.one_sided = seed % 2;
    choice.ntypes = 1 + static_cast<int>(seed % 4);
    choice.embedding_dt = seed % 3 == 0;
    choice.zero_average = seed == 4;
    if (seed == 3) choice.embedding = {5, 10, 21}, choice.fitting = {17, 33}, choice.axis = 4;
    if (seed == 5) choice.embedding = {25, 50, 100}, choice.axis = 16, choice.fitting = {50, 50, 50}, choice.ntypes = 2;
    if (seed == 6) choice.embedding = {7}, choice.axis = 7, choice.fitting = {};
    compare(random_model(choice, seed), Precision::double_, kDouble, seed);
    compare(random_model(choice, seed), Precision::mixed, kMixed, seed);
  }
}

TEST_CASE("the fast evaluator equals the plain one with every activation") {
  int seed = 20;
  for (Activation a : {Activation::linear, Activation::relu, Activation::relu6, Activation::softplus, Activation::sigmoid, Activation::gelu, Activation::silu, Activation::silut}) {
    ModelChoice choice;
    choice.embedding = {6, 12};
    choice.fitting = {16, 16};
    choice.embedding_activation = choice.fitting_activation = a;
    ++seed;
    compare(random_model(choice, seed), Precision::double_, 2 * kDouble, seed, 2);
    compare(random_model(choice, seed), Precision::mixed, 2 * kMixed, seed, 2);
  }
}

TEST_CASE("the fast evaluator equals the plain one with excluded pairs, overflow of sel, fparam and aparam") {
  for (std::uint64_t seed = 40; seed < 44; ++seed) {
    ModelChoice choice;
    choice.one_sided = seed % 2;
    choice.exclude = {{0, 1}, {2, 2}};
    choice.sel = {6, 9, 4};
    choice.fparam = static_cast<int>(seed % 3);
    choice.aparam = static_cast<int>(seed % 2);
    DeepPotentialModel model = random_model(choice, seed);
    model.excluded_slots_contribute = seed > 41;
    if (seed == 40)  // a graph has no nets for them
      for (const auto& [centre, other] : {std::pair{0, 1}, {1, 0}, {2, 2}}) model.embeddings[model.pair_index(centre, other)].clear();
    model.min_nbor_dist = 2.0;  // some are nearer: counted alike
    compare(model, Precision::double_, kDouble, seed);
    compare(model, Precision::mixed, kMixed, seed);
  }
}

TEST_CASE("the fast evaluator equals the plain one on compressed models, beyond their tables too") {
  for (std::uint64_t seed = 50; seed < 54; ++seed) {
    ModelChoice choice;
    choice.one_sided = seed % 2;
    choice.embedding = {6, 12};
    const double closest = seed == 52 ? 12.0 : 0.9;  // 12 A: most pairs lie beyond the first table, many beyond both
    const DeepPotentialModel model = compressed(random_model(choice, seed), closest, 0.01);
    compare(model, Precision::double_, 10 * kDouble, seed);
    compare(model, Precision::mixed, kMixed, seed);
  }
}

TEST_CASE("what the fast kernels do not serve goes to the plain evaluator, and says so") {
  ModelChoice choice;
  DeepPotentialModel model = random_model(choice, 60);
  CHECK(make_fast_evaluator(model, Precision::double_, 1)->name().find("plain") == std::string::npos);
  model.davg[5] += 0.01;
  CHECK(make_fast_evaluator(model, Precision::double_, 1)->name().find("slot") != std::string::npos);
  compare(model, Precision::double_, kDouble, 60, 1);
  choice.embedding_activation = Activation::relu;
  CHECK(make_fast_evaluator(random_model(choice, 61), Precision::double_, 1)->name().find("pair by pair") != std::string::npos);
}

TEST_CASE("pairs nearer than the tables reach are evaluated with the net") {
  DeepPotentialModel model = random_model({}, 70);
  const auto plain = make_plain_evaluator(model);
  const auto fast = make_fast_evaluator(model, Precision::double_, 1);
  const GhostedAtoms atoms = ghosted(Cell(Mat3(Mat3::Identity() * 20.0)), {Cartesian(1, 1, 1), Cartesian(1.11, 1, 1), Cartesian(3, 1, 1.5)}, {0, 1, 2}, 7.0);
  const Results want = evaluate(*plain, atoms.view()), got = evaluate(*fast, atoms.view());
  for (std::size_t k = 0; k < want.force.size(); ++k) CHECK(got.force[k] == Approx(want.force[k]).epsilon(1e-9).margin(1e-8));
}

TEST_CASE("forces are the same bit for bit from run to run and at any number of threads") {
  ModelChoice choice;
  const DeepPotentialModel model = random_model(choice, 80);
  RandomStream random(80, "test/repeat");
  const RandomCell cell = test::random_cell(random, model.ntypes(), 220, 0.06, 1.5);
  const GhostedAtoms atoms = ghosted(cell.cell, cell.positions, cell.types, 7.0);
  for (Precision precision : {Precision::double_, Precision::mixed}) {
    const auto first = make_fast_evaluator(model, precision, 1);
    const Results want = evaluate(*first, atoms.view());
    for (int threads = 1; threads <= 5; ++threads) {
      const auto fast = make_fast_evaluator(model, precision, threads);
      for (int run = 0; run < 4; ++run) {
        const Results got = evaluate(*fast, atoms.view(run / 2));
        CHECK(std::memcmp(want.force.data(), got.force.data(), want.force.size() * sizeof(double)) == 0);
        CHECK(std::memcmp(want.atom_virial.data(), got.atom_virial.data(), want.atom_virial.size() * sizeof(double)) == 0);
        CHECK(std::memcmp(want.r.virial, got.r.virial, sizeof want.r.virial) == 0);
        CHECK(want.r.energy == got.r.energy);
      }
    }
  }
}

TEST_CASE("sorted lists serve until the generation changes, positions may move") {
  const DeepPotentialModel model = random_model({}, 90);
  RandomStream random(90, "test/move");
  const RandomCell cell = test::random_cell(random, model.ntypes(), 40, 0.05, 1.8);
  GhostedAtoms atoms = ghosted(cell.cell, cell.positions, cell.types, 8.0);
  const auto plain = make_plain_evaluator(model);
  const auto fast = make_fast_evaluator(model, Precision::double_, 2);
  evaluate(*fast, atoms.view(7));
  std::vector<double> shift(3 * atoms.nlocal);
  for (double& s : shift) s = random.uniform(-0.4, 0.4);
  for (std::size_t k = 0; k < atoms.type.size(); ++k)
    for (int a = 0; a < 3; ++a) atoms.x[3 * k + a] += shift[3 * atoms.owner[k] + a];
  const Results want = evaluate(*plain, atoms.view(7), false), got = evaluate(*fast, atoms.view(7), false);
  CHECK(largest_difference(want.force, got.force) < kDouble);
}

TEST_CASE("positions that are not finite and coincident atoms are errors that name the atom, and the evaluator goes on") {
  const DeepPotentialModel model = random_model({}, 100);
  const auto fast = make_fast_evaluator(model, Precision::mixed, 2);
  const auto positions = std::vector<Cartesian>{Cartesian(1, 1, 1), Cartesian(3, 1, 1), Cartesian(3, 3, 1)};
  GhostedAtoms atoms = ghosted(Cell(Mat3(Mat3::Identity() * 7.0)), positions, {0, 1, 2}, 7.0);
  const Results before = evaluate(*fast, atoms.view());
  const double kept = atoms.x[4];
  atoms.x[4] = std::nan("");
  CHECK_THROWS_WITH(evaluate(*fast, atoms.view()), Catch::Contains("local atom 1"));
  atoms.x[4] = kept;
  const double ghost = atoms.x[3 * 5];
  atoms.x[3 * 5] = INFINITY;
  CHECK_THROWS_WITH(evaluate(*fast, atoms.view()), Catch::Contains("ghost atom 5"));
  atoms.x[3 * 5] = ghost;
  GhostedAtoms same = ghosted(Cell(Mat3(Mat3::Identity() * 7.0)), {Cartesian(1, 1, 1), Cartesian(1, 1, 1)}, {0, 1}, 7.0);
  CHECK_THROWS_WITH(evaluate(*fast, same.view(2)), Catch::Contains("same point"));
  const Results after = evaluate(*fast, atoms.view(3));
  CHECK(std::memcmp(before.force.data(), after.force.data(), before.force.size() * sizeof(double)) == 0);
}

TEST_CASE("atoms the model does not see have no part") {
  const DeepPotentialModel model = random_model({}, 110);
  RandomStream random(110, "test/null");
  RandomCell cell = test::random_cell(random, model.ntypes(), 25, 0.05, 1.8);
  GhostedAtoms atoms = ghosted(cell.cell, cell.positions, cell.types, 7.0);
  for (std::size_t k = 0; k < atoms.type.size(); ++k)
    if (atoms.owner[k] % 5 == 0) atoms.type[k] = -1;
  const auto plain = make_plain_evaluator(model);
  const auto fast = make_fast_evaluator(model, Precision::double_, 2);
  const Results want = evaluate(*plain, atoms.view()), got = evaluate(*fast, atoms.view());
  CHECK(largest_difference(want.force, got.force) < kDouble);
  CHECK(largest_difference(want.atom_energy, got.atom_energy) < kDouble);
}

TEST_CASE("a step allocates nothing once the lists are sorted") {
  ModelChoice choice;
  choice.sel = {8, 60, 60};  // overflow on the way too
  const DeepPotentialModel model = random_model(choice, 120);
  RandomStream random(120, "test/allocation");
  const RandomCell cell = test::random_cell(random, model.ntypes(), 150, 0.07, 1.5);
  const GhostedAtoms atoms = ghosted(cell.cell, cell.positions, cell.types, 7.0);
  for (Precision precision : {Precision::double_, Precision::mixed}) {
    const auto fast = make_fast_evaluator(model, precision, 2);
    Results results = evaluate(*fast, atoms.view());
    CHECK(results.r.overflow > 0);
    const AtomsView view = atoms.view();
    allocations = 0;
    counting = true;
    fast->compute(view, results.r);
    counting = false;
    CHECK(allocations == 0);
  }
}

TEST_CASE("weights and deviations beyond all sense make a table or an error and nothing undefined") {
  // Found by libFuzzer: an infinite error of the table asked for more intervals than an int holds.
  for (const double weight : {1e60, 1e160, 1e300})
    for (const double deviation : {1.0, 1e-200, 1e-310, 1e200}) {
      INFO("weight " << weight << " deviation " << deviation);
      ModelChoice choice;
      choice.weight = weight;
      DeepPotentialModel model = random_model(choice, 140);
      for (auto& of_type : model.dstd) of_type *= deviation;
      const GhostedAtoms atoms = ghosted(Cell(Mat3(Mat3::Identity() * 7.0)), {Cartesian(1, 1, 1), Cartesian(3, 1, 1), Cartesian(3, 3, 1)}, {0, 1, 2}, 7.0);
      try {
        evaluate(*make_fast_evaluator(model, Precision::double_, 1), atoms.view());
      } catch (const Error&) {
      }
    }
}

TEST_CASE("tables of seven types stay within 64 MB and within their stated error of the nets") {
  for (const bool one_sided : {true, false}) {
    ModelChoice choice;
    choice.ntypes = 7;
    choice.one_sided = one_sided;
    choice.embedding = {25, 50, 100};
    choice.axis = 16;
    choice.fitting = {8};
    choice.weight = one_sided ? 2.0 : 1.0;
    const DeepPotentialModel model = random_model(choice, 130);
    ThreadPool pool(2);
    const FastModel<double> fast = build_fast_model<double>(model, best_kernels<double>(), pool);
    CHECK(fast.table_bytes() <= kTableBudget);
    CHECK(fast.error < 1e-8);
    EmbeddingFunction function(&model.embeddings.front(), nullptr);
    std::vector<double> g(100), first(100), second(100);
    RandomStream random(130, "test/tables");
    const EmbeddingTable<double>& table = fast.tables.front();
    double worst = 0.0;
    for (int k = 0; k < 400; ++k) {  // by the quintic through both nodes, in this test's own words
      const double s = random.uniform(table.lower, table.upper), u = (s - table.lower) * table.inverse_width;
      const auto& cell = table.cells[static_cast<std::size_t>(u)];
      const double v = (u - std::floor(u)) * cell.count;
      const int left = cell.first + static_cast<int>(v);
      const double t = v - std::floor(v), h = cell.spacing, t3 = t * t * t, rise = t3 * (10 - 15 * t + 6 * t * t);
      const double w[6] = {1 - rise, h * (t - t3 * (6 - 8 * t + 3 * t * t)), h * h * t * t / 2 * (1 - t) * (1 - t) * (1 - t), rise,
                           -h * t3 * (4 - 7 * t + 3 * t * t), h * h * t3 / 2 * (1 - t) * (1 - t)};
      function.evaluate(s, g.data(), first.data(), second.data());
      for (int m = 0; m < 100; ++m) {
        double value = 0.0;
        for (int d = 0; d < 6; ++d) value += w[d] * table.rows[(static_cast<std::size_t>(left) * 3 + d) * table.padded + m];
        worst = std::max(worst, std::abs(value - g[m]));
      }
    }
    CHECK(worst < 2e-11 + 4 * fast.error);
  }
}

TEST_CASE("tanh of every kernel is within three units of the last place, from tiny to saturated") {
  for (const char* name : {"avx512", "avx2", "baseline"}) {
    INFO(name);
    const Kernels<double>* twice = kernels_named<double>(name);
    const Kernels<float>* single = kernels_named<float>(name);
    if (!twice) continue;
    RandomStream random(140, "test/tanh");
    double worst = 0.0, worst_single = 0.0;
    for (int round = 0; round < 4000; ++round) {
      double x[8], y[8], slope[8];
      float xs[16], ys[16], slopes[16];
      for (int k = 0; k < 16; ++k) {
        const double v = std::pow(10.0, random.uniform(-8.0, 1.6)) * (random.below(2) ? 1 : -1);
        if (k < 8) x[k] = y[k] = v;
        xs[k] = ys[k] = static_cast<float>(v);
      }
      twice->tanh(y, slope, 8);
      single->tanh(ys, slopes, 16);
      for (int k = 0; k < 8; ++k) worst = std::max(worst, std::abs(y[k] / std::tanh(x[k]) - 1) / 2.2e-16);
      for (int k = 0; k < 16; ++k) worst_single = std::max(worst_single, std::abs(ys[k] / std::tanh(static_cast<double>(xs[k])) - 1) / 1.2e-7);
    }
    CHECK(worst < 3.0);
    CHECK(worst_single < 3.0);
    double not_a_number[8] = {std::nan("")}, slope[8];
    twice->tanh(not_a_number, slope, 8);
    CHECK(std::isnan(not_a_number[0]));
  }
}

TEST_CASE("a worker's exception reaches the caller and the pool goes on") {
  ThreadPool pool(3);
  CHECK_THROWS_WITH(pool.run(100, [](int item, int) { if (item >= 10) throw std::runtime_error("item " + std::to_string(item)); }), Catch::Contains("item 10"));
  std::vector<int> seen(1000, 0);
  pool.run(1000, [&](int item, int) { ++seen[item]; });
  CHECK(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
}
