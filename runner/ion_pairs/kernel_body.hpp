// Included by one file per instruction set, each with its own flags and ION_SET defined.
#include "runner/ion_pairs/ion_pairs.hpp"

#if defined(__AVX512F__)
#include <immintrin.h>
#define ION_WIDTH 8
#elif defined(__AVX2__)
#define ION_WIDTH 4
#else
#define ION_WIDTH 2
#endif

namespace lamella::ION_SET {
namespace {

// One register; a block is eight lanes whatever its width, so that sums have one order everywhere.
typedef double Lanes __attribute__((vector_size(8 * ION_WIDTH)));
typedef long long Bits __attribute__((vector_size(8 * ION_WIDTH)));
constexpr int width = ION_WIDTH, registers = 8 / ION_WIDTH;
#define ION_INLINE static inline __attribute__((always_inline))

ION_INLINE Lanes all(double x) { return x - Lanes{}; }

/// e^x to the last bit or two; below -690 as at -690.
ION_INLINE Lanes exponential(Lanes x) {
  const Lanes rounder = all(6755399441055744.0);  // 1.5 * 2^52: its sum with k holds k in the low bits
  x = x < all(-690.0) ? all(-690.0) : x;
  const Lanes shifted = x * all(1.4426950408889634) + rounder;
  const Lanes k = shifted - rounder;
  const Lanes r = (x - k * all(6.93147180369123816490e-01)) - k * all(1.90821492927058770002e-10);
  // Two halves at once: the even and the odd powers.
  const Lanes s = r * r;
  const Lanes even = all(1.0) + s * (all(0.5) + s * (all(1.0 / 24.0) + s * (all(1.0 / 720.0) + s * (all(1.0 / 40320.0) + s * (all(1.0 / 3628800.0) + s * all(1.0 / 479001600.0))))));
  const Lanes odd = all(1.0) + s * (all(1.0 / 6.0) + s * (all(1.0 / 120.0) + s * (all(1.0 / 5040.0) + s * (all(1.0 / 362880.0) + s * all(1.0 / 39916800.0)))));
  const Bits power = ((Bits)shifted - (Bits)rounder + 1023) << 52;
  return (even + r * odd) * (Lanes)power;
}

ION_INLINE Lanes square_root(Lanes x) {
  Lanes r;
  for (int l = 0; l < width; ++l) r[l] = __builtin_sqrt(x[l]);
  return r;
}

struct Sums {
  Lanes fx, fy, fz, coulomb, shorts, xx, yy, zz, xy, xz, yz;
};

ION_INLINE double sum(const Sums* sums, Lanes Sums::*member) {
  double v[8];
  for (int k = 0; k < registers; ++k)
    for (int l = 0; l < width; ++l) v[k * width + l] = (sums[k].*member)[l];
  return ((v[0] + v[1]) + (v[2] + v[3])) + ((v[4] + v[5]) + (v[6] + v[7]));
}

/// The constants of one list, spread over lanes.
struct Spread {
  Lanes x, y, z, charge, g, cut, short_cut, a, sigma, per_rho, c, d, shift;
};

struct Points {
  Lanes x, y, z, q;
};

/// The points j[0] to j[width - 1], one a lane.
ION_INLINE Points load_points(const double* points, const int* j) {
  Points p;
#if ION_WIDTH == 8
  const auto two = [&](int k, int l) {
    return _mm512_insertf64x4(_mm512_castpd256_pd512(_mm256_loadu_pd(points + 4 * static_cast<long>(j[k]))), _mm256_loadu_pd(points + 4 * static_cast<long>(j[l])), 1);
  };
  const __m512d a = two(0, 2), b = two(1, 3), c = two(4, 6), d = two(5, 7);
  const __m512d xz_low = _mm512_unpacklo_pd(a, b), xz_high = _mm512_unpacklo_pd(c, d), yq_low = _mm512_unpackhi_pd(a, b), yq_high = _mm512_unpackhi_pd(c, d);
  p.x = (Lanes)_mm512_shuffle_f64x2(xz_low, xz_high, 0x88), p.z = (Lanes)_mm512_shuffle_f64x2(xz_low, xz_high, 0xdd);
  p.y = (Lanes)_mm512_shuffle_f64x2(yq_low, yq_high, 0x88), p.q = (Lanes)_mm512_shuffle_f64x2(yq_low, yq_high, 0xdd);
#else
  for (int l = 0; l < width; ++l) {
    const double* at = points + 4 * static_cast<long>(j[l]);
    p.x[l] = at[0], p.y[l] = at[1], p.z[l] = at[2], p.q[l] = at[3];
  }
#endif
  return p;
}

ION_INLINE void add_register(const IonSystem& s, const Spread& u, bool short_range, bool energies, const int* j, Sums& sums) {
  const Lanes zero = all(0.0), one = all(1.0);
  const Points p = load_points(s.points, j);
  const Lanes dx = u.x - p.x, dy = u.y - p.y, dz = u.z - p.z;
  const Lanes r2 = dx * dx + dy * dy + dz * dz;
  const Lanes r = square_root(r2), gr = u.g * r;
  // Abramowitz and Stegun 7.1.26, as LAMMPS has it: erfc to 1.5e-7. One division serves 1/r and t.
  const Lanes below = one + all(0.3275911) * gr, both = one / (r * below), per_r = both * below, t = both * r, per_r2 = per_r * per_r;
  const Lanes gauss = exponential(zero - gr * gr);
  const Lanes erfc = t * (all(0.254829592) + t * (all(-0.284496736) + t * (all(1.421413741) + t * (all(-1.453152027) + t * all(1.061405429))))) * gauss;
  const Lanes prefactor = u.charge * p.q * per_r;
  Lanes f = r2 < u.cut ? prefactor * (erfc + all(1.12837917) * gr * gauss) : zero;
  if (energies) sums.coulomb += r2 < u.cut ? prefactor * erfc : zero;
  if (short_range) {
    const Lanes per_r6 = per_r2 * per_r2 * per_r2, wall = u.a * exponential((u.sigma - r) * u.per_rho);
    f += r2 < u.short_cut ? wall * r * u.per_rho - (all(6.0) * u.c - all(8.0) * u.d * per_r2) * per_r6 : zero;
    if (energies) sums.shorts += r2 < u.short_cut ? wall - (u.c - u.d * per_r2) * per_r6 - u.shift : zero;
  }
  f *= per_r2;
  const Lanes fx = f * dx, fy = f * dy, fz = f * dz;
  sums.fx += fx, sums.fy += fy, sums.fz += fz;
  sums.xx += dx * fx, sums.yy += dy * fy, sums.zz += dz * fz;
  sums.xy += dx * fy, sums.xz += dx * fz, sums.yz += dy * fz;
}

/// The neighbours of one type of one atom.
template <bool short_range, bool energies>
void add_list(const IonSystem& s, int i, const IonPair& pair, const int* j, int count, Sums* sums) {
  const double* at = s.points + 4 * static_cast<long>(i);
  const Spread u = {all(at[0]), all(at[1]), all(at[2]), all(s.coulomb * at[3]), all(s.splitting), all(s.coulomb_cut_squared), all(pair.cut_squared),
                    all(pair.a), all(pair.sigma), all(pair.per_rho), all(pair.c), all(pair.d), all(pair.shift)};
  for (int k = 0; k < registers; ++k) {
    Sums mine = sums[k];  // in registers
    for (int n = k * width; n < count; n += 8) add_register(s, u, short_range, energies, j + n, mine);
    sums[k] = mine;
  }
}

void forces(const IonSystem& s, int begin, int end, bool energies, IonShare* shares) {
  for (int i = begin; i < end; ++i) {
    Sums sums[registers] = {};
    for (int t = 0; t < s.types; ++t) {
      const long list = static_cast<long>(i) * s.types + t;
      const IonPair& pair = s.pairs[s.type[i] * s.types + t];
      const int *j = s.neighbours + s.first[list], count = s.count[list];
      if (pair.short_range) energies ? add_list<true, true>(s, i, pair, j, count, sums) : add_list<true, false>(s, i, pair, j, count, sums);
      else energies ? add_list<false, true>(s, i, pair, j, count, sums) : add_list<false, false>(s, i, pair, j, count, sums);
    }
    IonShare& share = shares[i];
    Lanes Sums::*const force[3] = {&Sums::fx, &Sums::fy, &Sums::fz};
    Lanes Sums::*const virial[6] = {&Sums::xx, &Sums::yy, &Sums::zz, &Sums::xy, &Sums::xz, &Sums::yz};
    for (int c = 0; c < 3; ++c) share.force[c] = sum(sums, force[c]);
    for (int c = 0; c < 6; ++c) share.virial[c] = 0.5 * sum(sums, virial[c]);
    share.coulomb_energy = 0.5 * sum(sums, &Sums::coulomb), share.short_energy = 0.5 * sum(sums, &Sums::shorts);
  }
}

int search(const IonCandidates& c, const double* at, double cut_squared, int self, int* out) {
  int found = 0;
#if ION_WIDTH == 8
  const __m512d x = _mm512_set1_pd(at[0]), y = _mm512_set1_pd(at[1]), z = _mm512_set1_pd(at[2]), cut = _mm512_set1_pd(cut_squared);
  const __m256i me = _mm256_set1_epi32(self);
  for (int n = 0; n < c.count; n += 8) {
    const __m512d dx = _mm512_sub_pd(_mm512_loadu_pd(c.x + n), x), dy = _mm512_sub_pd(_mm512_loadu_pd(c.y + n), y), dz = _mm512_sub_pd(_mm512_loadu_pd(c.z + n), z);
    const __m512d r2 = _mm512_add_pd(_mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy)), _mm512_mul_pd(dz, dz));
    const __m256i index = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(c.index + n));
    const __mmask8 here = c.count - n >= 8 ? 0xff : static_cast<__mmask8>((1 << (c.count - n)) - 1);
    const __mmask8 near = static_cast<__mmask8>(_mm512_mask_cmp_pd_mask(here, r2, cut, _CMP_LT_OQ) & _mm256_cmpneq_epi32_mask(index, me));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(out + found), _mm256_maskz_compress_epi32(near, index));
    found += __builtin_popcount(near);
  }
#else
  for (int n = 0; n < c.count; ++n) {
    const double dx = c.x[n] - at[0], dy = c.y[n] - at[1], dz = c.z[n] - at[2];
    out[found] = c.index[n];
    found += (dx * dx + dy * dy + dz * dz < cut_squared) & (c.index[n] != self);
  }
#endif
  return found;
}

}  // namespace

#define ION_TEXT(x) #x
#define ION_NAME(x) ION_TEXT(x)
const IonKernels ion_kernels = {ION_NAME(ION_SET), forces, search};

}  // namespace lamella::ION_SET
