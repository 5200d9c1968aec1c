#include <catch2/catch.hpp>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <utility>

#include "amorph/cache.hpp"
#include "amorph/layer.hpp"
#include "amorph/layer_file.hpp"
#include "amorph/proof.hpp"
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
  LayerRequest kept = request;
  kept.inputs = cache.path() / "inputs";
  CHECK(layer_file_text(make_amorphous_layer(kept, {})) == text);
  CHECK(std::distance(std::filesystem::directory_iterator(kept.inputs), {}) >= 4);
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

TEST_CASE("a melt that flies apart says so, and not only what LAMMPS's mesh or box had against it") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest request = tiny("bulk");
  request.recipe.density = 2.0;
  request.recipe.potential = "pair_style lj/cut 6.0; pair_coeff * * 1e8 2.2";  // so stiff that no step of a femtosecond follows it
  try {
    make_amorphous_layer(request, {});
    FAIL("nothing thrown");
  } catch (const Error& error) {
    CHECK(error.failure() == Failure::while_running);
    CHECK_THAT(error.what(), Catch::Contains("the melt came apart on the way from 2500 to 2500 K (run 600:") && Catch::Contains("atoms in"));
  }
}

TEST_CASE("the proof lists what was asked of it") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest request = tiny("bulk");
  request.recipe.regular_t = 1.0;
  request.recipe.regular_q = -3.0;
  request.recipe.bond = 2.4;
  const AmorphousLayer layer = make_amorphous_layer(request, {});
  const nlohmann::ordered_json& p = layer.proof;
  CHECK(p.at("thresholds").at("bond") == 2.4);
  CHECK(p.at("thresholds").at("regular_t") == 1.0);
  CHECK(p.at("method_reason") == "asked for");
  // With thresholds that let everything pass, regular means four-coordinated.
  CHECK(p.at("layer").at("regular_tetrahedra") == p.at("layer").at("cn_histogram").at(4));
  long cations = 0;
  double mass = 0.0;
  for (const auto& slice : p.at("slices")) {
    cations += slice.at("cations").get<long>();
    mass += slice.at("density").get<double>();
  }
  CHECK(cations == p.at("layer").at("cations").get<long>());
  CHECK(mass / static_cast<double>(p.at("slices").size()) == Approx(layer.density).epsilon(1e-3));
  for (const char* pair : {"Li-Li", "Li-F", "F-F"}) {
    const auto& g = p.at("rdf").at(pair).at("g");
    CHECK(g.size() == p.at("rdf").at("r").size());
    CHECK(g.at(8).get<double>() == 0.0);                       // nothing at 0.85 A
    CHECK(g.at(g.size() - 1).get<double>() == Approx(1.0).margin(0.4));  // periodic: tends to 1
  }
  // The bond's coordination is the running integral of g(r) up to it.
  CHECK(p.at("rdf").at("Li-F").at("cn").at(23).get<double>() == Approx(p.at("cn").get<double>()).margin(2e-3));
  const std::string plot = stage_plot(p), table = stage_table(p);
  CHECK(plot.starts_with("<svg"));
  CHECK(std::count(plot.begin(), plot.end(), 'c') > 3 * static_cast<long>(p.at("stages").size()));
  CHECK(std::count(table.begin(), table.end(), '\n') == static_cast<long>(p.at("stages").size()) + 1);
}

TEST_CASE("where amorphous is required a crystallised try is followed by the next seed") {
  setenv("LAMELLA_CACHE", "off", 1);
  LayerRequest request = tiny("bulk");
  request.recipe.rewinds = 0;
  request.recipe.crystal_share = 0.9999;
  const auto share = [](const AmorphousLayer& layer) { return layer.proof.at("crystal_share").get<double>(); };
  // Two seeds of one request that follow each other, the first with more crystal than the second.
  AmorphousLayer second = make_amorphous_layer(request, {});
  double a = 0.0, b = share(second);
  std::uint64_t seed = request.seed;
  for (int k = 0; k < 6 && !(a > b); ++k) {
    request.seed = seed;
    seed += 1000003;
    LayerRequest next = request;
    next.seed = seed;
    second = make_amorphous_layer(next, {});
    a = std::exchange(b, share(second));
  }
  INFO("crystal-like shares " << a << " and " << b);
  REQUIRE(a > b);
  request.recipe.crystal_share = 0.5 * (a + b);
  request.recipe.require_amorphous = true;
  request.recipe.tries = 2;
  const AmorphousLayer taken = make_amorphous_layer(request, {});
  CHECK(taken.proof.at("tries").size() == 2);
  CHECK(taken.slab.positions == second.slab.positions);
  CHECK(taken.warnings.empty());
  request.recipe.tries = 1;
  CHECK_THROWS_AS(make_amorphous_layer(request, {}), Error);
  request.recipe.require_amorphous = false;
  const AmorphousLayer warned = make_amorphous_layer(request, {});
  CHECK(warned.proof.at("crystallised") == true);
  REQUIRE(warned.warnings.size() == 1);
  CHECK_THAT(warned.warnings.front(), Catch::Contains("crystallised"));
}
