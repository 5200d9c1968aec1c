#pragma once
#include "runner/deep_potential/kernels/kernels.hpp"
#include "runner/deep_potential/kernels/simd.hpp"

namespace lamella {
namespace {

#if defined(__AVX512F__) && defined(__AVX512DQ__)

inline int collect(const double* x, int i, const int* list, int count, double rcut, int* js, double* d, std::ptrdiff_t stride, double* r) {
  const double* xi = x + 3 * static_cast<std::ptrdiff_t>(i);
  const __m512d x0 = _mm512_set1_pd(xi[0]), y0 = _mm512_set1_pd(xi[1]), z0 = _mm512_set1_pd(xi[2]), limit = _mm512_set1_pd(rcut);
  int n = 0;
  for (int k = 0; k < count; k += 8) {
    const __mmask8 valid = count - k >= 8 ? 0xff : static_cast<__mmask8>((1u << (count - k)) - 1u);
    const __m256i j = _mm256_maskz_loadu_epi32(valid, list + k);
    const __m512i at = _mm512_mul_epu32(_mm512_cvtepu32_epi64(j), _mm512_set1_epi64(3));
    const __m512d dx = _mm512_sub_pd(_mm512_mask_i64gather_pd(x0, valid, at, x, 8), x0);
    const __m512d dy = _mm512_sub_pd(_mm512_mask_i64gather_pd(y0, valid, at, x + 1, 8), y0);
    const __m512d dz = _mm512_sub_pd(_mm512_mask_i64gather_pd(z0, valid, at, x + 2, 8), z0);
    // Without fma: the same rounding as the plain evaluator's, so that both take the same neighbours.
    const __m512d r2 = _mm512_add_pd(_mm512_add_pd(_mm512_mul_pd(dx, dx), _mm512_mul_pd(dy, dy)), _mm512_mul_pd(dz, dz));
    const __m512d distance = _mm512_sqrt_pd(r2);
    const __mmask8 keep = _mm512_mask_cmp_pd_mask(valid, distance, limit, _CMP_LE_OQ);
    _mm512_storeu_pd(d + n, _mm512_maskz_compress_pd(keep, dx));
    _mm512_storeu_pd(d + stride + n, _mm512_maskz_compress_pd(keep, dy));
    _mm512_storeu_pd(d + 2 * stride + n, _mm512_maskz_compress_pd(keep, dz));
    _mm512_storeu_pd(r + n, _mm512_maskz_compress_pd(keep, distance));
    _mm256_storeu_si256(reinterpret_cast<__m256i*>(js + n), _mm256_maskz_compress_epi32(keep, j));
    n += __builtin_popcount(keep);
  }
  return n;
}

#else

inline int collect(const double* x, int i, const int* list, int count, double rcut, int* js, double* d, std::ptrdiff_t stride, double* r) {
  const double *xi = x + 3 * static_cast<std::ptrdiff_t>(i), x0 = xi[0], y0 = xi[1], z0 = xi[2];
  double *dx = d, *dy = d + stride, *dz = d + 2 * stride;
  int n = 0;
  for (int k = 0; k < count; ++k) {  // written always, kept or overwritten: no branch to mispredict
    const int j = list[k];
    const double* xj = x + 3 * static_cast<std::ptrdiff_t>(j);
    dx[n] = xj[0] - x0;
    dy[n] = xj[1] - y0;
    dz[n] = xj[2] - z0;
    r[n] = __builtin_sqrt(dx[n] * dx[n] + dy[n] * dy[n] + dz[n] * dz[n]);
    js[n] = j;
    n += r[n] <= rcut;
  }
  return n;
}

#endif

template <class Real>
void environment(const SwitchNumbers& numbers, int n, const double* d, const double* r, std::ptrdiff_t stride, Real* env, double* s, double* chain) {
  using V = Vec<double>;
  const double span = numbers.width;
  // Without a switching range the weight falls from 1 to 0 at the cut-off itself.
  const auto over = V::set(span > 0 ? 1.0 / span : 0.0), start = V::set(span > 0 ? numbers.rcut_smth : numbers.rcut), one = V::set(1.0);
  for (int i = 0; i < n; i += V::lanes) {
    const auto q = V::div(one, V::load(r + i));
    const auto u = V::max(V::zero(), V::min(one, V::mul(V::sub(V::load(r + i), start), over)));
    const auto u2 = V::mul(u, u), v = V::sub(u, one);
    const auto w = V::fma(V::mul(u2, u), V::fma(u, V::fma(u, V::set(-6.0), V::set(15.0)), V::set(-10.0)), one);
    const auto dw = V::mul(V::mul(V::mul(u2, V::set(-30.0)), V::mul(v, v)), over);
    const auto w1 = V::mul(w, q), w2 = V::mul(w1, q), q2 = V::mul(q, q);
    V::store(chain + i, w2);
    V::store(chain + stride + i, V::mul(V::sub(dw, w1), q2));
    V::store(chain + 2 * stride + i, V::mul(V::mul(V::sub(dw, V::add(w1, w1)), q2), q));
    const auto first = V::mul(V::sub(w1, V::set(numbers.average[0])), V::set(numbers.inverse_deviation[0]));
    V::store(s + i, first);
    V::store_as(env + i, first);
    for (int a = 0; a < 3; ++a)
      V::store_as(env + (a + 1) * stride + i,
                  V::mul(V::sub(V::mul(w2, V::load(d + a * stride + i)), V::set(numbers.average[a + 1])), V::set(numbers.inverse_deviation[a + 1])));
  }
}

template <class Real>
int forces(const double* inverse_deviation, int n, const double* d, const double* chain, std::ptrdiff_t stride, const Real* gradient, std::ptrdiff_t g_stride,
           double largest, double* f, std::ptrdiff_t f_stride, double* sums) {
  using V = Vec<double>;
  typename V::reg scale[4], total[12];
  for (int c = 0; c < 4; ++c) scale[c] = V::set(-inverse_deviation[c]);
  for (auto& t : total) t = V::zero();
  for (int i = 0; i < n; i += V::lanes) {
    typename V::reg g[4], x[3];
    for (int c = 0; c < 4; ++c) g[c] = V::mul(scale[c], V::load_as(gradient + c * g_stride + i));
    for (int a = 0; a < 3; ++a) x[a] = V::load(d + a * stride + i);
    const auto dot = V::fma(g[3], x[2], V::fma(g[2], x[1], V::mul(g[1], x[0])));
    const auto along = V::fma(V::load(chain + 2 * stride + i), dot, V::mul(V::load(chain + stride + i), g[0]));
    const auto across = V::load(chain + i);
    for (int a = 0; a < 3; ++a) {
      const auto fa = V::fma(along, x[a], V::mul(across, g[a + 1]));
      V::store(f + a * f_stride + i, fa);
      total[a] = V::add(total[a], fa);
      for (int b = 0; b < 3; ++b) total[3 + 3 * a + b] = V::fma(fa, x[b], total[3 + 3 * a + b]);
    }
  }
  for (int k = 0; k < 12; ++k) sums[k] = V::sum(total[k]);
  for (int i = 0; i < n; ++i)
    if (!(__builtin_fabs(f[i]) + __builtin_fabs(f[f_stride + i]) + __builtin_fabs(f[2 * f_stride + i]) < largest)) return i;
  return -1;
}

inline void scatter(int n, const int* index, const double* f, std::ptrdiff_t f_stride, double scale, std::uint64_t* to) {
  for (int k = 0; k < n; ++k) {
    std::uint64_t* at = to + 3 * static_cast<std::ptrdiff_t>(index[k]);
    for (int a = 0; a < 3; ++a) at[a] += static_cast<std::uint64_t>(_mm_cvtsd_si64(_mm_set_sd(f[a * f_stride + k] * scale)));
  }
}

}  // namespace
}  // namespace lamella
