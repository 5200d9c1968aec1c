#include <catch2/catch.hpp>

#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "observe/order.hpp"

using namespace lamella;

namespace {

const Element li = Element::from_symbol("Li"), f = Element::from_symbol("F");

/// A crystal from its conventional cell, repeated n times along each axis and shaken by a normal deviate of `sigma` A.
Structure crystal(const Cell& cell, const std::vector<Fractional>& lithium, const std::vector<Fractional>& fluorine, int n, double sigma) {
  Structure s;
  s.cell = Cell(Mat3(n * cell.rows()));
  RandomStream random(11, "test/thermal");
  const auto add = [&](const std::vector<Fractional>& sites, Element e) {
    for (int x = 0; x < n; ++x)
      for (int y = 0; y < n; ++y)
        for (int z = 0; z < n; ++z)
          for (const Fractional& site : sites) {
            s.elements.push_back(e);
            const Vec3 shake(random.normal(), random.normal(), random.normal());
            s.positions.push_back(cell.to_cartesian(site + Fractional(x, y, z)) + Cartesian(Vec3(sigma * shake)));
          }
  };
  add(lithium, li);
  add(fluorine, f);
  return s;
}

const std::vector<Fractional> fcc = {{0, 0, 0}, {0.5, 0.5, 0}, {0.5, 0, 0.5}, {0, 0.5, 0.5}};

Structure rock_salt(double sigma) {
  std::vector<Fractional> fluorine;
  for (const Fractional& p : fcc) fluorine.push_back(p + Fractional(0.5, 0, 0));
  return crystal(Cell::from_parameters(4.026, 4.026, 4.026, 90, 90, 90), fcc, fluorine, 4, sigma);
}

Structure zinc_blende(double sigma) {
  std::vector<Fractional> fluorine;
  for (const Fractional& p : fcc) fluorine.push_back(p + Fractional(0.25, 0.25, 0.25));
  return crystal(Cell::from_parameters(4.35, 4.35, 4.35, 90, 90, 90), fcc, fluorine, 4, sigma);
}

Structure wurtzite(double sigma) {
  const double a = 3.08, c = a * std::sqrt(8.0 / 3.0);
  return crystal(Cell::from_parameters(a, a, c, 90, 90, 120), {{1.0 / 3, 2.0 / 3, 0}, {2.0 / 3, 1.0 / 3, 0.5}},
                 {{1.0 / 3, 2.0 / 3, 0.375}, {2.0 / 3, 1.0 / 3, 0.875}}, 5, sigma);
}

OrderReport order(const Structure& s) { return local_order(s, std::array{li}, std::array{f}); }

}  // namespace

TEST_CASE("perfect rock salt: six neighbours in an octahedron, nothing tetrahedral, all of it crystal") {
  const OrderReport r = order(rock_salt(0.0));
  CHECK(r.mean_cn == 6.0);
  CHECK(r.regular == 0);
  CHECK(r.share(r.rock_salt_like) == 1.0);
  CHECK(r.share(r.crystal_rock_salt) == 1.0);
  CHECK(r.crystal_tetrahedral == 0);
  CHECK(r.largest_crystal == static_cast<long>(r.centres.size()));
  CHECK(r.centres[0].octahedral < 1e-7);
}

TEST_CASE("perfect wurtzite and zinc blende: q = 1, T = 0, one linked cluster, told apart by their stacking") {
  for (const bool hexagonal : {true, false}) {
    INFO((hexagonal ? "wurtzite" : "zinc blende"));
    const OrderReport r = order(hexagonal ? wurtzite(0.0) : zinc_blende(0.0));
    const long n = static_cast<long>(r.centres.size());
    CHECK(r.mean_cn == 4.0);
    CHECK(r.regular == n);
    CHECK(r.clusters == std::vector<long>{n});
    CHECK(r.rock_salt_like == 0);
    CHECK(r.crystal_tetrahedral == n);
    CHECK(r.crystal_wurtzite == (hexagonal ? n : 0));
    for (const LocalOrder& c : r.centres) {
      REQUIRE(c.q == Approx(1.0).margin(1e-12));
      REQUIRE(c.t < 1e-12);
    }
  }
}

TEST_CASE("ligands are counted by their centres: six Li around F in rock salt, four in wurtzite, none missing where Li is gone") {
  CHECK(order(rock_salt(0.0)).ligand_histogram == std::vector<long>{0, 0, 0, 0, 0, 0, 256});
  CHECK(sum_of(order(wurtzite(0.0)).ligand_histogram).mean == 4.0);
  Structure s = rock_salt(0.0);
  s.elements[0] = Element::from_symbol("Co");  // six F have lost one Li
  const OrderReport r = order(s);
  CHECK(r.ligand_histogram == std::vector<long>{0, 0, 0, 0, 0, 6, 250});
  CHECK(sum_of(r.ligand_histogram, 6).above == 250);
  CHECK(sum_of(r.ligand_histogram, 6).entries == 256);
  CHECK(sum_of(r.cn_histogram).mean == Approx(r.mean_cn));
  CHECK(sum_of({}).mean == 0.0);
}

TEST_CASE("a lone point in a wide cell has its images for neighbours") {
  const std::vector<Cartesian> lone = {Cartesian(1.0, 2.0, 3.0)};
  const SublatticeOrder o = sublattice_order(Cell::from_parameters(30, 30, 30, 90, 90, 90), lone, 12, {true, true, true});
  CHECK(o.neighbours.at(0) == std::vector<int>(12, 0));
}

TEST_CASE("thermal crystals stay crystals, the same atoms at random places do not") {
  const OrderReport rs = order(rock_salt(0.15)), wz = order(wurtzite(0.15)), zb = order(zinc_blende(0.15));
  CHECK(rs.share(rs.crystal_like) > 0.95);
  CHECK(rs.share(rs.crystal_rock_salt) > 0.8);
  CHECK(wz.share(wz.crystal_like) > 0.95);
  CHECK(wz.share(wz.crystal_wurtzite) > 0.75);
  CHECK(zb.share(zb.crystal_like) > 0.95);
  CHECK(zb.share(zb.crystal_wurtzite) < 0.2);
  Structure gas = rock_salt(0.0);
  RandomStream random(3, "test/gas");
  for (Cartesian& p : gas.positions) p = gas.cell.to_cartesian(Fractional(random.uniform(), random.uniform(), random.uniform()));
  const OrderReport g = order(gas);
  CHECK(g.share(g.crystal_like) < 0.05);
  CHECK(g.share(g.regular) < 0.02);
}

TEST_CASE("order does not depend on the choice of cell, on rotation or on the order of the atoms") {
  const Structure plain = wurtzite(0.12);
  Structure turned = plain;
  const Mat3 rotation = Eigen::AngleAxisd(0.7, Vec3(1, 2, 3).normalized()).toRotationMatrix();
  Mat3 rows = plain.cell.rows();
  rows.row(2) += 2 * rows.row(0) - rows.row(1);
  turned.cell = Cell(Mat3(rows * rotation.transpose()));
  for (Cartesian& p : turned.positions) p = Cartesian(Vec3(rotation * p.vec()));
  const OrderReport a = order(plain), b = order(turned);
  REQUIRE(a.centres.size() == b.centres.size());
  CHECK(a.crystal_like == b.crystal_like);
  CHECK(a.clusters == b.clusters);
  for (std::size_t i = 0; i < a.centres.size(); ++i) {
    REQUIRE(a.centres[i].q == Approx(b.centres[i].q).margin(1e-10));
    REQUIRE(a.centres[i].t == Approx(b.centres[i].t).margin(1e-10));
    REQUIRE(a.centres[i].links == b.centres[i].links);
  }
}

TEST_CASE("a slab without images along c, and a lone centre with too few ligands, are no trouble") {
  Structure lone;
  lone.cell = Cell::from_parameters(20, 20, 20, 90, 90, 90);
  lone.elements = {li, f};
  lone.positions = {{1, 1, 1}, {3, 1, 1}};
  const OrderReport r = local_order(lone, std::array{li}, std::array{f}, {}, {false, false, false});
  CHECK(r.centres.at(0).cn == 1);
  CHECK(r.centres.at(0).q == 0.0);
  CHECK(!r.centres.at(0).crystal_like);
  OrderCriteria bad;
  bad.bond = 0.0;
  CHECK_THROWS_AS(local_order(lone, std::array{li}, std::array{f}, bad), Error);
}

TEST_CASE("q and T by hand: a square of ligands, a rectangle of edges") {
  // Square planar: four cosines of 0 and two of -1, q = 1 - 3/8 (4/9 + 2 * 4/9) = 0.5.
  CHECK(tetrahedral_q({Vec3(1, 0, 0), Vec3(0, 1, 0), Vec3(-1, 0, 0), Vec3(0, -1, 0)}) == Approx(0.5).epsilon(1e-14));
  // Unit square as a flat tetrahedron: edges 1,1,1,1,s,s with s = sqrt 2: 8 pairs of (s-1)^2 over 15 of their mean squared.
  const double s = std::sqrt(2.0), mean = (4.0 + 2.0 * s) / 6.0;
  CHECK(tetrahedricity({Vec3(0, 0, 0), Vec3(1, 0, 0), Vec3(1, 1, 0), Vec3(0, 1, 0)}) == Approx(8.0 * (s - 1) * (s - 1) / (15.0 * mean * mean)).epsilon(1e-14));
}
