// The commensurate cells of LiCoO2 and Li6PS5Cl, computed apart from this program; bases written down by hand here.
#include <catch2/catch.hpp>

#include "lattice/strain.hpp"
#include "match_oracle.hpp"

using namespace lamella;

namespace {

const double a_lco = 2.8156, c_lco = 14.0542, a_lps = 9.8598;
const double height_104 = std::sqrt(4 * a_lco * a_lco / 3 + c_lco * c_lco / 9);  // 5.702 A, across a in LCO(104)

const Mat2 lco_104 = oracle::lattice(a_lco, height_104, 90);
const Mat2 lco_003 = oracle::lattice(a_lco, a_lco, 120);
const Mat2 lco_110 = (Mat2() << std::sqrt(3.0) * a_lco, 0, a_lco / std::sqrt(3.0), c_lco / 3).finished();
const Mat2 lps_100 = oracle::lattice(a_lps / std::sqrt(2.0), a_lps / std::sqrt(2.0), 90);
const Mat2 lps_110 = oracle::lattice(a_lps / std::sqrt(2.0), a_lps, 90);

struct Tabulated {
  const char* pair;
  Mat2 first, second;
  double area, one, two;  // A^2 and principal strains, %
};

}  // namespace

TEST_CASE("the tabulated commensurate cells of LiCoO2 and Li6PS5Cl are found") {
  const std::vector<Tabulated> table{
      {"(110)/(110)", lco_110, lps_110, 137, -1.08, 0.79},       {"(003)/(100)", lco_003, lps_100, 192, -1.08, -0.05},
      {"(104)/(100)", lco_104, lps_100, 787, -0.05, 1.21},       {"(104)/(100), smaller", lco_104, lps_100, 562, -3.61, -0.05},
      {"(104)/(110), axes swapped", lco_104, lps_110, 562, 0.96, 1.21},
  };
  for (const Tabulated& row : table) {
    INFO(row.pair);
    const std::vector<MatchLayer> layers{oracle::layer("LCO", row.first), oracle::layer("LPSCl", row.second)};
    const auto matches = find_matches(layers, {800, 0.04, 0, 0.0}, {StrainSharing::Kind::onto, 0});
    const bool found = std::any_of(matches.begin(), matches.end(), [&](const Match& m) {
      const Eigen::SelfAdjointEigenSolver<Mat2> principal(m.layers[1].strain);
      return std::abs(m.area - row.area) < 1.0 && std::abs(100 * principal.eigenvalues()[0] - row.one) < 0.02 &&
             std::abs(100 * principal.eigenvalues()[1] - row.two) < 0.02;
    });
    CHECK(found);
  }
}

TEST_CASE("rotated cells that a 1 % angle limit loses: LCO(104) on LPSCl") {
  const auto least = [](const Mat2& second, double area) {
    const std::vector<MatchLayer> layers{oracle::layer("LCO", lco_104), oracle::layer("LPSCl", second)};
    double best = 1.0;
    for (const Match& m : find_matches(layers, {500, 0.03, 0, 0.0}, {StrainSharing::Kind::onto, 0}))
      if (std::abs(m.area - area) < 1.0) best = std::min(best, m.max_strain);
    return best;
  };
  CHECK(least(lps_100, 401) == Approx(0.0224).margin(5e-5));
  CHECK(least(lps_100, 482) == Approx(0.0185).margin(5e-5));
  CHECK(least(lps_110, 482) == Approx(0.0017).margin(5e-5));
}
