#include "base/random.hpp"

#include <algorithm>
#include <cmath>
#include <numbers>
#include <numeric>
#include <stdexcept>

namespace lamella {
namespace {

std::uint64_t fnv1a(std::uint64_t seed, std::string_view text) {
  std::uint64_t hash = 14695981039346656037ull;
  auto eat = [&hash](unsigned char byte) { hash = (hash ^ byte) * 1099511628211ull; };
  for (int i = 0; i < 8; ++i) eat(static_cast<unsigned char>(seed >> (8 * i)));
  for (char c : text) eat(static_cast<unsigned char>(c));
  // FNV's high bits are weak for short texts: finish with SplitMix64's mixer.
  hash = (hash ^ (hash >> 30)) * 0xbf58476d1ce4e5b9ull;
  hash = (hash ^ (hash >> 27)) * 0x94d049bb133111ebull;
  return hash ^ (hash >> 31);
}

void philox_round(std::array<std::uint32_t, 4>& c, const std::array<std::uint32_t, 2>& k) {
  const std::uint64_t p0 = 0xD2511F53ull * c[0];
  const std::uint64_t p1 = 0xCD9E8D57ull * c[2];
  c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
       static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
}

}  // namespace

RandomStream::RandomStream(std::uint64_t seed, std::string_view purpose) {
  const std::uint64_t key = fnv1a(seed, purpose);
  key_ = {static_cast<std::uint32_t>(key), static_cast<std::uint32_t>(key >> 32)};
}

void RandomStream::refill() {
  block_ = counter_;
  std::array<std::uint32_t, 2> key = key_;
  for (int round = 0; round < 10; ++round) {
    philox_round(block_, key);
    key[0] += 0x9E3779B9u;
    key[1] += 0xBB67AE85u;
  }
  for (auto& word : counter_) {
    if (++word != 0) break;
  }
  used_ = 0;
}

std::uint32_t RandomStream::next_u32() {
  if (used_ == 4) refill();
  return block_[used_++];
}

std::uint64_t RandomStream::next_u64() {
  const std::uint64_t low = next_u32();
  return low | (static_cast<std::uint64_t>(next_u32()) << 32);
}

double RandomStream::uniform() { return static_cast<double>(next_u64() >> 11) * 0x1.0p-53; }

double RandomStream::uniform(double low, double high) { return low + (high - low) * uniform(); }

std::uint64_t RandomStream::below(std::uint64_t n) {
  if (n == 0) throw std::invalid_argument("RandomStream::below: n is 0");
  const std::uint64_t limit = ~std::uint64_t{0} - (~std::uint64_t{0} % n + 1) % n;
  std::uint64_t draw = next_u64();
  while (draw > limit) draw = next_u64();
  return draw % n;
}

double RandomStream::normal() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const double radius = std::sqrt(-2.0 * std::log(1.0 - uniform()));
  const double angle = 2.0 * std::numbers::pi * uniform();
  spare_ = radius * std::sin(angle);
  has_spare_ = true;
  return radius * std::cos(angle);
}

std::vector<std::size_t> RandomStream::choose(std::size_t n, std::size_t count) {
  if (count > n) throw std::invalid_argument("RandomStream::choose: more asked than there are");
  std::vector<std::size_t> pool(n);
  std::iota(pool.begin(), pool.end(), std::size_t{0});
  for (std::size_t i = 0; i < count; ++i) std::swap(pool[i], pool[i + below(n - i)]);
  pool.resize(count);
  std::sort(pool.begin(), pool.end());
  return pool;
}

}  // namespace lamella
