#include <catch2/catch.hpp>

#include <cmath>

#include "base/random.hpp"
#include "builder/seam_contacts.hpp"

using namespace lamella;

namespace {

Slab random_slab(std::uint64_t seed, const Mat2& plane, int atoms, double thickness) {
  RandomStream random(seed, "test/seam");
  Slab s;
  s.plane = plane;
  s.thickness = thickness;
  for (int i = 0; i < atoms; ++i) {
    const Vec2 xy = plane.transpose() * Vec2(random.uniform(), random.uniform());
    s.elements.push_back(Element::from_symbol(i % 2 ? "F" : "Li"));
    s.positions.emplace_back(xy.x(), xy.y(), random.uniform(0.0, thickness));
  }
  return s;
}

/// Closest like pair across one seam by brute force, images in the plane to two cells.
double closest_like(const Slab& lower, const Slab& upper, double gap, const Vec2& shift, const char* symbol) {
  double high = -1e9, low = 1e9, closest = 1e9;
  for (const Cartesian& p : lower.positions) high = std::max(high, p.z());
  for (const Cartesian& p : upper.positions) low = std::min(low, p.z());
  for (std::size_t i = 0; i < lower.size(); ++i)
    for (std::size_t j = 0; j < upper.size(); ++j) {
      if (lower.elements[i].symbol() != symbol || upper.elements[j].symbol() != symbol) continue;
      for (int a = -2; a <= 2; ++a)
        for (int b = -2; b <= 2; ++b) {
          const Vec2 image = lower.plane.transpose() * Vec2(a, b);
          const Vec3 d(upper.positions[j].x() + shift.x() - lower.positions[i].x() + image.x(), upper.positions[j].y() + shift.y() - lower.positions[i].y() + image.y(),
                       upper.positions[j].z() - low + gap - lower.positions[i].z() + high);
          closest = std::min(closest, d.norm());
        }
    }
  return closest;
}

}  // namespace

TEST_CASE("like pairs across both seams of a glass: measured as by brute force, and slid apart where they are too close") {
  const std::map<unsigned char, double> limits = {{3, 2.4}, {9, 2.5}};
  int slid = 0;
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    Mat2 plane;
    plane << 9.0, 2.0, -3.5, 10.0;
    const Slab below = random_slab(seed, plane, 12, 3.0), glass = random_slab(seed + 100, plane, 14, 5.0), above = random_slab(seed + 200, plane, 12, 3.0);
    const auto brute = [&](const Vec2& shift) {
      return std::min(std::min(closest_like(below, glass, 2.0, shift, "Li"), closest_like(glass, above, 2.0, -shift, "Li")) - 2.4,
                      std::min(closest_like(below, glass, 2.0, shift, "F"), closest_like(glass, above, 2.0, -shift, "F")) - 2.5);
    };
    const Vec2 some(1.3, -0.7);
    const double excess = like_pair_excess(glass, &below, &above, 2.0, some, limits);
    if (excess > 1.4) CHECK(brute(some) > 1.4);  // beyond the reach of the search
    else CHECK(excess == Approx(brute(some)).margin(1e-9));
    const Vec2 shift = shift_apart(glass, &below, &above, 2.0, limits);
    if (brute(Vec2::Zero()) >= 0.0) CHECK(shift == Vec2::Zero());
    else {
      CHECK(brute(shift) > brute(Vec2::Zero()) - 1e-9);
      slid += brute(shift) >= 0.0 && shift != Vec2::Zero();
    }
  }
  CHECK(slid > 3);
}

TEST_CASE("limits of like pairs come from a layer's proof") {
  const auto limits = like_pair_limits({{"shortest_pairs", {{"Li-Li", 2.3}, {"Li-F", 1.7}, {"F-F", 2.4}}}});
  CHECK(limits.size() == 2);
  CHECK(limits.at(3) == 2.3);
  CHECK(limits.at(9) == 2.4);
  CHECK(like_pair_limits(nullptr).empty());
}
