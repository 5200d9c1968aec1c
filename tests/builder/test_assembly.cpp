#include <catch2/catch.hpp>

#include <limits>
#include <set>

#include "base/error.hpp"
#include "base/random.hpp"
#include "builder/best_shift.hpp"
#include "builder/contact.hpp"
#include "builder/registry.hpp"
#include "builder/stack.hpp"
#include "runner/deep_potential/evaluator.hpp"

using namespace lamella;

namespace {

const std::string three_crystals = R"(seed = 2
[cell]
max_area = 300.0
max_strain = 0.08
boundary = "double"
strain = "equal"
[[layer]]
name = "cathode"
crystal = "LiCoO2"
miller = [0, 0, 1]
thickness = 9.0
[[layer]]
name = "oxide"
crystal = "Al2O3"
miller = [0, 0, 1]
thickness = 8.0
coating = true
[[layer]]
name = "salt"
crystal = "LiF"
miller = [1, 1, 1]
thickness = 9.0
)";

Stack built(const std::string& text, const std::vector<std::string>& set = {}) { return build_stack(parse_specification(text, "spec.toml", ".", set), {}); }

Slab random_slab(RandomStream& random, const Mat2& plane) {
  Slab slab;
  slab.plane = plane;
  slab.thickness = 6.0;
  const std::vector<std::string> symbols{"Li", "O", "S", "Cl", "P", "Co"};
  for (int i = 0; i < 25; ++i) {
    slab.elements.push_back(Element::from_symbol(symbols[random.below(symbols.size())]));
    const Vec2 xy = plane.transpose() * Vec2(random.uniform(-1.0, 2.0), random.uniform(-1.0, 2.0));
    slab.positions.emplace_back(xy.x(), xy.y(), random.uniform(0.0, 6.0));
  }
  return slab;
}

/// The least distance over contact distance across the seam, all lateral images, by brute force.
double tightest(const Slab& lower, const Slab& upper, const Vec2& shift, double gap) {
  double top = -1e300, bottom = 1e300, least = std::numeric_limits<double>::infinity();
  for (const Cartesian& r : lower.positions) top = std::max(top, r.z());
  for (const Cartesian& r : upper.positions) bottom = std::min(bottom, r.z());
  for (std::size_t i = 0; i < lower.size(); ++i)
    for (std::size_t j = 0; j < upper.size(); ++j)
      for (int p = -8; p <= 8; ++p)
        for (int q = -8; q <= 8; ++q) {
          const Vec2 image = lower.plane.transpose() * Vec2(p, q);
          const Vec3 d(upper.positions[j].x() + shift.x() + image.x() - lower.positions[i].x(), upper.positions[j].y() + shift.y() + image.y() - lower.positions[i].y(),
                       upper.positions[j].z() - bottom + gap + top - lower.positions[i].z());
          least = std::min(least, d.norm() / contact_distance(lower.elements[i], upper.elements[j]));
        }
  return least;
}

}  // namespace

TEST_CASE("a gap from radii is the smallest without a contact too close, by brute force in tilted cells") {
  for (std::uint64_t seed = 1; seed <= 20; ++seed) {
    INFO("seed " << seed);
    RandomStream random(seed, "test/contact");
    Mat2 plane;
    plane << random.uniform(5.0, 9.0), 0.0, random.uniform(-3.0, 3.0), random.uniform(5.0, 9.0);
    const Slab lower = random_slab(random, plane), upper = random_slab(random, plane);
    const Vec2 shift(random.uniform(-5.0, 5.0), random.uniform(-5.0, 5.0));
    const double gap = gap_by_contacts(lower, upper, shift);
    CHECK(tightest(lower, upper, shift, gap) >= 1.0 - 1e-9);
    if (gap > 0.5) CHECK(tightest(lower, upper, shift, gap - 1e-6) < 1.0);
  }
}

TEST_CASE("gap = radii gives each seam its own gap and the audit agrees") {
  const Stack fixed = built(three_crystals), radii = built(three_crystals, {"cell.gap=radii"});
  for (const Seam& seam : fixed.audit.seams) CHECK(seam.gap == Approx(2.0));
  std::set<double> gaps;
  for (const Seam& seam : radii.audit.seams) {
    CHECK(seam.gap >= 0.5);
    CHECK(seam.gap < 4.0);
    gaps.insert(seam.gap);
  }
  CHECK(gaps.size() > 1);
  CHECK_THROWS_WITH(built(three_crystals, {"cell.gap=radi"}), Catch::Contains("radii"));
}

TEST_CASE("a crystal may be the coating: boundary double repeats it at the other seam") {
  const Stack stack = built(three_crystals);
  REQUIRE(stack.layers.size() == 4);
  CHECK(stack.layers[3].name == "oxide_2");
  CHECK(stack.layers[3].repeats_layer == "oxide");
  CHECK(stack.layers[3].formula == stack.layers[1].formula);
  CHECK(stack.audit.seams.back().lower == "oxide_2");
  CHECK(stack.audit.seams.back().upper == "cathode");
  CHECK(built(three_crystals, {"cell.boundary=periodic"}).layers.size() == 3);
  CHECK(built(three_crystals, {"oxide.coating=false"}).layers.size() == 3);  // a crystal is no coating unless it says so
  CHECK(built(three_crystals, {"oxide.coating=false", "salt.coating=true"}).layers.size() == 3);  // it meets the seam already
  // max_atoms counts the second coating too.
  const long atoms = stack.audit.atoms;
  CHECK(built(three_crystals, {"cell.max_atoms=" + std::to_string(atoms)}).audit.atoms <= atoms);
  CHECK(built(three_crystals, {"cell.pick=smallest"}).audit.atoms <= atoms);
}

TEST_CASE("lateral registry: seeded by the seed, given by shift, scanned for the closest fit") {
  const auto shift_of = [](const Stack& stack, std::size_t layer) { return stack.assembled.shifts.at(layer); };
  const std::vector<std::string> seeded{"cell.registry=seeded"}, other{"cell.registry=seeded", "seed=3"};
  CHECK(shift_of(built(three_crystals, seeded), 1) == shift_of(built(three_crystals, seeded), 1));
  CHECK(shift_of(built(three_crystals, seeded), 1) != shift_of(built(three_crystals, other), 1));
  const Stack given = built(three_crystals, {"oxide.shift=[0.25,0.5]"});
  const Vec2 wanted = given.match.cell.transpose() * Vec2(0.25, 0.5);
  CHECK((shift_of(given, 1) - wanted).norm() < 1e-12);
  CHECK_THROWS_WITH(built(three_crystals, {"oxide.shift=[2.0,0.5]"}), Catch::Contains("shift"));
  const Stack scanned = built(three_crystals, {"cell.registry=scan", "cell.gap=radii"}), plain = built(three_crystals, {"cell.gap=radii"});
  for (std::size_t seam = 0; seam < 3; ++seam) CHECK(scanned.audit.seams[seam].gap <= plain.audit.seams[seam].gap + 1e-9);
}

TEST_CASE("registry = scan with a model takes the grid's least energy and writes it into the specification") {
  /// Attracts Li of the upper layer to a point above the lower one: its least energy is known.
  class Well : public Evaluator {
   public:
    Well() {
      model_.type_map = {"Li", "F"};
      model_.rcut = 3.0;
    }
    const DeepPotentialModel& model() const override { return model_; }
    void compute(const AtomsView& atoms, EvaluationResult& result) override {
      result.energy = 0.0;
      for (int i = 0; i < atoms.nlocal; ++i) {
        if (atoms.x[3 * i + 2] > 3.0) result.energy += (atoms.x[3 * i] - 1.5) * (atoms.x[3 * i] - 1.5) + (atoms.x[3 * i + 1] - 3.0) * (atoms.x[3 * i + 1] - 3.0);
        if (result.atom_energy) result.atom_energy[i] = 0.0;
      }
      for (int i = 0; result.force && i < 3 * atoms.nall; ++i) result.force[i] = 0.0;
    }

   private:
    DeepPotentialModel model_;
  } well;
  Slab lower, upper;
  lower.plane = upper.plane = 4.0 * Mat2::Identity();
  lower.thickness = upper.thickness = 2.0;
  lower.elements = {Element::from_symbol("F")};
  upper.elements = {Element::from_symbol("Li")};
  lower.positions = upper.positions = {Cartesian(0.0, 0.0, 0.0)};
  std::vector<ReadyLayer> layers{{"a", lower}, {"b", upper}};
  CellSpecification cell;
  cell.gap = 3.5;
  scan_registry(layers, cell, well, [](const ProgressReport&) {});
  REQUIRE(layers[1].shift);
  CHECK((*layers[1].shift)[0] == 0.375);
  CHECK((*layers[1].shift)[1] == 0.75);
  layers[1].shift = std::array<double, 2>{0.125, 0.25};
  scan_registry(layers, cell, well, [](const ProgressReport&) {});
  CHECK((*layers[1].shift)[0] == 0.125);  // a shift that is given stays
}

TEST_CASE("slabs of a specification: symmetric, compensated, thickness in repeats, with words that are checked") {
  const std::string one = "seed = 1\n[cell]\nmax_area = 60.0\nmin_length = 0.0\nboundary = \"vacuum\"\n[[layer]]\nname = \"salt\"\ncrystal = \"LiF\"\nmiller = [1, 1, 1]\n";
  const auto dipole = [](const Stack& stack) {
    double sum = 0.0, middle = 0.0;
    for (const Cartesian& r : stack.assembled.structure.positions) middle += r.z() / static_cast<double>(stack.assembled.structure.size());
    for (std::size_t i = 0; i < stack.assembled.structure.size(); ++i) sum += common_charge(stack.assembled.structure.elements[i]) * (stack.assembled.structure.positions[i].z() - middle);
    return std::abs(sum);
  };
  const Stack polar = built(one + "repeats = 4\n"), whole = built(one + "repeats = 4\nslab = \"compensated\"\n"), equal = built(one + "repeats = 4\nslab = \"symmetric\"\n");
  CHECK(polar.layers[0].thickness == Approx(4 * 4.026 / std::sqrt(3.0)).epsilon(1e-3));
  CHECK(dipole(polar) > 1.0);
  CHECK(dipole(whole) < 1e-6);
  CHECK(whole.audit.net_charge == 0.0);
  CHECK(dipole(equal) < 1e-6);
  CHECK(equal.audit.net_charge != 0.0);  // equal faces are not stoichiometric here
  REQUIRE(equal.warnings.size() == 1);
  CHECK_THAT(equal.warnings[0], Catch::Contains("not stoichiometric"));
  CHECK(whole.warnings.empty());
  CHECK(whole.layers[0].slab == "compensated");
  CHECK_THROWS_WITH(built(one + "repeats = 4\nslab = \"compensted\"\n"), Catch::Contains("did you mean 'compensated'?"));
  CHECK_THROWS_WITH(built(one), Catch::Contains("thickness") && Catch::Contains("repeats"));
  for (const Stack* stack : {&polar, &whole, &equal}) CHECK(specification_text(parse_specification(specification_text(stack->specification), "again", ".")) == specification_text(stack->specification));
}

TEST_CASE("the best of the 8 x 8 shifts: the first of equal ones, a later one only beyond the margin, no further than needed") {
  using Shift = std::array<double, 2>;
  int tried = 0;
  const auto peak = [&](const Shift& s) { return ++tried, -std::abs(s[0] - 0.375) - std::abs(s[1] - 0.75); };
  CHECK(best_shift(peak, 1e-9) == Shift{0.375, 0.75});
  CHECK(tried == shift_count);
  CHECK(best_shift([](const Shift&) { return 3.0; }, 1e-9) == Shift{0.0, 0.0});
  CHECK(best_shift([](const Shift& s) { return 1e-7 * (s[0] + s[1]); }, 1e-6) == Shift{0.0, 0.0});
  tried = 0;
  CHECK(best_shift([&](const Shift& s) { return ++tried, s[1] - 0.5; }, 0.0, 0.0) == Shift{0.0, 0.5});
  CHECK(tried == 5);
}
