#pragma once
#include <string>

#include "observe/msd.hpp"

namespace lamella {

/// How D is fitted: lags from where the MSD passes `msd_start` to `end_fraction` of the run (He, Zhu, Mo 2018,
/// 10.1038/s41524-018-0074-y).
struct DiffusionOptions {
  double msd_start = 4.5;      ///< A^2
  double end_fraction = 0.5;   ///< of the length of the run
  double hop = 3.0;            ///< A, the length a of one hop in N = N_ions max(MSD) / a^2
  int blocks = 5;              ///< for the block error
  int threads = 0;
};

/// D and its standard error, cm^2/s.
struct DiffusionValue {
  double value = 0.0, error = 0.0;
};

/// Einstein's D of a group. `error` is the block error: the spread of D over equal pieces of the run, each fitted over the same
/// fractions of its own length, which is the spread of the whole run's fit too (a random walk looks the same at every length);
/// widened by Student's factor for the few pieces, so that value +- error holds the truth 68 times in 100.
struct Diffusion {
  std::string name;
  std::size_t ions = 0;
  DiffusionValue d, d_xy, d_z;       ///< MSD / 6 t, MSD_xy / 4 t, MSD_z / 2 t
  double fit_begin = 0.0, fit_end = 0.0;  ///< ps, the lags of the fit
  double msd_max = 0.0;              ///< A^2, largest in the fit window
  double hops = 0.0;                 ///< N of He, Zhu and Mo
  double relative_error_hops = 0.0;  ///< their RSD = 3.43 / sqrt(N) + 0.04
  bool diffusive = false;            ///< the MSD reached msd_start within the fit's end; else D is only an upper guess
  MsdCurve curve;
  double spacing = 0.0;              ///< ps between lags
};

/// `spacing` in ps between the store's kept frames. Fewer than 10 frames: zeros, not diffusive.
Diffusion diffusion_of(const PathStore& store, const MsdGroup& group, double spacing, const DiffusionOptions& options = {});

}  // namespace lamella
