#include "export/shortest_decimal.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>

namespace lamella {
namespace {

using Wide = unsigned __int128;

constexpr std::array<std::uint64_t, 20> powers_of_ten = [] {
  std::array<std::uint64_t, 20> powers{1};
  for (std::size_t i = 1; i < powers.size(); ++i) powers[i] = 10 * powers[i - 1];
  return powers;
}();

/// The characters of eight digits, the first in the lowest byte: pairs, then digits, split side by side in one register.
[[gnu::always_inline]] inline std::uint64_t eight_digits(std::uint32_t value) {
  const std::uint64_t fours = value / 10000 | std::uint64_t(value % 10000) << 32;
  const std::uint64_t hundreds = ((fours * 10486) >> 20) & 0x0000007f0000007f;  // of each four: / 100
  const std::uint64_t twos = ((fours - 100 * hundreds) << 16) + hundreds;
  const std::uint64_t tens = ((twos * 103) >> 10) & 0x000f000f000f000f;  // of each two: / 10
  return (((twos - 10 * tens) << 8) + tens) | 0x3030303030303030;
}

void store_eight(char* at, std::uint64_t characters) {
  static_assert(std::endian::native == std::endian::little, "the lowest byte is the first character");
  std::memcpy(at, &characters, 8);
}

/// `length` of the 17 digits count, the others are zeros.
struct Decimal {
  std::uint64_t digits;
  int length;
};

/// `exact` and `half` are fixed-point numbers with 64 bits after the point, so that nothing is rounded on the way. Gives the multiple
/// of 10^p nearest to `exact`, with the largest p for which one lies within `half` of it: then it reads back to the same double.
[[gnu::noinline, gnu::cold]] Decimal nearest_short(Wide exact, Wide half, bool ends_included) {
  const auto whole = static_cast<std::uint64_t>(exact >> 64), rest = static_cast<std::uint64_t>(exact);
  constexpr std::uint64_t middle = std::uint64_t(1) << 63;
  Decimal best{whole + (rest > middle || (rest == middle && whole % 2 == 1)), 17};
  for (int p = 1; p < 17; ++p) {
    const std::uint64_t step = powers_of_ten[static_cast<std::size_t>(p)], quotient = whole / step, below = quotient * step;
    const Wide down = (Wide(whole - below) << 64) | rest, up = (Wide(step) << 64) - down;
    const bool up_is_nearer = up < down || (up == down && quotient % 2 == 1);
    const Wide distance = up_is_nearer ? up : down;
    if (!(distance < half || (ends_included && distance == half))) break;
    best = {up_is_nearer ? below + step : below, 17 - p};
  }
  return best;
}

/// The same for the usual number, which keeps 15 to 17 digits, without a branch that depends on which. 52 bits after the point are
/// enough to tell, save where two distances agree to the last of them; those cases and shorter numbers go the exact way.
[[gnu::always_inline]] inline Decimal usual_digits(Wide exact, Wide half, bool ends_included) {
  constexpr std::uint64_t unit = std::uint64_t(1) << 52, near = 4;
  const auto whole = static_cast<std::uint64_t>(exact >> 64), part = static_cast<std::uint64_t>(exact) >> 12;
  const auto limit = static_cast<std::uint64_t>(half >> 12);
  struct Nearest {
    std::uint64_t value;
    bool within, unclear;
  };
  const auto nearest = [&](std::uint64_t step) {
    const std::uint64_t rest = whole % step, down = rest * unit + part, up = step * unit - down, distance = std::min(up, down);
    const bool tie = up - down + near < 2 * near, at_limit = distance - limit + near < 2 * near;
    return Nearest{whole - rest + (up < down) * step, distance < limit, bool(tie | at_limit)};
  };
  const Nearest ten = nearest(10), hundred = nearest(100), thousand = nearest(1000);
  if (ten.unclear | hundred.unclear | thousand.within | thousand.unclear | (part - unit / 2 + near < 2 * near)) return nearest_short(exact, half, ends_included);
  const std::uint64_t longer = ten.within ? ten.value : whole + (part > unit / 2);
  return {hundred.within ? hundred.value : longer, 17 - ten.within - hundred.within};
}

[[gnu::noinline, gnu::cold]] char* by_library(char* at, double value) { return std::to_chars(at, at + 32, value).ptr; }

}  // namespace

char* write_shortest(char* at, double value) {
  const double magnitude = std::abs(value);
  const auto bits = std::bit_cast<std::uint64_t>(magnitude);
  const std::uint64_t fraction = bits & ((std::uint64_t(1) << 52) - 1);
  if (value == 0.0 && !std::signbit(value)) return *at = '0', at + 1;
  // Outside, an exponent may be shorter; a power of two has a narrower interval below it: rare, and the library knows.
  if (!(magnitude >= 1e-3 && magnitude < 1e5) || fraction == 0) return by_library(at, value);

  const std::uint64_t mantissa = fraction | (std::uint64_t(1) << 52);
  const int shift = 1075 - static_cast<int>(bits >> 52);  // magnitude = mantissa * 2^-shift
  const int exponent = magnitude < 1.0 ? (magnitude < 0.1 ? (magnitude < 0.01 ? -3 : -2) : -1)
                                       : magnitude < 100.0 ? (magnitude < 10.0 ? 0 : 1) : magnitude < 1000.0 ? 2 : magnitude < 10000.0 ? 3 : 4;
  const std::uint64_t scale = powers_of_ten[static_cast<std::size_t>(16 - exponent)];
  const Decimal decimal = usual_digits((Wide(mantissa) * scale) << (64 - shift), Wide(scale / 2) << (64 - shift), mantissa % 2 == 0);
  if (decimal.digits >= powers_of_ten[17] || decimal.digits < powers_of_ten[16]) return by_library(at, value);  // rounded up to 10^n

  const auto first = static_cast<char>('0' + decimal.digits / powers_of_ten[16]);
  const std::uint64_t after = decimal.digits % powers_of_ten[16];
  const std::uint64_t high = eight_digits(static_cast<std::uint32_t>(after / 100000000)), low = eight_digits(static_cast<std::uint32_t>(after % 100000000));
  if (value < 0.0) *at++ = '-';
  if (exponent < 0) {
    std::memcpy(at, "0.00", 4);
    at += 1 - exponent;
    *at = first;
    store_eight(at + 1, high);
    store_eight(at + 9, low);
    return at + decimal.length;
  }
  // The point goes between the digits of `high`: these are stored twice, the second time behind it.
  const int whole = exponent + 1;
  *at = first;
  store_eight(at + 1, high);
  at[whole] = '.';
  store_eight(at + whole + 1, high >> (8 * exponent));
  store_eight(at + 10, low);
  return decimal.length > whole ? at + decimal.length + 1 : at + whole;
}

}  // namespace lamella
