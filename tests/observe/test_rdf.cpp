#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "base/error.hpp"
#include "base/random.hpp"
#include "observe/rdf.hpp"

using namespace lamella;

namespace {

std::vector<int> range(int begin, int end) {
  std::vector<int> r(end - begin);
  std::iota(r.begin(), r.end(), begin);
  return r;
}

/// A tilted cell turned in space, so that no axis is along x.
Cell tilted_cell(double scale, RandomStream& random) {
  Mat3 m = scale * Mat3::Identity();
  for (int i = 0; i < 3; ++i)
    for (int j = 0; j < 3; ++j) m(i, j) += 0.3 * scale * random.uniform(-1.0, 1.0);
  const Mat3 turn = Eigen::AngleAxisd(random.uniform(0.0, 6.0), Vec3(1, 2, 3).normalized()).toRotationMatrix();
  return Cell(Mat3(m * turn.transpose()));
}

/// Every image in a generous block, one distance at a time.
std::vector<double> brute_pairs(const Cell& cell, const std::vector<Cartesian>& r, const std::vector<int>& a, const std::vector<int>& b, double r_max, int bins) {
  std::vector<double> counts(bins, 0.0);
  const Vec3 h = cell.heights();
  std::array<int, 3> n;
  for (int k = 0; k < 3; ++k) n[k] = static_cast<int>(r_max / h[k]) + 2;
  std::vector<Cartesian> wrapped;
  for (const auto& p : r) wrapped.push_back(cell.wrapped(p));
  for (int i : a)
    for (int j : b)
      for (int u = -n[0]; u <= n[0]; ++u)
        for (int v = -n[1]; v <= n[1]; ++v)
          for (int w = -n[2]; w <= n[2]; ++w) {
            if (i == j && u == 0 && v == 0 && w == 0) continue;
            const double d = (wrapped[j].vec() + cell.rows().transpose() * Vec3(u, v, w) - wrapped[i].vec()).norm();
            if (d < r_max) counts[std::min(bins - 1, static_cast<int>(d / r_max * bins))] += 1.0;
          }
  return counts;
}

}  // namespace

TEST_CASE("g(r) counts what brute force over images counts, in tilted cells smaller than r_max") {
  const int seed = GENERATE(1, 2, 3, 4, 5, 6);
  INFO("seed " << seed);
  RandomStream random(seed, "test/rdf");
  const Cell cell = tilted_cell(random.uniform(3.0, 12.0), random);
  std::vector<Cartesian> r;
  for (int i = 0; i < 40; ++i) r.push_back(cell.to_cartesian({random.uniform(-2, 3), random.uniform(-2, 3), random.uniform(-2, 3)}));
  const double r_max = random.uniform(4.0, 11.0);
  const int bins = 37;
  // Like, unlike and overlapping selections in one sweep.
  const std::vector<RdfPair> pairs{{"A-A", range(0, 15), range(0, 15)}, {"A-B", range(0, 15), range(15, 40)}, {"overlap", range(5, 20), range(10, 30)}};
  RdfAccumulator rdf(pairs, r.size(), r_max, bins, 2);
  rdf.add(cell, r);
  for (std::size_t p = 0; p < pairs.size(); ++p) {
    const RdfResult found = rdf.result(p);
    const auto wanted = brute_pairs(cell, r, pairs[p].a, pairs[p].b, r_max, bins);
    double within = 0.0;
    for (int k = 0; k < bins; ++k) {
      const double low = k * r_max / bins, high = (k + 1) * r_max / bins;
      const double shell = 4.0 / 3.0 * M_PI * (std::pow(high, 3) - std::pow(low, 3));
      CHECK(found.g[k] == Approx(wanted[k] * cell.volume() / (pairs[p].a.size() * pairs[p].b.size() * shell)).margin(1e-12));
      within += wanted[k];
      CHECK(found.coordination[k] == Approx(within / pairs[p].a.size()).margin(1e-12));
    }
  }
}

TEST_CASE("g(r) is the same to the last bit at any number of threads and however the frames come") {
  RandomStream random(9, "test/rdf/threads");
  std::vector<Frame> frames(7);
  for (Frame& frame : frames) {
    frame.cell = tilted_cell(14.0, random);
    for (int i = 0; i < 200; ++i) frame.positions.push_back(frame.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()}));
  }
  const std::vector<RdfPair> pairs{{"A-A", range(0, 120), range(0, 120)}, {"A-B", range(0, 120), range(120, 200)}};
  RdfAccumulator one(pairs, 200, 9.0, 90, 1), four(pairs, 200, 9.0, 90, 4), batch(pairs, 200, 9.0, 90, 3);
  for (const Frame& frame : frames) one.add(frame), four.add(frame);
  batch.add(std::span<const Frame>(frames).first(2));
  batch.add(std::span<const Frame>(frames).subspan(2));
  for (std::size_t p = 0; p < 2; ++p) {
    CHECK(one.result(p).g == four.result(p).g);
    CHECK(one.result(p).g == batch.result(p).g);
  }
}

TEST_CASE("an ideal gas has g = 1 (1 - 1/N for like pairs), with each frame's own volume") {
  RandomStream random(4, "test/rdf/gas");
  std::vector<Frame> frames(60);
  for (Frame& frame : frames) {
    frame.cell = tilted_cell(random.uniform(9.0, 14.0), random);  // a barostat gone wild
    for (int i = 0; i < 400; ++i) frame.positions.push_back(frame.cell.to_cartesian({random.uniform(), random.uniform(), random.uniform()}));
  }
  RdfAccumulator rdf({{"A-A", range(0, 400), range(0, 400)}, {"A-B", range(0, 100), range(100, 400)}}, 400, 9.0, 18);
  rdf.add(frames);
  for (int k = 3; k < 18; ++k) {
    INFO("shell " << k);
    CHECK(rdf.result(0).g[k] == Approx(1.0 - 1.0 / 400).margin(0.02));
    CHECK(rdf.result(1).g[k] == Approx(1.0).margin(0.03));
  }
}

TEST_CASE("rock salt: coordination counts of the perfect crystal, from the primitive cell out to 9 A") {
  const double a = 4.026;
  Mat3 rows;
  rows << 0, a / 2, a / 2, a / 2, 0, a / 2, a / 2, a / 2, 0;
  const Cell cell(rows);
  RdfAccumulator rdf({{"Li-F", {0}, {1}}, {"F-F", {1}, {1}}}, 2, 9.0, 900);
  rdf.add(cell, std::vector<Cartesian>{Cartesian(0, 0, 0), Cartesian(a / 2, 0, 0)});
  auto within = [&](std::size_t pair, double r) { return rdf.result(pair).coordination[static_cast<int>(r / 0.01) - 1]; };
  CHECK(within(0, 2.5) == 6);
  CHECK(within(0, 3.8) == 14);   // sqrt(3)/2 a: 8
  CHECK(within(0, 4.6) == 38);   // sqrt(5)/2 a: 24
  CHECK(within(1, 3.0) == 12);
  CHECK(within(1, 4.2) == 18);
  CHECK(within(1, 5.2) == 42);
  CHECK(within(1, 5.8) == 54);
}

TEST_CASE("without images the search stays inside the box") {
  const Cell cell(Mat3(10.0 * Mat3::Identity()));
  RdfAccumulator rdf({{"A-A", {0, 1}, {0, 1}}}, 2, 8.0, 8);
  const std::vector<Cartesian> r{Cartesian(1, 5, 0.5), Cartesian(1, 5, 9.5)};
  rdf.add(cell, r, {true, true, false});
  CHECK(rdf.result(0).mean_pairs == 0);
  rdf.add(cell, r, {true, true, true});
  CHECK(rdf.result(0).mean_pairs == 1);  // two ordered pairs in one of two frames
}

TEST_CASE("wishes for g(r) that cannot be met are named") {
  CHECK_THROWS_AS(RdfAccumulator({{"A-A", {0}, {0}}}, 1, -1.0, 10), Error);
  CHECK_THROWS_AS(RdfAccumulator({{"A-A", {0}, {0}}}, 1, 5.0, 0), Error);
  CHECK_THROWS_AS(RdfAccumulator({{"A-A", {0}, {}}}, 1, 5.0, 10), Error);
  CHECK_THROWS_AS(RdfAccumulator({{"A-A", {0}, {1}}}, 1, 5.0, 10), Error);
  RdfAccumulator rdf({{"A-A", {0}, {0}}}, 1, 5e4, 10);
  CHECK_THROWS_AS(rdf.add(Cell(), std::vector<Cartesian>{Cartesian(0, 0, 0)}), Error);
}
