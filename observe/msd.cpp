#include "observe/msd.hpp"

#include <algorithm>
#include <complex>
#include <unsupported/Eigen/FFT>

#include "observe/parallel.hpp"

namespace lamella {

PathStore::PathStore(std::vector<int> atoms, std::size_t budget) : atoms_(std::move(atoms)), budget_(budget) {}

void PathStore::expect(std::size_t frames) {
  const std::size_t row = 3 * atoms_.size();
  path_.reserve(std::min(frames * row, budget_ / sizeof(float) + 65 * row));
}

void PathStore::add(const TrackedFrame& frame) {
  cell_sum_ += frame.cell.rows();
  if (seen_++ % stride_ != 0) return;
  if (first_.empty())
    for (int i : atoms_) first_.push_back(frame.fractional[i]);
  for (std::size_t k = 0; k < atoms_.size(); ++k) {
    const Vec3 moved = frame.fractional[atoms_[k]] - first_[k] - frame.drift;
    for (int axis = 0; axis < 3; ++axis) path_.push_back(static_cast<float>(moved[axis]));
  }
  ++kept_;
  if (path_.size() * sizeof(float) > budget_ && kept_ > 64) halve();
}

void PathStore::halve() {
  const std::size_t row = 3 * atoms_.size();
  for (std::size_t n = 2; n < kept_; n += 2) std::copy_n(path_.begin() + static_cast<std::ptrdiff_t>(n * row), row, path_.begin() + static_cast<std::ptrdiff_t>(n / 2 * row));
  kept_ = (kept_ + 1) / 2;
  path_.resize(kept_ * row);
  stride_ *= 2;
}

Mat3 PathStore::mean_cell() const { return seen_ > 0 ? Mat3(cell_sum_ / static_cast<double>(seen_)) : Mat3(Mat3::Identity()); }

Vec3 PathStore::displacement(std::size_t k, std::size_t n) const {
  const float* s = &path_[(n * atoms_.size() + k) * 3];
  return mean_cell().transpose() * Vec3(s[0], s[1], s[2]);
}

namespace {

/// What a chunk of atoms adds: power spectra of their paths and sums of squares frame by frame, in plane and normal.
struct Sums {
  std::vector<double> power[2], square[2];
};

Sums sums_of(const PathStore& store, const std::vector<int>& members, std::size_t from, std::size_t to, std::size_t begin, std::size_t n, std::size_t padded) {
  Sums sums;
  for (int part = 0; part < 2; ++part) {
    sums.power[part].assign(padded, 0.0);
    sums.square[part].assign(n, 0.0);
  }
  Eigen::FFT<double> fft;
  std::vector<std::complex<double>> path(padded), spectrum(padded);
  std::vector<Vec3> moved(n);
  auto transform = [&](int part) {
    fft.fwd(spectrum.data(), path.data(), static_cast<Eigen::Index>(padded));
    for (std::size_t f = 0; f < padded; ++f) sums.power[part][f] += std::norm(spectrum[f]);
  };
  for (std::size_t m = from; m < to; ++m) {
    // About the path's own mean, so that large sums do not cancel.
    Vec3 mean = Vec3::Zero();
    for (std::size_t t = 0; t < n; ++t) mean += moved[t] = store.displacement(static_cast<std::size_t>(members[m]), begin + t);
    mean /= static_cast<double>(n);
    for (std::size_t t = 0; t < n; ++t) {
      const Vec3 r = moved[t] - mean;
      path[t] = {r.x(), r.y()};  // x + iy: the real part of its autocorrelation is that of x plus that of y
      moved[t] = r;
      sums.square[0][t] += r.x() * r.x() + r.y() * r.y();
      sums.square[1][t] += r.z() * r.z();
    }
    transform(0);
    for (std::size_t t = 0; t < n; ++t) path[t] = {moved[t].z(), 0.0};
    transform(1);
  }
  return sums;
}

}  // namespace

MsdCurve mean_square_displacement(const PathStore& store, const std::vector<int>& members, std::size_t begin, std::size_t end, int threads) {
  MsdCurve curve;
  if (members.empty() || end <= begin) return curve;
  const std::size_t n = end - begin;
  std::size_t padded = 1;
  while (padded < 2 * n) padded *= 2;
  constexpr std::size_t chunk = 32;  // of fixed size: the order of the sums must not depend on the threads
  const std::size_t chunks = (members.size() + chunk - 1) / chunk;
  Sums total;
  for (int part = 0; part < 2; ++part) {
    total.power[part].assign(padded, 0.0);
    total.square[part].assign(n, 0.0);
  }
  const std::size_t together = 4 * static_cast<std::size_t>(thread_count(threads));
  for (std::size_t first = 0; first < chunks; first += together) {
    std::vector<Sums> sums(std::min(together, chunks - first));
    parallel_for(sums.size(), threads, [&](std::size_t k) {
      const std::size_t from = (first + k) * chunk;
      sums[k] = sums_of(store, members, from, std::min(members.size(), from + chunk), begin, n, padded);
    });
    for (const Sums& s : sums)
      for (int part = 0; part < 2; ++part) {
        for (std::size_t f = 0; f < padded; ++f) total.power[part][f] += s.power[part][f];
        for (std::size_t t = 0; t < n; ++t) total.square[part][t] += s.square[part][t];
      }
  }
  Eigen::FFT<double> fft;
  std::vector<std::complex<double>> spectrum(padded), correlation(padded);
  for (int part = 0; part < 2; ++part) {
    for (std::size_t f = 0; f < padded; ++f) spectrum[f] = total.power[part][f];
    fft.inv(correlation.data(), spectrum.data(), static_cast<Eigen::Index>(padded));
    std::vector<double>& msd = part == 0 ? curve.in_plane : curve.normal;
    double squares = 0.0;
    for (double q : total.square[part]) squares += 2.0 * q;
    for (std::size_t lag = 0; lag < n; ++lag) {
      if (lag > 0) squares -= total.square[part][lag - 1] + total.square[part][n - lag];
      const double value = (squares - 2.0 * correlation[lag].real()) / (static_cast<double>(n - lag) * static_cast<double>(members.size()));
      msd.push_back(lag == 0 ? 0.0 : std::max(0.0, value));
    }
  }
  return curve;
}

}  // namespace lamella
