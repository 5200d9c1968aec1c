#pragma once
#include "runner/deep_potential/kernels/kernels.hpp"
#include "runner/deep_potential/kernels/pair_bodies.hpp"
#include "runner/deep_potential/kernels/simd.hpp"

#if defined(__clang__)
#define LAMELLA_UNROLL _Pragma("unroll")
#else
#define LAMELLA_UNROLL _Pragma("GCC unroll 16")
#endif
#define LAMELLA_INLINE inline __attribute__((always_inline))

namespace lamella {
namespace {

// What fits the register file: 32 registers with AVX-512, 16 without.
#if defined(__AVX512F__) && defined(__AVX512DQ__)
constexpr int kTileRows = 8, kPanelVectors = 3, kChunk = 4;
#elif defined(__AVX2__) && defined(__FMA__)
constexpr int kTileRows = 4, kPanelVectors = 3, kChunk = 2;
#else
constexpr int kTileRows = 4, kPanelVectors = 2, kChunk = 2;
#endif

// ---- matrix product -------------------------------------------------------------------------------------------------

template <class Real, int NV>
LAMELLA_INLINE void tile(const Real* x, std::ptrdiff_t xs, int k, const Real* w, const Real* bias, Real* y, std::ptrdiff_t ys) {
  using V = Vec<Real>;
  typename V::reg acc[kTileRows][NV];
  LAMELLA_UNROLL for (int v = 0; v < NV; ++v) {
    const auto b = bias ? V::load(bias + v * V::lanes) : V::zero();
    LAMELLA_UNROLL for (int m = 0; m < kTileRows; ++m) acc[m][v] = b;
  }
  for (int i = 0; i < k; ++i) {
    typename V::reg b[NV];
    LAMELLA_UNROLL for (int v = 0; v < NV; ++v) b[v] = V::load(w + v * V::lanes);
    LAMELLA_UNROLL for (int m = 0; m < kTileRows; ++m) {
      const auto a = V::set(x[m * xs + i]);
      LAMELLA_UNROLL for (int v = 0; v < NV; ++v) acc[m][v] = V::fma(a, b[v], acc[m][v]);
    }
    w += NV * V::lanes;
  }
  LAMELLA_UNROLL for (int m = 0; m < kTileRows; ++m)
    LAMELLA_UNROLL for (int v = 0; v < NV; ++v) V::store(y + m * ys + v * V::lanes, acc[m][v]);
}

template <class Real, int NV>
void panel(const Real* x, std::ptrdiff_t xs, int rows, int k, const Real* w, const Real* bias, Real* y, std::ptrdiff_t ys) {
  for (int r = 0; r < rows; r += kTileRows) tile<Real, NV>(x + r * xs, xs, k, w, bias, y + r * ys, ys);
}

template <class Real>
void multiply(const Real* x, std::ptrdiff_t xs, int rows, int k, const Real* packed, const Real* bias, Real* y, std::ptrdiff_t ys, int n) {
  constexpr int lanes = Vec<Real>::lanes;
  const int vectors = (n + lanes - 1) / lanes;
  for (int v = 0; v < vectors; v += kPanelVectors) {
    const std::ptrdiff_t column = static_cast<std::ptrdiff_t>(v) * lanes;
    const Real* w = packed + column * k;
    const Real* b = bias ? bias + column : nullptr;
    const int left = vectors - v;
    if (left >= kPanelVectors) panel<Real, kPanelVectors>(x, xs, rows, k, w, b, y + column, ys);
    else if (left == 2) panel<Real, 2>(x, xs, rows, k, w, b, y + column, ys);
    else panel<Real, 1>(x, xs, rows, k, w, b, y + column, ys);
  }
}

// ---- tanh -----------------------------------------------------------------------------------------------------------

template <class Real>
struct TanhNumbers;
template <>
struct TanhNumbers<float> {
  static constexpr float limit = 20.0f, magic = 12582912.0f, ln2_high = 0.693359375f, ln2_low = -2.12194440e-4f;
  static constexpr float series[] = {1.0f / 5040, 1.0f / 720, 1.0f / 120, 1.0f / 24, 1.0f / 6, 0.5f};
};
template <>
struct TanhNumbers<double> {
  static constexpr double limit = 40.0, magic = 6755399441055744.0, ln2_high = 0.693147180369123816490, ln2_low = 1.90821492927058770002e-10;
  static constexpr double series[] = {1.0 / 6227020800, 1.0 / 479001600, 1.0 / 39916800, 1.0 / 3628800, 1.0 / 362880, 1.0 / 40320,
                                      1.0 / 5040,       1.0 / 720,       1.0 / 120,      1.0 / 24,      1.0 / 6,      0.5};
};

/// tanh x = e/(e + 2), e = exp(2x) - 1 by 2x = k ln 2 + r and the series of exp(r) - 1: right in small x too. NaN stays NaN.
template <class Real>
LAMELLA_INLINE typename Vec<Real>::reg tanh_vector(typename Vec<Real>::reg x) {
  using V = Vec<Real>;
  using C = TanhNumbers<Real>;
  const auto y = V::max(V::set(-C::limit), V::min(V::set(C::limit), V::add(x, x)));  // NaN is the second operand: it passes
  const auto shifted = V::fma(y, V::set(static_cast<Real>(1.4426950408889634)), V::set(C::magic));
  const auto k = V::sub(shifted, V::set(C::magic));
  const auto r = V::fnma(k, V::set(C::ln2_low), V::fnma(k, V::set(C::ln2_high), y));
  auto p = V::set(C::series[0]);
  LAMELLA_UNROLL for (unsigned i = 1; i < sizeof(C::series) / sizeof(Real); ++i) p = V::fma(p, r, V::set(C::series[i]));
  p = V::fma(V::mul(r, r), p, r);
  const auto scale = V::pow2(shifted);
  const auto e = V::fma(scale, p, V::sub(scale, V::set(1)));
  return V::div(e, V::add(e, V::set(2)));
}

template <class Real>
void tanh_all(Real* y, Real* slope, int n) {
  using V = Vec<Real>;
  for (int i = 0; i < n; i += V::lanes) {
    const auto t = tanh_vector<Real>(V::load(y + i));
    V::store(y + i, t);
    V::store(slope + i, V::fnma(t, t, V::set(1)));
  }
}

// ---- tables ---------------------------------------------------------------------------------------------------------

inline void basis_body(int n, const float* t, const float* h, float* w, float* dw, std::ptrdiff_t s) {
  using V = Vec<float>;
  for (int i = 0; i < n; i += V::lanes) {
    const auto x = V::mul(V::load(t + i), V::load(h + i));
    const auto x2 = V::mul(x, x), x3 = V::mul(x2, x), x4 = V::mul(x2, x2);
    V::store(w + i, V::set(1));
    V::store(w + s + i, x);
    V::store(w + 2 * s + i, x2);
    V::store(w + 3 * s + i, x3);
    V::store(w + 4 * s + i, x4);
    V::store(w + 5 * s + i, V::mul(x4, x));
    if (!dw) continue;
    V::store(dw + 2 * s + i, V::add(x, x));
    V::store(dw + 3 * s + i, V::mul(V::set(3), x2));
    V::store(dw + 4 * s + i, V::mul(V::set(4), x3));
    V::store(dw + 5 * s + i, V::mul(V::set(5), x4));
  }
}

inline void basis_body(int n, const double* t, const double* h, double* w, double* dw, std::ptrdiff_t s) {
  using V = Vec<double>;
  const auto c = [](double v) { return V::set(v); };
  for (int i = 0; i < n; i += V::lanes) {
    const auto x = V::load(t + i), d = V::load(h + i);
    const auto x2 = V::mul(x, x), x3 = V::mul(x2, x), d2 = V::mul(d, d);
    const auto rise = V::mul(x3, V::fma(x, V::fma(x, c(6), c(-15)), c(10)));
    V::store(w + i, V::sub(c(1), rise));
    V::store(w + s + i, V::mul(d, V::fma(x3, V::fma(x, V::fma(x, c(-3), c(8)), c(-6)), x)));
    V::store(w + 2 * s + i, V::mul(d2, V::mul(x2, V::fma(x, V::fma(x, V::fma(x, c(-0.5), c(1.5)), c(-1.5)), c(0.5)))));
    V::store(w + 3 * s + i, rise);
    V::store(w + 4 * s + i, V::mul(d, V::mul(x3, V::fma(x, V::fma(x, c(-3), c(7)), c(-4)))));
    V::store(w + 5 * s + i, V::mul(d2, V::mul(x3, V::fma(x, V::fma(x, c(0.5), c(-1)), c(0.5)))));
    if (!dw) continue;
    const auto slope = V::div(V::mul(x2, V::fma(x, V::fma(x, c(30), c(-60)), c(30))), d);
    V::store(dw + i, V::sub(V::zero(), slope));
    V::store(dw + s + i, V::fma(x2, V::fma(x, V::fma(x, c(-15), c(32)), c(-18)), c(1)));
    V::store(dw + 2 * s + i, V::mul(d, V::mul(x, V::fma(x, V::fma(x, V::fma(x, c(-2.5), c(6)), c(-4.5)), c(1)))));
    V::store(dw + 3 * s + i, slope);
    V::store(dw + 4 * s + i, V::mul(x2, V::fma(x, V::fma(x, c(-15), c(28)), c(-12))));
    V::store(dw + 5 * s + i, V::mul(d, V::mul(x2, V::fma(x, V::fma(x, c(2.5), c(-4)), c(1.5)))));
  }
}

template <class Real>
void basis(int n, const Real* t, const Real* h, Real* w, Real* dw, std::ptrdiff_t s) {
  basis_body(n, t, h, w, dw, s);
}

/// The monomial basis spares the first weight of the value (1) and the first two of the derivative (0, 1).
template <class Real>
constexpr bool kMonomial = sizeof(Real) == 4;

template <class Real, int NV>
LAMELLA_INLINE void accumulate_chunk(int n, const Real* const* rows, const Real* w, std::ptrdiff_t s, const Real* env, std::ptrdiff_t es, int width, int column, Real* t) {
  using V = Vec<Real>;
  typename V::reg acc[4][NV];
  LAMELLA_UNROLL for (int c = 0; c < 4; ++c)
    LAMELLA_UNROLL for (int v = 0; v < NV; ++v) acc[c][v] = V::load(t + c * width + column + v * V::lanes);
  for (int j = 0; j < n; ++j) {
    const Real* row = rows[j] + column;
    typename V::reg g[NV];
    LAMELLA_UNROLL for (int v = 0; v < NV; ++v) {
      g[v] = V::load(row + v * V::lanes);
      if (!kMonomial<Real>) g[v] = V::mul(g[v], V::set(w[j]));
    }
    LAMELLA_UNROLL for (int k = 1; k < 6; ++k) {
      const auto a = V::set(w[k * s + j]);
      LAMELLA_UNROLL for (int v = 0; v < NV; ++v) g[v] = V::fma(a, V::load(row + k * width + v * V::lanes), g[v]);
    }
    LAMELLA_UNROLL for (int c = 0; c < 4; ++c) {
      const auto r = V::set(env[c * es + j]);
      LAMELLA_UNROLL for (int v = 0; v < NV; ++v) acc[c][v] = V::fma(r, g[v], acc[c][v]);
    }
  }
  LAMELLA_UNROLL for (int c = 0; c < 4; ++c)
    LAMELLA_UNROLL for (int v = 0; v < NV; ++v) V::store(t + c * width + column + v * V::lanes, acc[c][v]);
}

template <class Real>
void accumulate(int n, const Real* const* rows, const Real* w, std::ptrdiff_t s, const Real* env, std::ptrdiff_t es, int width, Real* t) {
  constexpr int lanes = Vec<Real>::lanes;
  int vectors = width / lanes, column = 0;
  for (int chunks = (vectors + kChunk - 1) / kChunk; chunks > 0; --chunks) {  // even chunks: 7 is 4 + 3, 13 is 4 + 3 + 3 + 3
    const int take = (vectors + chunks - 1) / chunks;
    if (kChunk >= 4 && take == 4) accumulate_chunk<Real, (kChunk >= 4 ? 4 : 1)>(n, rows, w, s, env, es, width, column, t);
    else if (kChunk >= 3 && take == 3) accumulate_chunk<Real, (kChunk >= 3 ? 3 : 1)>(n, rows, w, s, env, es, width, column, t);
    else if (take == 2) accumulate_chunk<Real, 2>(n, rows, w, s, env, es, width, column, t);
    else accumulate_chunk<Real, 1>(n, rows, w, s, env, es, width, column, t);
    column += take * lanes;
    vectors -= take;
  }
}

/// The four sums over channels of one pair, not yet added across lanes; what goes to s is added to the first. `ahead`: the next
/// pair's row, called for from the second or third cache meanwhile (in accumulate() the same costs more than it gives).
template <class Real>
LAMELLA_INLINE void gradient_sums(const Real* row, const Real* ahead, const Real* w, const Real* dw, std::ptrdiff_t s, const Real* env, std::ptrdiff_t es, int width, const Real* u,
                                  typename Vec<Real>::reg sum[4]) {
  using V = Vec<Real>;
  typename V::reg a[6], b[6], r[4], last = V::zero();
  LAMELLA_UNROLL for (int k = kMonomial<Real> ? 1 : 0; k < 6; ++k) a[k] = V::set(w[k * s]);
  LAMELLA_UNROLL for (int k = kMonomial<Real> ? 2 : 0; k < 6; ++k) b[k] = V::set(dw[k * s]);
  LAMELLA_UNROLL for (int c = 0; c < 4; ++c) r[c] = V::set(env[c * es]), sum[c] = V::zero();
  for (int m = 0; m < width; m += V::lanes) {
    LAMELLA_UNROLL for (int k = 0; k < 6; ++k) __builtin_prefetch(ahead + k * width + m);
    typename V::reg f = V::load(row + m), g, d;
    g = kMonomial<Real> ? f : V::mul(a[0], f);
    if (!kMonomial<Real>) d = V::mul(b[0], f);
    f = V::load(row + width + m);
    g = V::fma(a[1], f, g);
    d = kMonomial<Real> ? f : V::fma(b[1], f, d);
    LAMELLA_UNROLL for (int k = 2; k < 6; ++k) {
      f = V::load(row + k * width + m);
      g = V::fma(a[k], f, g);
      d = V::fma(b[k], f, d);
    }
    auto uc = V::load(u + m), p = V::mul(r[0], uc);
    sum[0] = V::fma(g, uc, sum[0]);
    LAMELLA_UNROLL for (int c = 1; c < 4; ++c) {
      uc = V::load(u + c * width + m);
      sum[c] = V::fma(g, uc, sum[c]);
      p = V::fma(r[c], uc, p);
    }
    last = V::fma(p, d, last);
  }
  sum[0] = V::add(sum[0], last);
}

#if defined(__AVX512F__) && defined(__AVX512DQ__)

/// Four sums across lanes, kept apart: 128-bit lane c of the result holds partial sums of sum[c].
LAMELLA_INLINE __m512 lanes_of_sums(const __m512 s[4]) {
  const __m512 ab = _mm512_add_ps(_mm512_shuffle_f32x4(s[0], s[1], 0x44), _mm512_shuffle_f32x4(s[0], s[1], 0xee));
  const __m512 cd = _mm512_add_ps(_mm512_shuffle_f32x4(s[2], s[3], 0x44), _mm512_shuffle_f32x4(s[2], s[3], 0xee));
  return _mm512_add_ps(_mm512_shuffle_f32x4(ab, cd, 0x88), _mm512_shuffle_f32x4(ab, cd, 0xdd));
}
LAMELLA_INLINE __m512d lanes_of_sums(const __m512d s[4]) {
  const __m512d ab = _mm512_add_pd(_mm512_shuffle_f64x2(s[0], s[1], 0x44), _mm512_shuffle_f64x2(s[0], s[1], 0xee));
  const __m512d cd = _mm512_add_pd(_mm512_shuffle_f64x2(s[2], s[3], 0x44), _mm512_shuffle_f64x2(s[2], s[3], 0xee));
  return _mm512_add_pd(_mm512_shuffle_f64x2(ab, cd, 0x88), _mm512_shuffle_f64x2(ab, cd, 0xdd));
}
/// What is left within the 128-bit lanes, for the pairs of one group, and out: lane c goes to out[c][first ..].
LAMELLA_INLINE void store_sums(const __m512 r[4], float* out, std::ptrdiff_t s) {
  const __m512 ab = _mm512_add_ps(_mm512_shuffle_ps(r[0], r[1], 0x88), _mm512_shuffle_ps(r[0], r[1], 0xdd));
  const __m512 cd = _mm512_add_ps(_mm512_shuffle_ps(r[2], r[3], 0x88), _mm512_shuffle_ps(r[2], r[3], 0xdd));
  const __m512 all = _mm512_add_ps(_mm512_shuffle_ps(ab, cd, 0x88), _mm512_shuffle_ps(ab, cd, 0xdd));
  _mm_storeu_ps(out, _mm512_castps512_ps128(all));
  _mm_storeu_ps(out + s, _mm512_extractf32x4_ps(all, 1));
  _mm_storeu_ps(out + 2 * s, _mm512_extractf32x4_ps(all, 2));
  _mm_storeu_ps(out + 3 * s, _mm512_extractf32x4_ps(all, 3));
}
LAMELLA_INLINE void store_sums(const __m512d r[2], double* out, std::ptrdiff_t s) {
  const __m512d all = _mm512_add_pd(_mm512_unpacklo_pd(r[0], r[1]), _mm512_unpackhi_pd(r[0], r[1]));
  _mm_storeu_pd(out, _mm512_castpd512_pd128(all));
  _mm_storeu_pd(out + s, _mm512_extractf64x2_pd(all, 1));
  _mm_storeu_pd(out + 2 * s, _mm512_extractf64x2_pd(all, 2));
  _mm_storeu_pd(out + 3 * s, _mm512_extractf64x2_pd(all, 3));
}

template <class Real>
void gradient(int n, const Real* const* rows, const Real* w, const Real* dw, std::ptrdiff_t s, const Real* env, std::ptrdiff_t es, int width, const Real* u, Real* out) {
  using V = Vec<Real>;
  constexpr int group = 16 / sizeof(Real);  // pairs whose sums fill the 128-bit lanes
  for (int first = 0; first < n; first += group) {
    typename V::reg r[group];
    for (int k = 0; k < group; ++k) {
      const int j = first + k < n ? first + k : n - 1;
      typename V::reg sum[4];
      gradient_sums(rows[j], rows[j + 1 < n ? j + 1 : j], w + j, dw + j, s, env + j, es, width, u, sum);
      r[k] = lanes_of_sums(sum);
    }
    store_sums(r, out + first, s);
  }
}

#else

template <class Real>
void gradient(int n, const Real* const* rows, const Real* w, const Real* dw, std::ptrdiff_t s, const Real* env, std::ptrdiff_t es, int width, const Real* u, Real* out) {
  for (int j = 0; j < n; ++j) {
    typename Vec<Real>::reg sum[4];
    gradient_sums(rows[j], rows[j + 1 < n ? j + 1 : j], w + j, dw + j, s, env + j, es, width, u, sum);
    LAMELLA_UNROLL for (int c = 0; c < 4; ++c) out[c * s + j] = Vec<Real>::sum(sum[c]);
  }
}

#endif

// ---- descriptor -----------------------------------------------------------------------------------------------------

template <class Real>
void descriptor(const Real* t, std::ptrdiff_t ts, int width, int axis, Real* d) {
  using V = Vec<Real>;
  for (int b = 0; b < axis; ++b) {
    const auto t0 = V::set(t[b]), t1 = V::set(t[ts + b]), t2 = V::set(t[2 * ts + b]), t3 = V::set(t[3 * ts + b]);
    for (int m = b; m < width; m += V::lanes) {  // the last vector runs over the start of the next row, written after it
      auto v = V::mul(t0, V::load(t + m));
      v = V::fma(t1, V::load(t + ts + m), v);
      v = V::fma(t2, V::load(t + 2 * ts + m), v);
      V::store(d + (m - b), V::fma(t3, V::load(t + 3 * ts + m), v));
    }
    d += width - b;
  }
}

template <class Real>
void descriptor_gradient(const Real* t, std::ptrdiff_t ts, int width, int axis, const Real* dd, Real scale, Real* u) {
  using V = Vec<Real>;
  for (std::ptrdiff_t i = 0; i < 4 * ts; i += V::lanes) V::store(u + i, V::zero());
  Real own[4];
  for (int b = 0; b < axis; ++b) {
    typename V::reg tb[4], sum[4];
    for (int c = 0; c < 4; ++c) tb[c] = V::set(t[c * ts + b]), sum[c] = V::zero();
    int m = b;
    for (; m + V::lanes <= width; m += V::lanes) {
      const auto g = V::load(dd + (m - b));
      LAMELLA_UNROLL for (int c = 0; c < 4; ++c) {
        V::store(u + c * ts + m, V::fma(g, tb[c], V::load(u + c * ts + m)));
        sum[c] = V::fma(g, V::load(t + c * ts + m), sum[c]);
      }
    }
    for (int c = 0; c < 4; ++c) own[c] = V::sum(sum[c]);
    for (; m < width; ++m)
      for (int c = 0; c < 4; ++c) {
        u[c * ts + m] += dd[m - b] * t[c * ts + b];
        own[c] += dd[m - b] * t[c * ts + m];
      }
    for (int c = 0; c < 4; ++c) u[c * ts + b] += own[c];
    dd += width - b;
  }
  for (std::ptrdiff_t i = 0; i < 4 * ts; i += V::lanes) V::store(u + i, V::mul(V::set(scale), V::load(u + i)));
}

template <class Real>
void add_scaled(int n, Real a, const Real* x, Real* y) {
  using V = Vec<Real>;
  for (int i = 0; i < n; i += V::lanes) V::store(y + i, V::fma(V::set(a), V::load(x + i), V::load(y + i)));
}
template <class Real>
void scale(int n, Real a, Real* y) {
  using V = Vec<Real>;
  for (int i = 0; i < n; i += V::lanes) V::store(y + i, V::mul(V::set(a), V::load(y + i)));
}
template <class Real>
void product(int n, const Real* a, const Real* b, Real* out) {
  using V = Vec<Real>;
  for (int i = 0; i < n; i += V::lanes) V::store(out + i, V::mul(V::load(a + i), V::load(b + i)));
}

template <class Real>
constexpr Kernels<Real> make_kernels(const char* name) {
  return {name, Vec<Real>::lanes, kTileRows, kPanelVectors, &multiply<Real>, &tanh_all<Real>, &basis<Real>, &accumulate<Real>, &gradient<Real>,
          &descriptor<Real>, &descriptor_gradient<Real>, &collect, &environment<Real>, &forces<Real>, &scatter, &add_scaled<Real>, &scale<Real>, &product<Real>};
}

}  // namespace
}  // namespace lamella
