// ion_pairs: forces between ions, a exp((sigma - r)/rho) - c/r^6 + d/r^8 and the real-space part of Ewald's sum, for many atoms at once.
// Compiled once per instruction set (runner/floor.cmake) and chosen when the program starts; every set gives the same bits, as no
// product is fused with a sum and lanes are always eight. Nothing of the standard library that has code is included here.
#pragma once

namespace lamella {

/// One pair of types. eV, A, e; the energy at the cut-off is taken off the short range (`shift`).
struct IonPair {
  double a = 0.0, per_rho = 0.0, sigma = 0.0, c = 0.0, d = 0.0, shift = 0.0;
  double cut_squared = 0.0;  ///< of the short range
  bool short_range = false;  ///< a, c or d is not zero
};

/// What the kernel reads. Points are local atoms, then their images (ghosts), then one far from all that fills up the lists.
struct IonSystem {
  const double* points = nullptr;                         ///< x, y, z (A) and charge (e) of each point, one after the other
  const int* type = nullptr;                              ///< by atom, from 0
  int types = 0;
  const IonPair* pairs = nullptr;                         ///< types x types
  const int* neighbours = nullptr;                        ///< of atom i and type t: count[i * types + t], a multiple of 8, from first[i * types + t]
  const long* first = nullptr;
  const int* count = nullptr;
  double coulomb = 0.0;                                   ///< eV A / e^2
  double splitting = 0.0;                                 ///< Ewald's g, 1/A
  double coulomb_cut_squared = 0.0;
};

/// What atom i receives: half of each of its pairs' energy and virial.
struct IonShare {
  double force[3];
  double coulomb_energy, short_energy;
  double virial[6];  ///< xx yy zz xy xz yz
};

/// Fills shares[begin, end). Without `energies` those of it are left at 0.
using IonForces = void (*)(const IonSystem& system, int begin, int end, bool energies, IonShare* shares);

/// Points among which neighbours are looked for; their arrays must hold 8 more than `count` (any numbers).
struct IonCandidates {
  const double *x, *y, *z;
  const int* index;
  int count;
};
/// Writes the indices of those within the cut-off of `at`, but for `self`, in order; returns how many. `out` must hold candidates.count + 8.
using IonSearch = int (*)(const IonCandidates& candidates, const double* at, double cut_squared, int self, int* out);

struct IonKernels {
  const char* name;
  IonForces forces;
  IonSearch search;
};

namespace avx512 { extern const IonKernels ion_kernels; }
namespace avx2 { extern const IonKernels ion_kernels; }
namespace baseline { extern const IonKernels ion_kernels; }

/// "avx512", "avx2", "baseline"; null where this machine does not have it.
const IonKernels* ion_kernels_named(const char* name);
/// The widest that this machine has; $LAMELLA_KERNELS names another.
const IonKernels& best_ion_kernels();

}  // namespace lamella
