#include "observe/trajectory.hpp"

#include <cctype>
#include <fstream>

#include "base/error.hpp"
#include "observe/line_source.hpp"
#include "observe/readers.hpp"

namespace lamella {
namespace {

enum class Format { dump, extxyz, netcdf };

Format format_of(const std::filesystem::path& file) {
  std::ifstream bytes(file, std::ios::binary);
  char magic[4] = {};
  if (bytes.read(magic, sizeof magic) && (std::string_view(magic, 3) == "CDF" || std::string_view(magic, 4) == "\x89HDF")) return Format::netcdf;
  LineSource lines(file);
  std::string_view first;
  if (!lines.next(first)) fail_input({file.string(), "an empty file", "", "", ""});
  if (first.starts_with("ITEM:")) return Format::dump;
  std::size_t i = 0;
  while (i < first.size() && std::isspace(static_cast<unsigned char>(first[i]))) ++i;
  if (i < first.size() && std::isdigit(static_cast<unsigned char>(first[i]))) return Format::extxyz;
  lines.fail("not a trajectory that is known", first, "LAMMPS dump, extended XYZ, AMBER NetCDF", "");
}

}  // namespace

std::unique_ptr<TrajectoryReader> open_trajectory(const std::filesystem::path& file, const TrajectoryOptions& options) {
  switch (format_of(file)) {
    case Format::netcdf: return open_netcdf(file, options);
    case Format::dump: return open_dump(file, options);
    default: return open_extxyz(file, options);
  }
}

long count_frames(const std::filesystem::path& file, const TrajectoryOptions& options) {
  const auto reader = open_trajectory(file, options);
  long count = 0;
  while (reader->skip()) ++count;
  return count;
}

TrajectoryAtoms read_identities(const std::filesystem::path& file) { return open_extxyz(file, {})->atoms(); }

}  // namespace lamella
