#pragma once
#include <array>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace lamella {

/// A named, seeded stream of random numbers: Philox4x32-10 (Salmon et al., SC'11, 10.1145/2063384.2063405), keyed by the
/// seed and the purpose, so that adding a draw in one place never moves the draws of another, and the same seed gives the
/// same numbers with every library and on every machine. No std::*_distribution: their output differs between libraries.
class RandomStream {
 public:
  /// `purpose` names what the numbers are for, e.g. "vacancies/electrolyte/Li".
  RandomStream(std::uint64_t seed, std::string_view purpose);

  std::uint32_t next_u32();
  std::uint64_t next_u64();
  /// Uniform in [0, 1), 53 bits.
  double uniform();
  /// Uniform in [low, high).
  double uniform(double low, double high);
  /// Uniform integer in [0, n), unbiased (rejection). Throws std::invalid_argument for n = 0.
  std::uint64_t below(std::uint64_t n);
  /// Standard normal deviate (Box-Muller).
  double normal();
  /// `count` distinct indices of [0, n), in increasing order. Throws std::invalid_argument for count > n.
  std::vector<std::size_t> choose(std::size_t n, std::size_t count);

  template <class T>
  void shuffle(std::vector<T>& items) {
    for (std::size_t i = items.size(); i > 1; --i) std::swap(items[i - 1], items[below(i)]);
  }

 private:
  void refill();
  std::array<std::uint32_t, 2> key_;
  std::array<std::uint32_t, 4> counter_{};
  std::array<std::uint32_t, 4> block_{};
  int used_ = 4;
  bool has_spare_ = false;
  double spare_ = 0.0;
};

}  // namespace lamella
