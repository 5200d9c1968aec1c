// The matcher on surfaces of real crystals of all fourteen Bravais types, against brute force. Cells from the usual tables.
#include <catch2/catch.hpp>

#include "lattice/cell.hpp"
#include "match_oracle.hpp"

using namespace lamella;

namespace {

struct RealCrystal {
  const char* name;
  char centring;
  std::array<double, 6> cell;  // A, degrees
};

const std::array<RealCrystal, 14> crystals{{
    {"CuSO4.5H2O (aP)", 'P', {6.141, 10.736, 5.986, 82.27, 107.43, 102.67}},
    {"ZrO2 baddeleyite (mP)", 'P', {5.1505, 5.2116, 5.3173, 90, 99.23, 90}},
    {"Li2ZrO3 (mC)", 'C', {5.422, 9.022, 5.419, 90, 112.7, 90}},
    {"gamma-Li3PO4 (oP)", 'P', {10.49, 6.12, 4.93, 90, 90, 90}},
    {"alpha-U (oC)", 'C', {2.854, 5.869, 4.955, 90, 90, 90}},
    {"NaNO2 (oI)", 'I', {3.560, 5.563, 5.384, 90, 90, 90}},
    {"alpha-S (oF)", 'F', {10.4646, 12.866, 24.486, 90, 90, 90}},
    {"TiO2 rutile (tP)", 'P', {4.594, 4.594, 2.959, 90, 90, 90}},
    {"TiO2 anatase (tI)", 'I', {3.785, 3.785, 9.514, 90, 90, 90}},
    {"ZnO (hP)", 'P', {3.250, 3.250, 5.207, 90, 90, 120}},
    {"LiCoO2 (hR)", 'R', {2.8156, 2.8156, 14.0542, 90, 90, 120}},
    {"SrTiO3 (cP)", 'P', {3.905, 3.905, 3.905, 90, 90, 90}},
    {"LLZO (cI)", 'I', {12.97, 12.97, 12.97, 90, 90, 90}},
    {"LiF (cF)", 'F', {4.026, 4.026, 4.026, 90, 90, 90}},
}};

std::vector<Vec3> centrings(char type) {
  switch (type) {
    case 'C': return {{0, 0, 0}, {0.5, 0.5, 0}};
    case 'I': return {{0, 0, 0}, {0.5, 0.5, 0.5}};
    case 'F': return {{0, 0, 0}, {0, 0.5, 0.5}, {0.5, 0, 0.5}, {0.5, 0.5, 0}};
    case 'R': return {{0, 0, 0}, {2.0 / 3, 1.0 / 3, 1.0 / 3}, {1.0 / 3, 2.0 / 3, 2.0 / 3}};
    default: return {{0, 0, 0}};
  }
}

/// In-plane lattice of (hkl) by looking at every translation nearby: the shortest vector, and the shortest beside it.
Mat2 surface(const RealCrystal& crystal, const Vec3& hkl) {
  const auto& c = crystal.cell;
  const Cell cell = Cell::from_parameters(c[0], c[1], c[2], c[3], c[4], c[5]);
  std::vector<Vec3> in_plane;
  for (const Vec3& centre : centrings(crystal.centring))
    for (int i = -4; i <= 4; ++i)
      for (int j = -4; j <= 4; ++j)
        for (int k = -4; k <= 4; ++k) {
          const Vec3 u = centre + Vec3(i, j, k);
          if (std::abs(u.dot(hkl)) < 1e-9 && u.norm() > 1e-9) in_plane.push_back(cell.rows().transpose() * u);
        }
  std::sort(in_plane.begin(), in_plane.end(), [](const Vec3& a, const Vec3& b) { return a.norm() < b.norm(); });
  const Vec3 a = in_plane.front();
  const Vec3 b = *std::find_if(in_plane.begin(), in_plane.end(), [&](const Vec3& v) { return v.cross(a).norm() > 1e-6; });
  return oracle::lattice(a.norm(), b.norm(), std::acos(a.dot(b) / a.norm() / b.norm()) * 180 / std::acos(-1.0));
}

}  // namespace

TEST_CASE("ten pairs of real crystals, all fourteen Bravais types: every coincidence against brute force") {
  struct Pair {
    int first;
    Vec3 first_face;
    int second;
    Vec3 second_face;
    double area;
  };
  const std::vector<Pair> pairs{
      {0, {1, 0, 0}, 10, {1, 0, 4}, 260}, {1, {0, 0, 1}, 13, {1, 1, 1}, 150}, {2, {1, 1, 0}, 9, {1, 0, 0}, 220},  {3, {0, 1, 0}, 11, {1, 1, 0}, 250},
      {4, {1, 1, 1}, 8, {1, 0, 1}, 160},  {5, {0, 1, 1}, 7, {1, 1, 0}, 170},  {6, {1, 1, 1}, 12, {1, 1, 0}, 700}, {12, {1, 0, 0}, 10, {0, 0, 1}, 400},
      {2, {0, 0, 1}, 0, {0, 1, 1}, 320},  {10, {0, 0, 1}, 13, {1, 1, 1}, 110},
  };
  long found = 0;
  for (const Pair& pair : pairs) {
    INFO(crystals[pair.first].name << " on " << crystals[pair.second].name);
    const Mat2 first = surface(crystals[pair.first], pair.first_face), second = surface(crystals[pair.second], pair.second_face);
    const std::vector<MatchLayer> layers{oracle::layer("a", first), oracle::layer("b", second)};
    std::vector<double> got, expected;
    for (const Match& m : find_matches(layers, {pair.area, 0.05, 0, 0.0}, {StrainSharing::Kind::onto, 0})) got.insert(got.end(), static_cast<std::size_t>(m.multiplicity), m.max_strain);
    for (const oracle::Pair& p : oracle::pairs(first, second, pair.area, 0.05, 2)) expected.push_back(p.strain);
    std::sort(got.begin(), got.end());
    std::sort(expected.begin(), expected.end());
    REQUIRE(got.size() == expected.size());
    for (std::size_t i = 0; i < got.size(); ++i) CHECK(got[i] == Approx(expected[i]).margin(1e-9));
    found += static_cast<long>(got.size());
  }
  CHECK(found > 300);
}
