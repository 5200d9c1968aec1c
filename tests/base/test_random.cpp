#include <catch2/catch.hpp>
#include <set>

#include "base/random.hpp"

using lamella::RandomStream;

TEST_CASE("a stream is decided by its seed and its purpose alone") {
  RandomStream a(1, "vacancies"), b(1, "vacancies"), c(2, "vacancies"), d(1, "packing");
  const auto first = a.next_u64();
  CHECK(first == b.next_u64());
  CHECK(first != c.next_u64());
  CHECK(first != d.next_u64());
}

TEST_CASE("choose gives distinct increasing indices, and every subset size") {
  RandomStream stream(7, "choose");
  for (std::size_t count = 0; count <= 20; ++count) {
    const auto chosen = stream.choose(20, count);
    CHECK(std::set<std::size_t>(chosen.begin(), chosen.end()).size() == count);
    CHECK(std::is_sorted(chosen.begin(), chosen.end()));
  }
}

TEST_CASE("moments of uniform and normal deviates") {
  RandomStream stream(3, "moments");
  double mean = 0, square = 0, normal_mean = 0, normal_square = 0;
  const int n = 200000;
  for (int i = 0; i < n; ++i) {
    const double u = stream.uniform(), g = stream.normal();
    mean += u / n, square += u * u / n, normal_mean += g / n, normal_square += g * g / n;
  }
  CHECK(mean == Approx(0.5).margin(0.003));
  CHECK(square == Approx(1.0 / 3).margin(0.003));
  CHECK(normal_mean == Approx(0.0).margin(0.01));
  CHECK(normal_square == Approx(1.0).margin(0.015));
}
