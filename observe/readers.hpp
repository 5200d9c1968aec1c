#pragma once
#include "observe/trajectory.hpp"

namespace lamella {

// One per format; open_trajectory chooses.
std::unique_ptr<TrajectoryReader> open_dump(const std::filesystem::path& file, const TrajectoryOptions& options);
std::unique_ptr<TrajectoryReader> open_extxyz(const std::filesystem::path& file, const TrajectoryOptions& options);
std::unique_ptr<TrajectoryReader> open_netcdf(const std::filesystem::path& file, const TrajectoryOptions& options);

}  // namespace lamella
