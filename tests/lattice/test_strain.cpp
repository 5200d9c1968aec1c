#include <catch2/catch.hpp>

#include "base/error.hpp"
#include "lattice/elastic.hpp"
#include "lattice/strain.hpp"
#include "match_oracle.hpp"

using namespace lamella;

namespace {

Stiffness cubic(double c11, double c12, double c44) {
  Stiffness c = Stiffness::Zero();
  c.topLeftCorner<3, 3>().setConstant(c12);
  c.diagonal() << c11, c11, c11, c44, c44, c44;
  return c;
}

Stiffness random_stiffness(RandomStream& random) {
  Stiffness m;
  for (int i = 0; i < 36; ++i) m(i / 6, i % 6) = random.uniform(-5, 5);
  return m * m.transpose() + 20 * Stiffness::Identity();
}

Mat3 random_axes(RandomStream& random) {
  Eigen::Quaterniond q(random.normal(), random.normal(), random.normal(), random.normal());
  return q.normalized().toRotationMatrix();
}

/// Energy density of a full strain tensor, by the components of the material's own axes.
double energy(const Stiffness& c, const Mat3& strain) {
  Eigen::Matrix<double, 6, 1> v;
  v << strain(0, 0), strain(1, 1), strain(2, 2), 2 * strain(1, 2), 2 * strain(0, 2), 2 * strain(0, 1);
  return 0.5 * v.dot(c * v);
}

}  // namespace

TEST_CASE("rotating a stiffness keeps the energy of every strain") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/elastic");
    const Stiffness c = random_stiffness(random);
    const Mat3 axes = random_axes(random);
    Mat3 strain;
    for (int i = 0; i < 9; ++i) strain(i / 3, i % 3) = random.normal();
    strain = Mat3(strain + strain.transpose());
    CHECK(energy(rotated_stiffness(c, axes), axes * strain * axes.transpose()) == Approx(energy(c, strain)));
  }
}

TEST_CASE("plane stress is the least energy over the strains along the normal") {
  for (std::uint64_t seed = 1; seed <= 50; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/elastic/plane");
    const Stiffness c = random_stiffness(random);
    const Mat3 axes = random_axes(random);
    const Mat3 plane = plane_stress_stiffness(c, axes);
    const Vec3 e(random.normal(), random.normal(), random.normal());
    const double expected = 0.5 * e.dot(plane * e);
    const Stiffness turned = rotated_stiffness(c, axes);
    const auto whole = [&](const Vec3& out) {  // xx yy zz yz xz xy
      Eigen::Matrix<double, 6, 1> v;
      v << e[0], e[1], out[0], out[1], out[2], e[2];
      return 0.5 * v.dot(turned * v);
    };
    // Coordinate descent: slow, plain, and knows nothing of compliances.
    Vec3 out = Vec3::Zero();
    for (int sweep = 0; sweep < 4000; ++sweep)
      for (int i = 0; i < 3; ++i) {
        const double h = 1.0;
        Vec3 up = out, down = out;
        up[i] += h;
        down[i] -= h;
        out[i] -= h * (whole(up) - whole(down)) / (2 * (whole(up) - 2 * whole(out) + whole(down)));
      }
    CHECK(whole(out) == Approx(expected).epsilon(1e-8));
  }
}

TEST_CASE("plane stress of LiF (001) by hand, and no stable crystal with C12 > C11") {
  const Mat3 plane = plane_stress_stiffness(cubic(112, 46, 63), Mat3::Identity());
  CHECK(plane(0, 0) == Approx(112 - 46.0 * 46 / 112));
  CHECK(plane(0, 1) == Approx(46 - 46.0 * 46 / 112));
  CHECK(plane(2, 2) == Approx(63));
  CHECK_THROWS_AS(plane_stress_stiffness(cubic(40, 50, 30), Mat3::Identity()), Error);
  CHECK_THROWS_AS(plane_stress_stiffness(cubic(112, 46, 63), Mat3(2 * Mat3::Identity())), Error);
}

TEST_CASE("polar strain: rotation times stretch, principal strains, von Mises") {
  for (std::uint64_t seed = 1; seed <= 100; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/strain");
    const Mat2 from = oracle::random_lattice(random);
    Mat2 stretch;
    const double shear = random.uniform(-0.1, 0.1);
    stretch << 1 + random.uniform(-0.1, 0.1), shear, shear, 1 + random.uniform(-0.1, 0.1);
    const Mat2 turn = Eigen::Rotation2Dd(random.uniform(-3, 3)).toRotationMatrix();
    const InPlaneStrain s = in_plane_strain(from, from * turn.transpose() * stretch);
    CHECK((s.rotation - turn).cwiseAbs().maxCoeff() < 1e-12);
    CHECK((s.strain - (stretch - Mat2::Identity())).cwiseAbs().maxCoeff() < 1e-12);
    const Eigen::SelfAdjointEigenSolver<Mat2> principal(s.strain);
    CHECK(s.smallest == Approx(principal.eigenvalues()[0]).margin(1e-12));
    CHECK(s.largest == Approx(principal.eigenvalues()[1]).margin(1e-12));
    Mat3 whole = Mat3::Zero();
    whole.topLeftCorner<2, 2>() = s.strain;
    const Mat3 deviator = whole - whole.trace() / 3 * Mat3::Identity();
    CHECK(von_mises_strain(s.strain) == Approx(std::sqrt(2.0 / 3.0 * deviator.cwiseProduct(deviator).sum())));
  }
}

TEST_CASE("a turned plane stiffness gives the turned strain the same energy") {
  RandomStream random(3, "test/strain/turn");
  const Mat3 c = plane_stress_stiffness(random_stiffness(random), random_axes(random));
  Mat2 strain;
  strain << 0.01, 0.004, 0.004, -0.02;
  const Mat2 turn = Eigen::Rotation2Dd(0.7).toRotationMatrix();
  CHECK(strain_energy_per_area(turn * strain * turn.transpose(), rotated_plane_stiffness(c, turn), 12.0) == Approx(strain_energy_per_area(strain, c, 12.0)));
  // 100 GPa, 1 % uniaxial, 10 A: 0.5 * 1e11 * 1e-4 * 1e-9 J/m^2 = 5e-3 J/m^2 = 5e-3 / 16.0218 eV/A^2.
  Mat2 uniaxial = Mat2::Zero();
  uniaxial(0, 0) = 0.01;
  CHECK(strain_energy_per_area(uniaxial, 100 * Mat3::Identity(), 10.0) == Approx(5e-3 / 16.0217663));
}

TEST_CASE("shared strain balances: equal and opposite, or by stiffness times thickness, and never costs more than onto one") {
  for (std::uint64_t seed = 1; seed <= 40; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/strain/shared");
    std::vector<MatchLayer> layers{oracle::layer("a", oracle::random_lattice(random)), oracle::layer("b", oracle::random_lattice(random))};
    for (MatchLayer& layer : layers) {
      layer.plane_stiffness = plane_stress_stiffness(random_stiffness(random), random_axes(random));
      layer.thickness = random.uniform(5, 30);
    }
    const MatchLimits limits{90, 0.03, 0, 0.0};
    for (const Match& m : find_matches(layers, limits, {StrainSharing::Kind::equal, 0}))
      CHECK((m.layers[0].strain + m.layers[1].strain).cwiseAbs().maxCoeff() < 1e-9);
    for (const Match& m : find_matches(layers, limits, {StrainSharing::Kind::stiffness, 0})) {
      Vec3 balance = Vec3::Zero();
      for (int k : {0, 1}) {
        const Mat2& e = m.layers[k].strain;
        const Mat2 turn = Eigen::Rotation2Dd(m.layers[k].rotation * std::acos(-1.0) / 180).toRotationMatrix();
        balance += layers[k].thickness * rotated_plane_stiffness(*layers[k].plane_stiffness, turn) * Vec3(e(0, 0), e(1, 1), 2 * e(0, 1));
      }
      CHECK(balance.cwiseAbs().maxCoeff() < 1e-4);  // GPa A; each term is about 10
    }
  }
}

TEST_CASE("sharing equally is complete too, and by stiffness says when it cannot") {
  for (std::uint64_t seed = 1; seed <= 25; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/strain/equal");
    const std::vector<MatchLayer> layers{oracle::layer("a", oracle::random_lattice(random)), oracle::layer("b", oracle::random_lattice(random))};
    const MatchLimits limits{90, random.uniform(0.01, 0.04), 0, 0.0};
    long expected = 0, got = 0;
    const auto changes = oracle::unimodular(4);
    const auto second = oracle::sublattices(layers[1].basis, limits.max_area);
    for (const Mat2& p : oracle::sublattices(layers[0].basis, limits.max_area))
      for (const Mat2& q : second) {
        double least = 1e9;
        for (const Mat2& u : changes) {
          if (oracle::strain(u * q, p) > 0.2) continue;
          const Mat2 cell = balanced_cell(std::vector<StrainedLayer>{{p}, {u * q}});
          least = std::min(least, std::max(oracle::strain(p, cell), oracle::strain(u * q, cell)));
        }
        expected += least <= limits.max_strain;
      }
    for (const Match& m : find_matches(layers, limits, {StrainSharing::Kind::equal, 0})) got += m.multiplicity;
    CHECK(got == expected);
    CHECK(sharing_warning(layers, {StrainSharing::Kind::stiffness, 0}).find("a, b") != std::string::npos);
    CHECK(find_matches(layers, limits, {StrainSharing::Kind::stiffness, 0}).size() == find_matches(layers, limits, {StrainSharing::Kind::equal, 0}).size());
  }
}
