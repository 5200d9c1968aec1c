#pragma once
#include <cstddef>
#include <cstdint>

namespace lamella {

/// The switching function and the statistics of one centre's environment rows.
struct SwitchNumbers {
  double rcut_smth, rcut, width;  ///< A; width: rcut - rcut_smth as the file's maker rounds it, 0: no switching
  double average[4], inverse_deviation[4];
};

/// The inner loops for one instruction set and one element type. Widths are padded to whole vectors (`lanes`), rows of a
/// matrix product to whole tiles (`tile_rows`); padding must hold finite numbers. No pointer needs more than natural alignment.
template <class Real>
struct Kernels {
  const char* name;      ///< "AVX-512", "AVX2", "baseline"
  int lanes;             ///< elements of one vector
  int tile_rows;         ///< rows of a matrix tile
  int panel_vectors;     ///< vectors across a packed panel

  /// y[rows x n] = x[rows x k] W (+ bias). W packed in panels of panel_vectors x lanes columns, each [k][panel width]; the last
  /// panel holds what is left, in whole vectors. bias: n padded, or null. Every element is summed over k in order, whatever the rows.
  void (*multiply)(const Real* x, std::ptrdiff_t x_stride, int rows, int k, const Real* packed, const Real* bias, Real* y, std::ptrdiff_t y_stride, int n);

  /// tanh in place and 1 - tanh^2, n padded. Within 3 units in the last place.
  void (*tanh)(Real* y, Real* slope, int n);

  /// Basis of the tables for n pairs (padded): value weights w[6][stride], and derivative weights dw[6][stride] unless null.
  /// float: powers of x = t h within the interval (monomials); double: quintic Hermite between two nodes.
  void (*basis)(int n, const Real* t, const Real* h, Real* w, Real* dw, std::ptrdiff_t stride);

  /// T[c][m] += sum_j R[c][j] G_jm with G_jm = sum_k w[k][j] rows[j][k width + m]; T is [4][width], R[4][env_stride].
  void (*accumulate)(int n, const Real* const* rows, const Real* w, std::ptrdiff_t stride, const Real* env, std::ptrdiff_t env_stride, int width, Real* t);

  /// dE/dR of each pair: out[c][j] = sum_m G_jm U[c][m], and to out[0][j], for s is R_0, sum_m G'_jm sum_c R[c][j] U[c][m].
  /// w, dw and out have stride `stride`.
  void (*gradient)(int n, const Real* const* rows, const Real* w, const Real* dw, std::ptrdiff_t stride, const Real* env, std::ptrdiff_t env_stride,
                   int width, const Real* u, Real* out);

  /// d = the folded descriptor: for b < axis, m from b to width - 1: d[b-th run][m - b] = sum_c T[c][m] T[c][b]. d has room for one
  /// vector beyond its end. `width` is the number of channels; T has stride t_stride (whole vectors, padding zero).
  void (*descriptor)(const Real* t, std::ptrdiff_t t_stride, int width, int axis, Real* d);
  /// U[c][m] = scale dE/dT[c][m] from the gradient by the folded descriptor. Padding of U becomes zero.
  void (*descriptor_gradient)(const Real* t, std::ptrdiff_t t_stride, int width, int axis, const Real* dd, Real scale, Real* u);

  /// Neighbours of `list` with |x_j - x_i| <= rcut: j, d = x_j - x_i in three arrays `stride` apart, and |d|, in the list's order.
  /// Returns how many; the arrays have room for `count` and one vector more.
  int (*collect)(const double* x, int i, const int* list, int count, double rcut, int* j, double* d, std::ptrdiff_t stride, double* r);
  /// Rows of the environment matrix of n pairs (arrays have room for one vector more): R[4][stride], s = R_0 in double, and
  /// what the chain rule needs: chain[3][stride] = w/r^2, d(w/r)/dr / r, d(w/r^2)/dr / r.
  void (*environment)(const SwitchNumbers& numbers, int n, const double* d, const double* r, std::ptrdiff_t stride, Real* env, double* s, double* chain);
  /// Forces of the centre on its n neighbours, f[3][f_stride], from dE/dR[4][g_stride] (zero for one vector beyond n);
  /// sums[0..2]: their sum, sums[3..11]: sum f_a d_b. Returns the first pair whose force is not below `largest`, or -1.
  int (*forces)(const double* inverse_deviation, int n, const double* d, const double* chain, std::ptrdiff_t stride, const Real* gradient,
                std::ptrdiff_t g_stride, double largest, double* f, std::ptrdiff_t f_stride, double* sums);
  /// to[3 j + a] += f[a][k] scale, rounded to an integer, j = index[k]; additions wrap.
  void (*scatter)(int n, const int* index, const double* f, std::ptrdiff_t f_stride, double scale, std::uint64_t* to);

  void (*add_scaled)(int n, Real a, const Real* x, Real* y);            ///< y += a x, n padded
  void (*scale)(int n, Real a, Real* y);                                ///< y *= a, n padded
  void (*product)(int n, const Real* a, const Real* b, Real* out);      ///< out = a b, n padded
};

/// The best kernels this machine can run; LAMELLA_KERNELS=avx512|avx2|baseline in the environment asks for less.
template <class Real>
const Kernels<Real>& best_kernels();
/// Kernels by name ("avx512", "avx2", "baseline"), or null where this machine cannot run them.
template <class Real>
const Kernels<Real>* kernels_named(const char* name);

namespace avx512 { const Kernels<float>* single_kernels(); const Kernels<double>* double_kernels(); }
namespace avx2 { const Kernels<float>* single_kernels(); const Kernels<double>* double_kernels(); }
namespace baseline { const Kernels<float>* single_kernels(); const Kernels<double>* double_kernels(); }

}  // namespace lamella
