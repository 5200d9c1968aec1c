#include <catch2/catch.hpp>
#include <cmath>
#include <numeric>

#include "base/random.hpp"
#include "observe/diffusion.hpp"
#include "observe/unwrap.hpp"

using namespace lamella;

namespace {

TrajectoryAtoms lithium(int count) {
  TrajectoryAtoms atoms;
  for (int i = 0; i < count; ++i) {
    atoms.ids.push_back(i + 1);
    atoms.elements.push_back(Element::from_symbol("Li"));
  }
  return atoms;
}

std::vector<int> all(std::size_t n) {
  std::vector<int> v(n);
  std::iota(v.begin(), v.end(), 0);
  return v;
}

Cell tilted() {
  Mat3 m;
  m << 12, 1, 0, 3, 11, 2, -2, 1, 14;
  return Cell(m);
}

/// A random walk with steps of variance 2 D dt per axis, in A and ps.
PathStore random_walk(int ions, int frames, double d_plane, double d_normal, std::uint64_t seed) {
  RandomStream random(seed, "test/walk");
  PathStore store(all(ions), std::size_t(1) << 30);
  const Cell cell = tilted();
  std::vector<Cartesian> r(ions);
  TrackedFrame frame;
  frame.cell = cell;
  frame.fractional.resize(ions);
  for (int t = 0; t < frames; ++t) {
    for (int i = 0; i < ions; ++i) {
      if (t > 0) r[i] += Cartesian(std::sqrt(2 * d_plane) * random.normal(), std::sqrt(2 * d_plane) * random.normal(), std::sqrt(2 * d_normal) * random.normal());
      frame.fractional[i] = cell.to_fractional(r[i]).vec();
    }
    store.add(frame);
  }
  return store;
}

}  // namespace

TEST_CASE("the MSD by FFT is the MSD by its definition") {
  RandomStream random(3, "test/msd");
  const int ions = 37, frames = 50;
  PathStore store(all(ions), std::size_t(1) << 30);
  TrackedFrame frame;
  frame.cell = tilted();
  std::vector<std::vector<Vec3>> r(frames, std::vector<Vec3>(ions));
  for (int t = 0; t < frames; ++t) {
    frame.fractional.assign(ions, Vec3::Zero());
    frame.drift = Vec3(0.01 * t, 0, -0.02 * t);
    for (int i = 0; i < ions; ++i) {
      r[t][i] = Vec3(random.normal(), 5 + random.normal(), 0.1 * t * random.normal());
      frame.fractional[i] = frame.cell.to_fractional(Cartesian(r[t][i])).vec() + frame.drift;
    }
    store.add(frame);
  }
  const std::vector<int> members{0, 3, 5, 36};
  const std::size_t begin = 4, end = 47;
  const MsdCurve curve = mean_square_displacement(store, members, begin, end, 2);
  REQUIRE(curve.size() == end - begin);
  for (std::size_t lag = 0; lag < curve.size(); ++lag) {
    double plane = 0, normal = 0;
    for (std::size_t t = begin; t + lag < end; ++t)
      for (int i : members) {
        const Vec3 d = r[t + lag][i] - r[t][i];
        plane += d.head<2>().squaredNorm();
        normal += d.z() * d.z();
      }
    const double n = static_cast<double>(members.size() * (end - begin - lag));
    CHECK(curve.in_plane[lag] == Approx(plane / n).margin(1e-4));
    CHECK(curve.normal[lag] == Approx(normal / n).margin(1e-4));
  }
  CHECK(mean_square_displacement(store, all(ions), 0, frames, 1).normal == mean_square_displacement(store, all(ions), 0, frames, 4).normal);
}

TEST_CASE("a path store within its budget keeps every second frame, and the same curve at a wider spacing") {
  const Cell cell = tilted();
  PathStore wide(all(10), std::size_t(1) << 30), narrow(all(10), 10 * 3 * 4 * 100);
  RandomStream random(5, "test/budget");
  TrackedFrame frame;
  frame.cell = cell;
  frame.fractional.assign(10, Vec3::Zero());
  for (int t = 0; t < 333; ++t) {
    for (Vec3& s : frame.fractional) s += 0.01 * Vec3(random.normal(), random.normal(), random.normal());
    wide.add(frame);
    narrow.add(frame);
  }
  REQUIRE(narrow.stride() == 4);
  REQUIRE(narrow.frames() == 84);
  for (std::size_t n = 0; n < narrow.frames(); ++n) CHECK(narrow.displacement(7, n) == wide.displacement(7, 4 * n));
}

TEST_CASE("known D: no bias, and the error bar holds the truth two times in three, over 200 seeds") {
  const double d_plane = 0.5, d_normal = 0.2;  // A^2/ps at 1 ps spacing
  const double truth = (2 * d_plane + d_normal) / 3 * 1e-4, truth_z = d_normal * 1e-4, truth_xy = d_plane * 1e-4;
  int held = 0, held_xy = 0, held_z = 0, held_hops = 0;
  double sum = 0, sum2 = 0, sum_z = 0;
  const int seeds = 200, ions = 12;
  for (int seed = 0; seed < seeds; ++seed) {
    const PathStore store = random_walk(ions, 400, d_plane, d_normal, seed);
    const Diffusion d = diffusion_of(store, {"Li", all(ions)}, 1.0);
    REQUIRE(d.diffusive);
    sum += d.d.value;
    sum2 += d.d.value * d.d.value;
    sum_z += d.d_z.value;
    held += std::abs(d.d.value - truth) < d.d.error;
    held_xy += std::abs(d.d_xy.value - truth_xy) < d.d_xy.error;
    held_z += std::abs(d.d_z.value - truth_z) < d.d_z.error;
    held_hops += std::abs(d.d.value - truth) < d.d.value * d.relative_error_hops;
  }
  const double mean = sum / seeds, spread = std::sqrt((sum2 / seeds - mean * mean) / seeds);
  WARN("random walk of known D, 200 seeds: mean D / truth " << mean / truth << " +- " << spread / truth << ", error bar holds the truth " << held / 2.0 << " % (D_xy " << held_xy / 2.0
                                                            << ", D_z " << held_z / 2.0 << "; by hops " << held_hops / 2.0 << ")");
  CHECK(std::abs(mean - truth) < 3 * spread);
  CHECK(sum_z / seeds == Approx(truth_z).epsilon(0.1));
  // 68 % of 200 is 137 +- 6.6: four standard deviations either way.
  for (int count : {held, held_xy, held_z}) {
    CHECK(count > 110);
    CHECK(count < 163);
  }
  CHECK(held_hops > 110);
}

TEST_CASE("ions that only rattle are not called diffusive") {
  RandomStream random(8, "test/rattle");
  PathStore store(all(20), std::size_t(1) << 30);
  TrackedFrame frame;
  frame.cell = tilted();
  for (int t = 0; t < 200; ++t) {
    frame.fractional.clear();
    for (int i = 0; i < 20; ++i) frame.fractional.push_back(0.02 * Vec3(random.normal(), random.normal(), random.normal()));
    store.add(frame);
  }
  const Diffusion d = diffusion_of(store, {"Li", all(20)}, 1.0);
  CHECK_FALSE(d.diffusive);
  CHECK(std::abs(d.d.value) < 2e-7);
}

TEST_CASE("atoms are followed across tilted, breathing, drifting and flipping boxes") {
  const int seed = GENERATE(1, 2, 3);
  INFO("seed " << seed);
  RandomStream random(seed, "test/unwrap");
  const int ions = 30;
  const TrajectoryAtoms atoms = lithium(ions);
  Unwrapper by_image(atoms), by_flag(atoms);
  std::vector<Vec3> s(ions), start;
  for (Vec3& x : s) x = Vec3(random.uniform(), random.uniform(), random.uniform());
  start = s;
  Vec3 drift = Vec3::Zero();
  for (int t = 0; t < 400; ++t) {
    if (t > 0)
      for (Vec3& x : s) x += 0.05 * Vec3(random.normal(), random.normal(), random.normal()) + Vec3(0.01, 0, 0.02);
    drift = Vec3::Zero();
    for (int i = 0; i < ions; ++i) drift += (s[i] - start[i]) / ions;
    Mat3 m = tilted().rows();
    m.row(0) *= 1.0 + 0.03 * std::sin(0.1 * t);
    m.row(2) *= 1.0 - 0.02 * std::sin(0.07 * t);
    m.row(1) += 0.6 * t / 400 * m.row(0);
    Frame frame;
    const Mat3 true_rows = m;
    if (t >= 200) m.row(1) -= m.row(0);  // the flip of `fix npt`: the same lattice, another basis
    frame.cell = Cell(m);
    Frame flags = frame;
    flags.unwrapped = true;
    for (const Vec3& x : s) {
      const Cartesian r{Vec3(true_rows.transpose() * x)};
      flags.positions.push_back(r);
      frame.positions.push_back(frame.cell.wrapped(r));
    }
    for (const TrackedFrame* tracked : {&by_image.track(frame), &by_flag.track(flags)}) {
      CHECK((tracked->drift - drift).norm() < 1e-9);
      for (int i = 0; i < ions; ++i) REQUIRE((tracked->fractional[i] - tracked->fractional[0] - (s[i] - s[0]) - ((tracked->fractional[i] - tracked->fractional[0]) - (s[i] - s[0])).array().round().matrix()).norm() < 1e-9);
    }
    // Displacements since the first frame, the drift taken off, are those of the walk.
    static thread_local std::vector<Vec3> first;
    if (t == 0) first = by_image.track(frame).fractional;
    const TrackedFrame& now = by_image.track(frame);
    for (int i = 0; i < ions; ++i) REQUIRE((now.fractional[i] - first[i] - (s[i] - start[i])).norm() < 1e-9);
  }
}
