#include <catch2/catch.hpp>
#include <cstring>
#include <fmt/format.h>
#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/random.hpp"
#include "runner/engine.hpp"
#include "runner/ion_pairs/ion_lists.hpp"

using namespace lamella;

namespace {

const char* buckingham = "pair_style buck/coul/long 6.0\npair_coeff 1 1 0.0 0.3 0.0\npair_coeff 1 2 443.83 0.2714 0.0\npair_coeff 2 2 1127.7 0.2753 15.83\n";
const char* tosi_fumi =
    "pair_style born/coul/long 5.5 6.5\npair_coeff 1 1 0.42193 0.299 1.632 0.045563 -0.018725\n"
    "pair_coeff 1 2 0.29007 0.299 1.995 0.499321 -0.374491 5.0\npair_coeff 2 2 0.15822 0.299 2.358 9.050188 -10.610565\n";

struct Answer {
  std::vector<Cartesian> forces;
  double short_range, coulomb, tail, stress[6];
};

/// 60 ions on a shaken lattice in a tilted box narrower than twice the cut-off along x.
std::string ions(std::uint64_t seed) {
  RandomStream random(seed, "test/ions");
  const double xy = random.uniform(-3.0, 3.0), xz = random.uniform(-3.0, 3.0), yz = random.uniform(-4.0, 4.0);
  std::string text = fmt::format("units metal\natom_style charge\natom_modify map array\nbox tilt large\nregion box prism 0 7.6 0 9.9 0 12.1 {} {} {} units box\ncreate_box 2 box\nmass 1 6.94\nmass 2 18.998\n", xy, xz, yz);
  for (int i = 0; i < 60; ++i) {
    const double u = (i % 3 + random.uniform(0.1, 0.4)) / 3, v = (i / 3 % 4 + random.uniform(0.1, 0.4)) / 4, w = (i / 12 + random.uniform(0.1, 0.4)) / 5;
    text += fmt::format("create_atoms {} single {} {} {} units box\n", 1 + (i + i / 3 + i / 12) % 2, 7.6 * u + xy * v + xz * w, 9.9 * v + yz * w, 12.1 * w);
  }
  return text + "set type 1 charge 1.0\nset type 2 charge -1.0\n";
}

Answer answer(std::uint64_t seed, const std::string& style, bool ours, int threads, const std::string& more = "") {
  EngineOptions options;
  options.threads = threads;
  Engine engine(options);
  engine.commands(ions(seed) + (ours ? "suffix lamella\n" : "") + style + "pair_modify table 0\n" + more +
                  "kspace_style ewald 1e-4\nkspace_modify gewald 0.45\nneighbor 1.2 bin\nthermo_modify norm no\nthermo_style custom step pe evdwl ecoul etail pxx pyy pzz pxy pxz pyz\n"
                  "fix walk all nve\ntimestep 0.0005\nrun 12\n");
  Answer a;
  a.forces = engine.forces();
  a.short_range = engine.thermo("evdwl"), a.coulomb = engine.thermo("ecoul"), a.tail = engine.thermo("etail");
  const char* names[] = {"pxx", "pyy", "pzz", "pxy", "pxz", "pyz"};
  for (int c = 0; c < 6; ++c) a.stress[c] = engine.thermo(names[c]);
  return a;
}

}  // namespace

TEST_CASE("ions under the suffix lamella: energies, forces and stress of LAMMPS's own styles, the same bits on any number of threads") {
  for (const std::string style : {buckingham, tosi_fumi})
    for (const std::string more : {"", "pair_modify tail yes\n", "pair_modify shift yes\n"}) {
      const std::uint64_t seed = 11 + style.size() + more.size();
      INFO(style << more << "seed " << seed);
      const Answer theirs = answer(seed, style, false, 1, more), ours = answer(seed, style, true, 1, more), five = answer(seed, style, true, 5, more);
      REQUIRE(ours.forces.size() == 60);
      double worst = 0.0, largest = 0.0;
      for (std::size_t i = 0; i < 60; ++i) {
        worst = std::max(worst, (ours.forces[i] - theirs.forces[i]).vec().norm());
        largest = std::max(largest, theirs.forces[i].vec().norm());
        CHECK(std::memcmp(&ours.forces[i], &five.forces[i], sizeof(Cartesian)) == 0);
      }
      CHECK(worst < 1e-10 * largest);
      CHECK(ours.short_range == Approx(theirs.short_range).epsilon(1e-10));
      CHECK(ours.coulomb == Approx(theirs.coulomb).epsilon(1e-10));
      CHECK(ours.tail == Approx(theirs.tail).epsilon(1e-10).margin(1e-14));
      for (int c = 0; c < 6; ++c) CHECK(ours.stress[c] == Approx(theirs.stress[c]).epsilon(1e-9).margin(1e-5));
      CHECK(std::memcmp(ours.stress, five.stress, sizeof ours.stress) == 0);
    }
}

TEST_CASE("ions under the suffix lamella refuse what they do not know") {
  CHECK_THROWS_WITH(answer(1, "pair_style hybrid buck/coul/long 6.0\npair_coeff * * buck/coul/long 100.0 0.3 0.0\n", true, 1), Catch::Contains("hybrid"));
  CHECK_THROWS_WITH(answer(1, "pair_style buck/coul/long 6.0\npair_coeff 1 1 0.0 0.3 0.0\n", true, 1), Catch::Contains("All pair coeffs are not set"));
  CHECK_THROWS_WITH(answer(1, "pair_style buck/coul/long 6.0\npair_coeff 1 1 0.0 0.0 0.0\n", true, 1), Catch::Contains("Incorrect args"));
}

TEST_CASE("lists of ions hold what brute force finds, and every instruction set gives the same bits") {
  for (const std::uint64_t seed : {1, 2, 3}) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/ion-lists");
    const int all = 400, local = 150, types = 3;
    const double size = seed == 3 ? 60.0 : 20.0, cutoff = 5.3;
    std::vector<double> points;
    std::vector<int> type;
    for (int i = 0; i < all; ++i) {
      for (int k = 0; k < 3; ++k) points.push_back(random.uniform(-size / 2, size / 2) * (k == 2 ? 0.4 : 1.0));
      points.push_back(random.uniform(-1.0, 1.0));
      type.push_back(static_cast<int>(random.uniform(0.0, 2.999)));
    }
    points.insert(points.end(), {1e6, 1e6, 1e6, 0.0});
    std::vector<IonPair> pairs(types * types);
    for (int a = 0; a < types; ++a)
      for (int b = 0; b < types; ++b) pairs[a * types + b] = {500.0 * (a * b), 4.0, 0.1 * (a + b), 3.0 * a * b, -2.0 * a * b, 0.0, 20.0, a * b > 0};
    std::vector<IonShare> reference;
    for (const char* name : {"baseline", "avx2", "avx512"}) {
      const IonKernels* kernels = ion_kernels_named(name);
      if (!kernels) continue;
      INFO(name);
      IonLists lists;
      lists.build(points.data(), type.data(), local, all, types, cutoff, kernels->search);
      for (int i = 0; i < local; ++i)
        for (int t = 0; t < types; ++t) {
          std::vector<int> brute, found;
          for (int j = 0; j < all; ++j) {
            double r2 = 0.0;
            for (int k = 0; k < 3; ++k) r2 += std::pow(points[4 * i + k] - points[4 * j + k], 2);
            if (j != i && type[j] == t && r2 < cutoff * cutoff) brute.push_back(j);
          }
          const int list = i * types + t;
          REQUIRE(lists.count()[list] % 8 == 0);
          for (int n = 0; n < lists.count()[list]; ++n)
            if (const int j = lists.neighbours()[lists.first()[list] + n]; j < all) found.push_back(j);
          std::sort(found.begin(), found.end());
          REQUIRE(found == brute);
        }
      IonSystem system{points.data(), type.data(), types, pairs.data(), lists.neighbours(), lists.first(), lists.count(), 14.4, 0.4, cutoff * cutoff};
      std::vector<IonShare> shares(local);
      kernels->forces(system, 0, local, true, shares.data());
      if (reference.empty()) reference = shares;
      CHECK(std::memcmp(reference.data(), shares.data(), local * sizeof(IonShare)) == 0);
    }
  }
}
