// Hidden from the ordinary tests; extra.cmake runs them under the label "slow".
#include <catch2/catch.hpp>

#include <cstdio>
#include <cstdlib>

#include "amorph/layer.hpp"
#include "base/error.hpp"

using namespace lamella;

TEST_CASE("a quench that does crystallise is caught, flagged, and an error where amorphous is required", "[.slow]") {
  setenv("LAMELLA_CACHE", "off", 1);
  // Without returns this seed crystallises below 600 K already at the default rate.
  LayerRequest request{parse_formula("LiF"), Mat2::Identity(), 10.0, {}, 1};
  request.plane << 12.1, 0.0, 0.0, 13.0;
  request.recipe.rewinds = 0;
  const AmorphousLayer layer = make_amorphous_layer(request, {});
  CHECK(layer.proof.at("crystallised") == true);
  CHECK(layer.proof.at("crystal_share").get<double>() > 0.3);
  REQUIRE(!layer.warnings.empty());
  CHECK_THAT(layer.warnings.front(), Catch::Contains("crystallised"));
  request.recipe.require_amorphous = true;
  request.recipe.tries = 1;
  try {
    make_amorphous_layer(request, {});
    FAIL("nothing thrown");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::while_running);
    CHECK_THAT(error.what(), Catch::Contains("crystallised"));
  }
}

TEST_CASE("a 5 A film between frozen slices of its own melt is a glass in the window", "[.slow]") {
  setenv("LAMELLA_CACHE", "off", 1);
  for (const std::uint64_t seed : {1, 2, 3}) {
    INFO("seed " << seed);
    LayerRequest request{parse_formula("LiF"), Mat2::Identity(), 5.0, {}, seed};
    request.plane << 13.0, 0.0, 4.0, 12.2;
    request.recipe.method = "slab";
    request.recipe.rate = 1e14;
    const AmorphousLayer layer = make_amorphous_layer(request, {});
    CHECK(layer.proof.at("method") == "slab");
    CHECK(layer.proof.at("crystallised") == false);
    CHECK(layer.density == Approx(2.0).margin(0.1));
    CHECK(layer.proof.at("first_peak").get<double>() == Approx(1.84).margin(0.06));
    std::printf("film, seed %d: peak %.3f, CN %.2f, crystal-like %.3f\n", static_cast<int>(seed), layer.proof.at("first_peak").get<double>(), layer.proof.at("cn").get<double>(),
                layer.proof.at("crystal_share").get<double>());
  }
}

TEST_CASE("the default recipe gives a glass inside the window", "[.slow]") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest request{parse_formula("LiF"), Mat2::Identity(), 10.0, {}, 1};
  request.plane << 20.0, 0.0, -10.0, 17.3205;
  const AmorphousLayer layer = make_amorphous_layer(request, {});
  CHECK(layer.proof.at("crystallised") == false);
  CHECK(layer.density == Approx(2.0).margin(0.1));
  CHECK(layer.proof.at("first_peak").get<double>() == Approx(1.84).margin(0.06));
  CHECK(layer.proof.at("cn").get<double>() == Approx(4.0).margin(0.3));
}
