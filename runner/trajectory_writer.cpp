#include "runner/trajectory_writer.hpp"

#include <fcntl.h>
#include <netcdf.h>
#include <unistd.h>

#include <array>
#include <cstring>
#include <system_error>

#include "base/error.hpp"
#include "base/version.hpp"

namespace lamella {

struct TrajectoryWriter::Impl {
  std::filesystem::path file;
  int nc = -1;
  long frames = 0;
  std::size_t atoms = 0;
  int time = -1, step = -1, lengths = -1, angles = -1, origin = -1, coordinates = -1;
  std::vector<float> packed;

  [[noreturn]] void fail(const std::string& what, const std::string& reason) const {
    fail_run({file.string(), what, reason, "", "is the disk full?"});
  }
  void check(int status, const char* what) const {
    if (status != NC_NOERR) fail(std::string("the trajectory cannot be written: ") + what, nc_strerror(status));
  }
  int dimension(const char* name, std::size_t length) const {
    int id = -1;
    check(nc_def_dim(nc, name, length, &id), name);
    return id;
  }
  int variable(const char* name, nc_type type, std::initializer_list<int> dimensions, const char* units = nullptr) const {
    int id = -1;
    check(nc_def_var(nc, name, type, static_cast<int>(dimensions.size()), dimensions.begin(), &id), name);
    if (units) text(id, "units", units);
    return id;
  }
  void text(int id, const char* name, const std::string& value) const { check(nc_put_att_text(nc, id, name, value.size(), value.c_str()), name); }

  void define(const TrajectoryIdentity& identity);
  void write_identity(const TrajectoryIdentity& identity) const;
  void find_variables();
  void cut_back(const TrajectoryMark& mark) const;
};

void TrajectoryWriter::Impl::define(const TrajectoryIdentity& identity) {
  text(NC_GLOBAL, "Conventions", "AMBER");
  text(NC_GLOBAL, "ConventionVersion", "1.0");
  text(NC_GLOBAL, "program", "lamella");
  text(NC_GLOBAL, "programVersion", std::string(version()));
  const int frame = dimension("frame", NC_UNLIMITED), atom = dimension("atom", identity.ids.size()), spatial = dimension("spatial", 3),
            cell_spatial = dimension("cell_spatial", 3), cell_angular = dimension("cell_angular", 3), label = dimension("label", 5);
  variable("spatial", NC_CHAR, {spatial});
  variable("cell_spatial", NC_CHAR, {cell_spatial});
  variable("cell_angular", NC_CHAR, {cell_angular, label});
  variable("atom_id", NC_INT, {atom});  // `id` is a quantity of each frame to ASE
  // ASE takes the first of atom_types, type, Z for the atomic number, OVITO one of the first two for the type.
  variable(identity.elements.empty() ? "type" : "atom_types", NC_INT, {atom});
  if (!identity.elements.empty()) variable("Z", NC_INT, {atom});
  if (!identity.layer_of.empty()) {
    const int layer = variable("layer", NC_INT, {atom});
    std::string names;
    for (const std::string& name : identity.layer_names) names += (names.empty() ? "" : " ") + name;
    text(layer, "names", names);
  }
  variable("time", NC_DOUBLE, {frame}, "picosecond");
  variable("step", NC_DOUBLE, {frame});  // NetCDF-3 has no 64-bit integers
  variable("cell_lengths", NC_DOUBLE, {frame, cell_spatial}, "angstrom");
  variable("cell_angles", NC_DOUBLE, {frame, cell_angular}, "degree");
  variable("cell_origin", NC_DOUBLE, {frame, spatial}, "angstrom");
  const int positions = variable("coordinates", NC_FLOAT, {frame, atom, spatial}, "angstrom");
  text(positions, "unwrapped", "yes");
  check(nc_enddef(nc), "header");
}

void TrajectoryWriter::Impl::write_identity(const TrajectoryIdentity& identity) const {
  const auto id_of = [&](const char* name) {
    int id = -1;
    check(nc_inq_varid(nc, name, &id), name);
    return id;
  };
  check(nc_put_var_text(nc, id_of("spatial"), "xyz"), "spatial");
  check(nc_put_var_text(nc, id_of("cell_spatial"), "abc"), "cell_spatial");
  check(nc_put_var_text(nc, id_of("cell_angular"), "alphabeta gamma"), "cell_angular");
  check(nc_put_var_int(nc, id_of("atom_id"), identity.ids.data()), "atom_id");
  std::vector<int> numbers;
  for (const Element& element : identity.elements) numbers.push_back(element.number());
  if (numbers.empty()) check(nc_put_var_int(nc, id_of("type"), identity.types.data()), "type");
  else
    for (const char* name : {"atom_types", "Z"}) check(nc_put_var_int(nc, id_of(name), numbers.data()), name);
  std::vector<int> layers;
  for (int layer : identity.layer_of) layers.push_back(layer + 1);
  if (!layers.empty()) check(nc_put_var_int(nc, id_of("layer"), layers.data()), "layer");
}

void TrajectoryWriter::Impl::find_variables() {
  const std::array<std::pair<const char*, int*>, 6> wanted = {{{"time", &time}, {"step", &step}, {"cell_lengths", &lengths},
                                                              {"cell_angles", &angles}, {"cell_origin", &origin}, {"coordinates", &coordinates}}};
  for (const auto& [name, id] : wanted) check(nc_inq_varid(nc, name, id), name);
}

// NetCDF-3 keeps the number of frames big-endian at byte 4 and the frames at the end of the file.
void TrajectoryWriter::Impl::cut_back(const TrajectoryMark& mark) const {
  std::error_code code;
  const auto size = std::filesystem::file_size(file, code);
  if (code || size < mark.bytes) fail("the trajectory is shorter than the checkpoint says; it was changed since", code ? code.message() : std::to_string(size) + " bytes");
  std::filesystem::resize_file(file, mark.bytes, code);
  if (code) fail("the trajectory cannot be cut back to the checkpoint", code.message());
  const unsigned char count[4] = {static_cast<unsigned char>(mark.frames >> 24), static_cast<unsigned char>(mark.frames >> 16),
                                  static_cast<unsigned char>(mark.frames >> 8), static_cast<unsigned char>(mark.frames)};
  const int descriptor = ::open(file.c_str(), O_WRONLY | O_CLOEXEC);
  const bool written = descriptor >= 0 && ::pwrite(descriptor, count, 4, 4) == 4;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!written) fail("the trajectory cannot be cut back to the checkpoint", reason);
}

TrajectoryWriter::TrajectoryWriter(const std::filesystem::path& file, const TrajectoryIdentity& atoms) : impl_(std::make_unique<Impl>()) {
  impl_->file = file;
  impl_->atoms = atoms.ids.size();
  impl_->check(nc_create(file.c_str(), NC_CLOBBER | NC_64BIT_OFFSET, &impl_->nc), "create");
  int before = 0;
  impl_->check(nc_set_fill(impl_->nc, NC_NOFILL, &before), "fill");
  impl_->define(atoms);
  impl_->write_identity(atoms);
  impl_->find_variables();
}

TrajectoryWriter::TrajectoryWriter(const std::filesystem::path& file, const TrajectoryIdentity& atoms, const TrajectoryMark& mark)
    : impl_(std::make_unique<Impl>()) {
  impl_->file = file;
  impl_->atoms = atoms.ids.size();
  impl_->frames = mark.frames;
  impl_->cut_back(mark);
  impl_->check(nc_open(file.c_str(), NC_WRITE, &impl_->nc), "open");
  int before = 0;
  impl_->check(nc_set_fill(impl_->nc, NC_NOFILL, &before), "fill");
  impl_->find_variables();
}

TrajectoryWriter::~TrajectoryWriter() {
  if (impl_->nc >= 0) nc_close(impl_->nc);
}

void TrajectoryWriter::write(long step, double time, const Cell& cell, const Cartesian& origin, const std::vector<Cartesian>& unwrapped) {
  Impl& w = *impl_;
  if (unwrapped.size() != w.atoms) fail_run({"trajectory", "the number of atoms changed", std::to_string(unwrapped.size()), std::to_string(w.atoms), ""});
  const std::size_t frame = static_cast<std::size_t>(w.frames);
  const std::size_t start[3] = {frame, 0, 0}, three[2] = {1, 3}, all[3] = {1, w.atoms, 3};
  const auto parameters = cell.parameters();
  const double stamp = static_cast<double>(step);
  w.packed.clear();
  for (const Cartesian& r : unwrapped)
    for (int k = 0; k < 3; ++k) w.packed.push_back(static_cast<float>(r[k]));
  w.check(nc_put_var1_double(w.nc, w.time, start, &time), "time");
  w.check(nc_put_var1_double(w.nc, w.step, start, &stamp), "step");
  w.check(nc_put_vara_double(w.nc, w.lengths, start, three, parameters.data()), "cell_lengths");
  w.check(nc_put_vara_double(w.nc, w.angles, start, three, parameters.data() + 3), "cell_angles");
  w.check(nc_put_vara_double(w.nc, w.origin, start, three, origin.vec().data()), "cell_origin");
  w.check(nc_put_vara_float(w.nc, w.coordinates, start, all, w.packed.data()), "coordinates");
  ++w.frames;
}

TrajectoryMark TrajectoryWriter::sync() {
  Impl& w = *impl_;
  w.check(nc_sync(w.nc), "flush");
  const int descriptor = ::open(w.file.c_str(), O_RDONLY | O_CLOEXEC);
  const bool safe = descriptor >= 0 && ::fsync(descriptor) == 0;
  const std::string reason = std::strerror(errno);
  if (descriptor >= 0) ::close(descriptor);
  if (!safe) w.fail("the trajectory cannot be made safe on the disk", reason);
  std::error_code code;
  const auto bytes = std::filesystem::file_size(w.file, code);
  if (code) w.fail("the trajectory cannot be found", code.message());
  return {w.frames, bytes};
}

}  // namespace lamella
