#include <catch2/catch.hpp>
#include <cmath>
#include <map>
#include <numeric>
#include <set>

#include "base/random.hpp"
#include "crystals_for_tests.hpp"
#include "lattice/neighbours.hpp"
#include "lattice/slab.hpp"

using namespace lamella;
using namespace lamella::test;

namespace {

/// Twenty crystals: the samples and four bundled ones.
const std::vector<Crystal>& twenty() {
  static const std::vector<Crystal> all = [] {
    std::vector<Crystal> crystals;
    for (const Sample& sample : samples()) {
      crystals.push_back(load_text(cif_text(sample)));
      crystals.back().name = sample.name;
    }
    for (const char* name : {"LiCoO2", "Li6PS5Cl", "LiNbO3", "Li3PO4"}) crystals.push_back(load_crystal(name));
    return crystals;
  }();
  return all;
}

std::vector<Miller> planes_up_to(int most) {
  std::vector<Miller> planes;
  for (int h = -most; h <= most; ++h)
    for (int k = -most; k <= most; ++k)
      for (int l = -most; l <= most; ++l)
        if (std::gcd(std::gcd(h, k), l) == 1) planes.push_back({h, k, l});
  return planes;
}

/// Volume of a primitive cell, by trying every vector between equal atoms as a translation.
double primitive_volume(const Structure& s) {
  auto maps_onto_itself = [&](const Vec3& t) {
    for (std::size_t i = 0; i < s.size(); ++i) {
      bool found = false;
      for (std::size_t j = 0; j < s.size() && !found; ++j) {
        if (s.elements[i] != s.elements[j]) continue;
        Vec3 d = s.cell.to_fractional(Cartesian(Vec3(s.positions[i].vec() + t - s.positions[j].vec()))).vec();
        for (int x = 0; x < 3; ++x) d[x] -= std::round(d[x]);
        found = s.cell.to_cartesian(Fractional(d)).norm() < 0.02;
      }
      if (!found) return false;
    }
    return true;
  };
  int translations = 0;
  for (std::size_t j = 0; j < s.size(); ++j)
    if (s.elements[j] == s.elements[0] && maps_onto_itself(s.positions[j].vec() - s.positions[0].vec())) ++translations;
  return s.cell.volume() / translations;
}

/// Who is around an atom up to `cutoff`, as sorted (element, distance in 0.05 A).
using Surroundings = std::vector<std::pair<int, int>>;
Surroundings surroundings(const std::vector<Neighbour>& list, const std::vector<Element>& elements) {
  Surroundings s;
  for (const Neighbour& n : list) s.emplace_back(elements[n.index].number(), static_cast<int>(std::lround(n.distance / 0.05)));
  std::sort(s.begin(), s.end());
  return s;
}

bool alike(const Surroundings& a, const Surroundings& b) {
  if (a.size() != b.size()) return false;
  for (std::size_t i = 0; i < a.size(); ++i)
    if (a[i].first != b[i].first || std::abs(a[i].second - b[i].second) > 1) return false;
  return true;
}

/// Atoms deep inside the slab see what atoms of the bulk see: none lost, none doubled, no mirror or strain in between.
void check_inside(const Crystal& crystal, const Slab& slab, double cutoff) {
  const auto bulk = neighbour_lists(crystal.cell.cell, crystal.cell.positions, cutoff);
  std::map<int, std::vector<Surroundings>> known;
  for (std::size_t i = 0; i < bulk.size(); ++i) known[crystal.cell.elements[i].number()].push_back(surroundings(bulk[i], crystal.cell.elements));
  Mat3 rows = Mat3::Zero();
  rows.topLeftCorner<2, 2>() = slab.plane;
  rows(2, 2) = slab.thickness + 20.0;
  const auto lists = neighbour_lists(Cell(rows), slab.positions, cutoff, {true, true, false});
  int inside = 0;
  for (std::size_t i = 0; i < slab.size(); ++i) {
    const double margin = cutoff + 2.0;  // units kept whole make a face rough
    if (slab.positions[i].z() < margin || slab.positions[i].z() > slab.thickness - margin) continue;
    ++inside;
    const auto& candidates = known[slab.elements[i].number()];
    const Surroundings seen = surroundings(lists[i], slab.elements);
    REQUIRE(std::any_of(candidates.begin(), candidates.end(), [&](const Surroundings& s) { return alike(s, seen); }));
  }
  REQUIRE(inside > 0);
}

/// What must not change when the same crystal is described by another cell.
std::vector<std::array<double, 6>> summary(const Crystal& crystal, Miller miller) {
  std::vector<std::array<double, 6>> rows;
  const SurfaceLattice s = surface_lattice(crystal, miller);
  for (const Termination& t : list_terminations(crystal, miller))
    rows.push_back({s.spacing, t.area, t.dipole_per_area, static_cast<double>(t.tasker), static_cast<double>(t.broken_polyanions), static_cast<double>(t.symmetric)});
  std::sort(rows.begin(), rows.end(), [](const auto& a, const auto& b) {  // the last digits must not decide the order
    for (int k : {3, 4, 5, 2})
      if (std::abs(a[k] - b[k]) > 1e-4) return a[k] < b[k];
    return false;
  });
  return rows;
}

void check_same(const std::vector<std::array<double, 6>>& a, const std::vector<std::array<double, 6>>& b) {
  REQUIRE(a.size() == b.size());
  for (std::size_t i = 0; i < a.size(); ++i)
    for (int k = 0; k < 6; ++k) CHECK(a[i][k] == Approx(b[i][k]).margin(2e-4).epsilon(1e-6));
}

Mat3 random_rotation(RandomStream& random) {
  Eigen::Quaterniond q(random.normal(), random.normal(), random.normal(), random.normal());
  return q.normalized().toRotationMatrix();
}

Int3x3 random_unimodular(RandomStream& random) {
  Int3x3 u = Int3x3::Identity();
  for (int step = 0; step < 4; ++step) {
    const int i = static_cast<int>(random.below(3)), j = (i + 1 + static_cast<int>(random.below(2))) % 3;
    u.row(i) += (random.below(2) ? 1 : -1) * u.row(j);
  }
  return u;
}

/// The same matter in the cell `matrix` x old cell (rows), turned by `rotation`; all atoms of the larger cell.
Crystal redescribed(const Crystal& crystal, const Int3x3& matrix, const Mat3& rotation) {
  Crystal other = crystal;
  other.symmetry = {};
  const Mat3 rows = matrix.cast<double>() * crystal.cell.cell.rows() * rotation.transpose();
  other.cell = {Cell(rows), {}, {}, {}, {}};
  std::vector<Vec3> seen;
  const int reach = matrix.cwiseAbs().sum();
  const Mat3 old_to_new = (matrix.cast<double>().inverse()).transpose();
  for (std::size_t i = 0; i < crystal.cell.size(); ++i) {
    const Vec3 f0 = crystal.cell.cell.to_fractional(crystal.cell.positions[i]).vec();
    for (int a = -reach; a <= reach; ++a)
      for (int b = -reach; b <= reach; ++b)
        for (int c = -reach; c <= reach; ++c) {
          const Vec3 f = old_to_new * (f0 + Vec3(a, b, c));
          if (f.minCoeff() < -1e-9 || f.maxCoeff() >= 1.0 - 1e-9) continue;
          other.cell.elements.push_back(crystal.cell.elements[i]);
          other.cell.positions.push_back(other.cell.cell.to_cartesian(Fractional(f)));
        }
  }
  return other;
}

Miller in_cell(const Int3x3& matrix, Miller m) {
  const Eigen::Vector3i h = matrix * Eigen::Vector3i(m.h, m.k, m.l);
  return {h[0], h[1], h[2]};
}

}  // namespace

TEST_CASE("Twenty crystals, all planes up to index 2: cells, composition, repeats, dipoles") {
  for (const Crystal& crystal : twenty()) {
    const double volume = primitive_volume(crystal.cell);
    const Formula bulk = reduced(formula_of(crystal.cell.elements));
    for (const Miller hkl : planes_up_to(crystal.cell.size() > 40 ? 1 : 2)) {
      INFO(crystal.name << " " << hkl.h << " " << hkl.k << " " << hkl.l);
      const SurfaceLattice s = surface_lattice(crystal, hkl);
      REQUIRE(s.basis.determinant() > 0);
      CHECK(s.basis(0, 1) == 0.0);
      CHECK(s.basis(0, 0) > 0.0);
      REQUIRE(s.basis.determinant() * s.spacing == Approx(volume).epsilon(1e-8));
      CHECK(std::abs(s.basis.row(0).dot(s.basis.row(1))) <= 0.5 * s.basis.row(0).squaredNorm() * (1 + 1e-5));
      CHECK(s.basis.row(0).norm() <= s.basis.row(1).norm() * (1 + 1e-5));
      const auto list = list_terminations(crystal, hkl);
      REQUIRE(!list.empty());
      for (const Termination& t : list) {
        CHECK(t.index == &t - list.data());
        const Slab slab = cut_slab(crystal, hkl, t, 2);
        REQUIRE(static_cast<int>(slab.size()) == 2 * s.atoms_per_repeat);
        CHECK(slab.thickness == Approx(2 * s.spacing));
        std::vector<Element> one(slab.elements.begin(), slab.elements.begin() + s.atoms_per_repeat);
        CHECK(to_string(formula_of(one)) == t.formula);
        int in_planes = 0;
        double dipole = 0.0, net = 0.0, plane_charge = 0.0;
        for (const AtomicPlane& plane : t.planes) {
          for (const auto& term : plane.formula) in_planes += term.count;
          plane_charge += plane.charge;
        }
        CHECK(in_planes == s.atoms_per_repeat);
        for (int i = 0; i < s.atoms_per_repeat; ++i) {
          const double q = crystal.charges.at(slab.elements[i]);
          net += q;
          dipole += q * slab.positions[i].z();
        }
        CHECK(net == Approx(0.0).margin(1e-9));
        CHECK(plane_charge == Approx(0.0).margin(1e-9));
        CHECK(dipole / t.area == Approx(t.dipole_per_area).margin(0.01));
        if (t.tasker < 3) CHECK(t.dipole_per_area == 0.0);
        if (t.symmetric) CHECK(t.tasker < 3);  // a slab that turns over onto itself has no dipole
      }
      std::map<std::string, int> twice;  // the same reduced formula as the bulk, whatever the order
      for (const auto& term : reduced(formula_of(cut_slab(crystal, hkl, list[0], 1).elements))) twice[term.element.symbol()] = term.count;
      for (const auto& term : bulk) CHECK(twice[term.element.symbol()] == term.count);
    }
  }
}

TEST_CASE("Atoms deep inside every slab see what atoms of the bulk see") {
  RandomStream random(5, "slab insides");
  for (const Crystal& crystal : twenty()) {
    const auto planes = planes_up_to(2);
    for (int trial = 0; trial < 5; ++trial) {
      const Miller hkl = planes[random.below(planes.size())];
      INFO("seed 5: " << crystal.name << " " << hkl.h << " " << hkl.k << " " << hkl.l);
      const auto list = list_terminations(crystal, hkl);
      const Termination& t = list[random.below(list.size())];
      check_inside(crystal, cut_slab(crystal, hkl, t, repeats_for(crystal, hkl, 17.0)), 3.1);
    }
  }
}

TEST_CASE("A rotated, tilted or non-primitive cell of the same crystal gives the same faces") {
  RandomStream random(9, "slab cells");
  for (const Crystal& crystal : twenty()) {
    if (crystal.cell.size() > 40) continue;
    const auto planes = planes_up_to(2);
    for (int trial = 0; trial < 4; ++trial) {
      const Miller hkl = planes[random.below(planes.size())];
      Int3x3 matrix = random_unimodular(random);
      if (trial >= 2) matrix.row(random.below(3)) *= 2;
      INFO("seed 9: " << crystal.name << " " << hkl.h << " " << hkl.k << " " << hkl.l << "\n" << matrix);
      const Crystal other = redescribed(crystal, matrix, random_rotation(random));
      REQUIRE(other.cell.size() == crystal.cell.size() * static_cast<std::size_t>(std::lround(std::abs(matrix.cast<double>().determinant()))));
      check_same(summary(crystal, hkl), summary(other, in_cell(matrix, hkl)));
    }
  }
}

TEST_CASE("Equivalent planes have equal faces, the opposite plane has them turned over") {
  const Crystal lif = load_crystal("LiF"), lco = load_crystal("LiCoO2"), niobate = load_crystal("LiNbO3");
  check_same(summary(lif, {1, 2, 0}), summary(lif, {0, -1, 2}));
  check_same(summary(lco, {1, 0, 4}), summary(lco, {0, -1, 4}));
  check_same(summary(lco, {1, 0, 4}), summary(lco, {-1, 1, 4}));
  auto up = summary(niobate, {0, 0, 1}), down = summary(niobate, {0, 0, -1});  // a polar crystal: its two faces differ
  REQUIRE(up.size() == down.size());
  for (auto& row : down) row[2] = -row[2];
  std::sort(down.begin(), down.end());
  for (std::size_t i = 0; i < up.size(); ++i) CHECK(up[i][2] == Approx(down[i][2]).margin(1e-3));
}

TEST_CASE("Terminations are exactly the classes of cuts with different surroundings (brute force)") {
  // Every cut of one repeat, described by what lies above it and below it: the profile (height, element) of the slab. Cuts that
  // an operation with the same outward normal maps onto one another have one profile; here no two others share one.
  for (const Crystal& crystal : twenty()) {
    if (crystal.cell.size() > 40) continue;
    for (const Miller hkl : planes_up_to(1)) {
      INFO(crystal.name << " " << hkl.h << " " << hkl.k << " " << hkl.l);
      const auto list = list_terminations(crystal, hkl);
      std::set<std::vector<std::pair<int, int>>> profiles;
      for (const Termination& t : list) {
        std::vector<std::pair<int, int>> profile;
        const Slab slab = cut_slab(crystal, hkl, t, 1);
        for (std::size_t i = 0; i < slab.size(); ++i) profile.emplace_back(static_cast<int>(std::lround(slab.positions[i].z() * 20)), slab.elements[i].number());
        std::sort(profile.begin(), profile.end());
        profiles.insert(profile);
      }
      CHECK(profiles.size() == list.size());
    }
  }
}

TEST_CASE("A glide or screw that keeps the normal makes cuts equal, turning over does not") {
  auto count = [](const char* name, Miller hkl) {
    for (const Crystal& c : twenty())
      if (c.name == name) return list_terminations(c, hkl).size();
    return std::size_t{0};
  };
  CHECK(count("Si", {1, 1, 1}) == 2);      // between and within the double layers
  CHECK(count("Si", {0, 0, 1}) == 1);      // a 4_1 screw maps each of the four planes onto the next
  CHECK(count("W", {1, 1, 0}) == 1);
  CHECK(count("ZnO", {0, 0, 1}) == 2);     // 6_3: two of four cuts
  CHECK(count("ZnS", {1, 1, 1}) == 2);
  CHECK(count("ZnS", {0, 0, 1}) == 2);
  CHECK(count("SrTiO3", {0, 0, 1}) == 2);
  CHECK(count("SrTiO3", {1, 1, 0}) == 2);
  CHECK(count("CsCl", {0, 0, 1}) == 2);
  CHECK(count("CsCl", {1, 1, 0}) == 1);
}

TEST_CASE("Every cut that was merged is named: an operation with the same normal maps its slab onto the listed one") {
  for (const Crystal& crystal : twenty()) {
    if (crystal.cell.size() > 40) continue;
    for (const Miller hkl : planes_up_to(1))
      for (const Termination& t : list_terminations(crystal, hkl))
        for (const double cut : t.equivalent_cuts) {
          INFO(crystal.name << " " << hkl.h << " " << hkl.k << " " << hkl.l << " cut " << cut);
          Termination other = t;
          other.cut = cut;
          auto profile = [&](const Termination& which) {
            std::vector<std::pair<int, double>> rows;
            const Slab slab = cut_slab(crystal, hkl, which, 1);
            for (std::size_t i = 0; i < slab.size(); ++i) rows.emplace_back(slab.elements[i].number(), slab.positions[i].z());
            std::sort(rows.begin(), rows.end());
            return rows;
          };
          const auto a = profile(t), b = profile(other);
          REQUIRE(a.size() == b.size());
          for (std::size_t i = 0; i < a.size(); ++i) {
            CHECK(a[i].first == b[i].first);
            CHECK(a[i].second == Approx(b[i].second).margin(0.05));
          }
        }
  }
  for (const Crystal& crystal : twenty())
    if (crystal.name == "Si") CHECK(list_terminations(crystal, {0, 0, 1})[0].equivalent_cuts.size() == 1);
}
