#include "runner/run_outputs.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cstring>

#include "base/error.hpp"

namespace lamella {

namespace {

namespace fs = std::filesystem;

constexpr const char* kThermo = "thermo.csv";
constexpr const char* kHeader =
    "step,time_ps,temperature_K,potential_energy_eV,total_energy_eV,pressure_bar,pxx_bar,pyy_bar,pzz_bar,lx_A,ly_A,lz_A\n";

std::uintmax_t size_of(const fs::path& file) {
  std::error_code code;
  const auto size = fs::file_size(file, code);
  return code ? 0 : size;
}

void cut_back(const fs::path& file, std::uintmax_t bytes) {
  std::error_code code;
  if (!fs::exists(file, code)) {
    if (bytes == 0) return;
    fail_run({file.string(), "is gone, and the checkpoint goes on with it", "", "", "start the run again with --force"});
  }
  if (fs::file_size(file, code) < bytes) fail_run({file.string(), "is shorter than the checkpoint says", "", "", "start the run again with --force"});
  fs::resize_file(file, bytes, code);
  if (code) fail_run({file.string(), "cannot be cut back to the checkpoint", code.message(), "", ""});
}

void make_safe(const fs::path& file) {
  const int descriptor = ::open(file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool safe = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!safe) fail_run({file.string(), "cannot be made safe on the disk", reason, "", ""});
}

}  // namespace

RunOutputs::RunOutputs(fs::path folder, const TrajectoryIdentity& atoms, const Checkpoint* from) : folder_(std::move(folder)) {
  const fs::path trajectory = folder_ / "trajectory.nc";
  if (from) {
    trajectory_ = std::make_unique<TrajectoryWriter>(trajectory, atoms, from->trajectory);
    frames_ = from->trajectory.frames;
    cut_back(folder_ / kThermo, from->thermo_bytes);
    cut_back(folder_ / "log.lammps", std::min(from->log_bytes, size_of(folder_ / "log.lammps")));
    if (from->deviation_bytes > 0) cut_back(folder_ / "model_devi.out", from->deviation_bytes);
  } else {
    trajectory_ = std::make_unique<TrajectoryWriter>(trajectory, atoms);
  }
  thermo_.open(folder_ / kThermo, from ? std::ios::app : std::ios::trunc);
  if (!from) thermo_ << kHeader;
  if (!thermo_.flush()) fail_run({(folder_ / kThermo).string(), "cannot be written", std::strerror(errno), "", "is the disk full?"});
}

void RunOutputs::frame(long step, double time, const Cell& cell, const Cartesian& origin, const std::vector<Cartesian>& unwrapped) {
  trajectory_->write(step, time, cell, origin, unwrapped);
  ++frames_;
}

void RunOutputs::thermo(const ThermoRow& r) {
  thermo_ << fmt::format("{},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g},{:.10g}\n", r.step, r.time, r.temperature,
                         r.potential_energy, r.total_energy, r.pressure, r.pxx, r.pyy, r.pzz, r.lx, r.ly, r.lz);
  if (!thermo_.flush()) fail_run({(folder_ / kThermo).string(), "cannot be written", std::strerror(errno), "", "is the disk full?"});
}

void RunOutputs::sync(Checkpoint& checkpoint) {
  checkpoint.trajectory = trajectory_->sync();
  make_safe(folder_ / kThermo);
  checkpoint.thermo_bytes = size_of(folder_ / kThermo);
  checkpoint.log_bytes = size_of(folder_ / "log.lammps");
  checkpoint.deviation_bytes = size_of(folder_ / "model_devi.out");
}

}  // namespace lamella
