#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>

#include "amorph/cache.hpp"
#include "amorph/layer.hpp"
#include "amorph/layer_file.hpp"
#include "amorph/recipe.hpp"
#include "base/error.hpp"
#include "base/files.hpp"

using namespace lamella;

namespace {

/// A cache of the test's own, gone with it.
class OwnCache {
 public:
  OwnCache() {
    std::string name = (std::filesystem::temp_directory_path() / "lamella-test-XXXXXX").string();
    path_ = mkdtemp(name.data());
    setenv("LAMELLA_CACHE", path_.c_str(), 1);
  }
  ~OwnCache() {
    setenv("LAMELLA_CACHE", "off", 1);
    std::filesystem::remove_all(path_);
  }
  const std::filesystem::path& path() const { return path_; }

 private:
  std::filesystem::path path_;
};

LayerRequest tiny(const std::string& method) {
  LayerRequest r;
  r.formula = parse_formula("LiF");
  r.plane << 6.0, 7.0, -7.5, 5.0;  // oblique and turned
  r.thickness = method == "slab" ? 5.0 : 6.0;
  r.recipe.method = method;
  r.recipe.rate = 1e15;  // K/s
  r.recipe.hold = 1.2;
  r.recipe.final_hold = 0.2;
  r.seed = 5;
  return r;
}

}  // namespace

TEST_CASE("a tiny quench by either method: whole formula units, its plane, its thickness, and a proof that it melted") {
  setenv("LAMELLA_CACHE", "off", 1);
  for (const std::string method : {"bulk", "slab"}) {
    INFO(method);
    const LayerRequest request = tiny(method);
    const AmorphousLayer layer = make_amorphous_layer(request, {});
    CHECK(layer.slab.plane == request.plane);
    CHECK(reduced(formula_of(layer.slab.elements)) == request.formula);
    const double per_unit = layer.slab.thickness / (layer.slab.size() / 2.0);
    CHECK(std::abs(layer.slab.thickness - request.thickness) <= 0.5 * per_unit + 1e-9);
    CHECK(layer.density == Approx(density_of(request.formula, static_cast<long>(layer.slab.size() / 2), layer.slab.area() * layer.slab.thickness)));
    for (const Cartesian& p : layer.slab.positions) CHECK((p.z() > -0.8 && p.z() < layer.slab.thickness + 0.8));
    CHECK(layer.proof.at("method") == method);
    CHECK(layer.proof.at("stages").at(0).at("msd").at("F").get<double>() > 4.0);
    CHECK(layer.proof.at("first_peak").get<double>() == Approx(1.84).margin(0.12));
    CHECK(layer_file_text(make_amorphous_layer(request, {})) == layer_file_text(layer));
  }
}

TEST_CASE("a layer's file gives the layer back, bit for bit, the cache gives the same bytes as the melt") {
  const OwnCache cache;
  const LayerRequest request = tiny("slab");
  const AmorphousLayer layer = make_amorphous_layer(request, {});
  const std::string text = layer_file_text(layer);
  const AmorphousLayer read = parse_layer_file(text, "layer");
  CHECK(read.slab.plane == layer.slab.plane);
  CHECK(read.slab.thickness == layer.slab.thickness);
  CHECK(read.slab.positions == layer.slab.positions);
  CHECK(read.slab.elements == layer.slab.elements);
  CHECK(read.density == layer.density);
  CHECK(read.proof == layer.proof);
  CHECK(layer_file_text(read) == text);
  long stages_seen = 0;
  const AmorphousLayer again = make_amorphous_layer(request, [&](const ProgressReport&) { ++stages_seen; });
  CHECK(stages_seen == 0);
  CHECK(layer_file_text(again) == text);
}

TEST_CASE("a killed quench goes on from its last whole stage to the same bytes") {
  const LayerRequest request = tiny("slab");
  setenv("LAMELLA_CACHE", "off", 1);
  const std::string whole = layer_file_text(make_amorphous_layer(request, {}));
  const OwnCache cache;
  struct Killed {};
  int reports = 0;
  // Thrown from the progress call-back in mid-run: whatever the cache holds then is what a kill would leave.
  CHECK_THROWS(make_amorphous_layer(request, [&](const ProgressReport& r) {
    if (r.fraction > 0.6 && ++reports > 2) throw Killed();
  }));
  CHECK(std::filesystem::exists(cache.path() / "unfinished"));
  double first_fraction = -1.0;
  const std::string resumed = layer_file_text(make_amorphous_layer(request, [&](const ProgressReport& r) {
    if (first_fraction < 0.0) first_fraction = r.fraction;
  }));
  CHECK(first_fraction > 0.4);
  CHECK(resumed == whole);
}

TEST_CASE("a file without proof is taken as it is, a broken one is named") {
  const AmorphousLayer plain = parse_layer_file("2\nLattice=\"4 0 0 0 4 0 0 0 5\" Properties=species:S:1:pos:R:3\nLi 0 0 1\nF 2 2 3\n", "glass.extxyz");
  CHECK(plain.slab.thickness == 5.0);
  CHECK(plain.proof.is_null());
  CHECK(plain.density == Approx(25.938 / (0.602214076 * 80.0)).epsilon(1e-3));
  CHECK_THROWS_AS(parse_layer_file("2\nLattice=\"4 0 1 0 4 0 0 0 5\" Properties=species:S:1:pos:R:3\nLi 0 0 1\nF 2 2 3\n", "tilted"), Error);
  CHECK_THROWS_AS(parse_layer_file("2\nLattice=\"4 0 0 0 4 0 0 0 5\" Properties=species:S:1:pos:R:3 proof=\"{'a':\"\nLi 0 0 1\nF 2 2 3\n", "cut"), Error);
}

TEST_CASE("a melt that does not melt is an error of the run") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest request = tiny("slab");
  request.recipe.melt = 320.0;
  request.recipe.hold = 0.1;
  try {
    make_amorphous_layer(request, {});
    FAIL("nothing thrown");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::while_running);
    CHECK_THAT(error.what(), Catch::Contains("did not melt"));
  }
}
