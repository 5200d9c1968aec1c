// AMBER NetCDF trajectories (http://ambermd.org/netcdf/nctraj.xhtml) as LAMMPS's `dump netcdf` writes them, classic or
// NetCDF-4 (compressed): cell_lengths, cell_angles, cell_origin, time, and per atom id, type and one of
// unwrapped_coordinates, coordinates, scaled_coordinates. `lamella run` writes the same, with `unwrapped = "yes"` at the
// coordinates and `Z` (atomic number) and `layer` (of origin, from 1; attribute `names`) for each atom.
#include <fmt/format.h>
#include <netcdf.h>

#include <algorithm>
#include <cmath>

#include "base/error.hpp"
#include "base/words.hpp"
#include "observe/atom_table.hpp"
#include "observe/readers.hpp"

namespace lamella {
namespace {

class NetcdfReader : public TrajectoryReader {
 public:
  NetcdfReader(const std::filesystem::path& file, const TrajectoryOptions& options) : name_(file.string()), options_(options) {
    if (const int status = nc_open(file.c_str(), NC_NOWRITE, &file_); status != NC_NOERR)
      fail_input({name_, "cannot be read as NetCDF", nc_strerror(status), "", "is it cut off?"});
    try {
      look_at_header();
      read(first_);
    } catch (...) {
      nc_close(file_);
      throw;
    }
    index_ = 0;
  }
  ~NetcdfReader() override { nc_close(file_); }

  bool next(Frame& frame) override {
    if (index_ >= static_cast<long>(frames_)) return false;
    if (index_ == 0) frame = first_;
    else read(frame);
    ++index_;
    return true;
  }
  bool skip() override {
    if (index_ >= static_cast<long>(frames_)) return false;
    ++index_;
    return true;
  }

 private:
  [[noreturn]] void fail(const std::string& what, const std::string& got = "", const std::string& hint = "") const {
    fail_input({fmt::format("{} frame {}", name_, index_), what, got, "", hint});
  }
  void check(int status, const char* what) const {
    if (status != NC_NOERR) fail(fmt::format("{} cannot be read", what), nc_strerror(status), "is the file cut off?");
  }
  int variable(const char* name) const {
    int id = -1;
    return nc_inq_varid(file_, name, &id) == NC_NOERR ? id : -1;
  }
  std::size_t dimension(const char* name) const {
    int id = -1;
    std::size_t length = 0;
    if (nc_inq_dimid(file_, name, &id) != NC_NOERR || nc_inq_dimlen(file_, id, &length) != NC_NOERR) fail(fmt::format("no dimension '{}'", name), "", "not an AMBER NetCDF trajectory");
    return length;
  }
  void look_at_header();
  void expect_shape(int id, const char* name, std::vector<std::size_t> shape) const;
  double scale_of(int id) const;
  std::string text_of(int id, const char* attribute) const;
  void read_identity();
  template <class T>
  void read_per_atom(int id, const char* name, std::vector<T>& values);
  void read_cell(Frame& frame, Vec3& low);
  void read(Frame& frame);

  std::string name_;
  TrajectoryOptions options_;
  int file_ = -1;
  std::size_t frames_ = 0, count_ = 0;
  long index_ = 0;
  int coordinates_ = -1, lengths_ = -1, angles_ = -1, origin_ = -1, time_ = -1, step_ = -1, id_ = -1, type_ = -1;
  bool scaled_ = false, unwrapped_ = false, established_ = false;
  double time_scale_ = 1.0, length_scale_ = 1.0;
  AtomTable table_;
  FileAtoms file_atoms_;
  std::vector<double> raw_;
  std::vector<Cartesian> last_;
  std::vector<int> order_;
  Frame first_;
};

/// Hostile headers: a variable must have exactly the shape that is read, or the reading would run past the buffers.
void NetcdfReader::expect_shape(int id, const char* name, std::vector<std::size_t> shape) const {
  int rank = 0, dimensions[NC_MAX_VAR_DIMS];
  check(nc_inq_varndims(file_, id, &rank), name);
  if (rank != static_cast<int>(shape.size())) fail(fmt::format("'{}' has an unexpected number of dimensions", name), fmt::format("{}", rank));
  check(nc_inq_vardimid(file_, id, dimensions), name);
  for (int k = 0; k < rank; ++k) {
    std::size_t length = 0;
    check(nc_inq_dimlen(file_, dimensions[k], &length), name);
    if (length != shape[k]) fail(fmt::format("'{}' has an unexpected size along dimension {}", name, k), fmt::format("{}", length));
  }
}

double NetcdfReader::scale_of(int id) const {
  double scale = 1.0;
  if (nc_get_att_double(file_, id, "scale_factor", &scale) != NC_NOERR || !std::isfinite(scale) || scale == 0.0) return 1.0;
  return scale;
}

std::string NetcdfReader::text_of(int id, const char* attribute) const {
  std::size_t length = 0;
  if (nc_inq_attlen(file_, id, attribute, &length) != NC_NOERR || length == 0 || length > 100000) return "";
  std::string text(length, ' ');
  return nc_get_att_text(file_, id, attribute, text.data()) == NC_NOERR ? text : "";
}

void NetcdfReader::look_at_header() {
  frames_ = dimension("frame");
  count_ = dimension("atom");
  if (frames_ == 0) fail("no frame at all");
  if (count_ == 0 || count_ > 1000000000) fail("not a number of atoms", fmt::format("{}", count_));
  std::error_code ec;
  const double held = static_cast<double>(std::filesystem::file_size(name_, ec));
  if (!ec && static_cast<double>(count_) > 1000.0 * held) fail("more atoms than the file could hold", fmt::format("{}", count_));
  for (const auto& [name, scaled, unwrapped] : {std::tuple{"unwrapped_coordinates", false, true}, {"coordinates", false, false}, {"scaled_coordinates", true, false}}) {
    if (coordinates_ >= 0 || variable(name) < 0) continue;
    coordinates_ = variable(name);
    scaled_ = scaled;
    unwrapped_ = unwrapped;
    expect_shape(coordinates_, name, {frames_, count_, 3});
  }
  if (coordinates_ < 0) fail("no coordinates", "", "dump x y z or xu yu zu");
  lengths_ = variable("cell_lengths");
  angles_ = variable("cell_angles");
  if (lengths_ < 0 || angles_ < 0) fail("no cell", "", "cell_lengths and cell_angles are wanted");
  expect_shape(lengths_, "cell_lengths", {frames_, 3});
  expect_shape(angles_, "cell_angles", {frames_, 3});
  if ((origin_ = variable("cell_origin")) >= 0) expect_shape(origin_, "cell_origin", {frames_, 3});
  if ((time_ = variable("time")) >= 0) expect_shape(time_, "time", {frames_});
  if ((step_ = variable("step")) >= 0) expect_shape(step_, "step", {frames_});
  id_ = variable("id") >= 0 ? variable("id") : variable("atom_id");  // written once by lamella run
  type_ = variable("type") >= 0 ? variable("type") : variable("atom_types");
  length_scale_ = scale_of(coordinates_);
  unwrapped_ = unwrapped_ || text_of(coordinates_, "unwrapped").starts_with("yes");
  if (time_ >= 0) {  // LAMMPS stores the step and the length of a step as scale_factor
    time_scale_ = scale_of(time_);
    if (text_of(time_, "units").starts_with("femto")) time_scale_ *= 1e-3;
  }
}

/// Values of one frame, or values that all frames share.
template <class T>
void NetcdfReader::read_per_atom(int id, const char* name, std::vector<T>& values) {
  int rank = 0;
  check(nc_inq_varndims(file_, id, &rank), name);
  std::vector<long long> raw(count_);
  const std::size_t start[2] = {static_cast<std::size_t>(index_), 0}, extent[2] = {1, count_};
  if (rank == 1) {
    expect_shape(id, name, {count_});
    check(nc_get_var_longlong(file_, id, raw.data()), name);
  } else {
    expect_shape(id, name, {frames_, count_});
    check(nc_get_vara_longlong(file_, id, start, extent, raw.data()), name);
  }
  values.clear();
  for (long long value : raw) {
    if (value < 0 || value > std::numeric_limits<T>::max() / 2) fail(fmt::format("'{}' out of range", name), fmt::format("{}", value));
    values.push_back(static_cast<T>(value));
  }
}

/// Of the first frame: types, and elements and layers where the file knows them.
void NetcdfReader::read_identity() {
  FileAtoms& rows = file_atoms_;
  if (type_ >= 0) read_per_atom(type_, "type", rows.types);
  if (const int z = variable("Z"); z >= 0) {
    std::vector<int> numbers;
    read_per_atom(z, "Z", numbers);
    for (int number : numbers) {
      if (number < 1 || number > 118) fail("not an atomic number", fmt::format("{}", number));
      rows.elements.emplace_back(static_cast<unsigned char>(number));
    }
  }
  const int layer = variable("layer");
  if (layer < 0) return;
  std::vector<int> numbers;
  read_per_atom(layer, "layer", numbers);
  rows.layer_names = split_words(text_of(layer, "names"));
  for (int number : numbers) {
    if (number < 1 || number > 100000) fail("not the number of a layer", fmt::format("{}", number));
    while (static_cast<int>(rows.layer_names.size()) < number) rows.layer_names.push_back(fmt::format("layer{}", rows.layer_names.size() + 1));
    rows.layer_of.push_back(number - 1);
  }
}

void NetcdfReader::read_cell(Frame& frame, Vec3& low) {
  const std::size_t start[2] = {static_cast<std::size_t>(index_), 0}, extent[2] = {1, 3};
  double lengths[3], angles[3], origin[3] = {0, 0, 0};
  check(nc_get_vara_double(file_, lengths_, start, extent, lengths), "cell_lengths");
  check(nc_get_vara_double(file_, angles_, start, extent, angles), "cell_angles");
  if (origin_ >= 0) check(nc_get_vara_double(file_, origin_, start, extent, origin), "cell_origin");
  for (double& length : lengths) length *= scale_of(lengths_);
  try {
    frame.cell = Cell::from_parameters(lengths[0], lengths[1], lengths[2], angles[0], angles[1], angles[2]);
  } catch (const Error& error) {
    fail("cell: " + error.text().what, error.text().got);
  }
  low = Vec3(origin[0], origin[1], origin[2]);
  if (!low.allFinite()) fail("the origin of the cell is not finite");
}

void NetcdfReader::read(Frame& frame) {
  Vec3 low;
  read_cell(frame, low);
  const std::size_t start[3] = {static_cast<std::size_t>(index_), 0, 0}, extent[3] = {1, count_, 3};
  raw_.resize(3 * count_);
  check(nc_get_vara_double(file_, coordinates_, start, extent, raw_.data()), "the coordinates");
  frame.step = -1;
  frame.time = std::numeric_limits<double>::quiet_NaN();
  if (step_ >= 0) {
    double step = 0;
    check(nc_get_var1_double(file_, step_, start, &step), "step");
    frame.step = step >= 0 && step < 9e15 ? static_cast<long>(step) : -1;
    frame.time = frame.step >= 0 ? frame.step * options_.timestep : frame.time;
  }
  if (time_ >= 0) {
    check(nc_get_var1_double(file_, time_, start, &frame.time), "time");
    frame.time *= time_scale_;
    if (!std::isfinite(frame.time)) fail("a time that is not finite");
  }
  FileAtoms& rows = file_atoms_;
  if (id_ >= 0) read_per_atom(id_, "id", rows.ids);
  else if (rows.ids.empty())
    for (std::size_t i = 0; i < count_; ++i) rows.ids.push_back(static_cast<long>(i) + 1);
  if (!established_) read_identity();
  const FailHere fail_here = [this](const std::string& what, const std::string& got, const std::string& hint) { fail(what, got, hint); };
  if (!established_) atoms_ = table_.establish(rows, options_, fail_here);
  established_ = true;
  table_.order_of(rows.ids, atoms_, last_, order_, fail_here);
  frame.positions.resize(count_);
  for (std::size_t row = 0; row < count_; ++row) {
    const Vec3 r(raw_[3 * row], raw_[3 * row + 1], raw_[3 * row + 2]);
    const Vec3 at = scaled_ ? Vec3(frame.cell.rows().transpose() * r) : Vec3(r * length_scale_ - low);
    if (!is_position(at)) fail("a position that is not finite or beyond all bounds", fmt::format("id {}", rows.ids[row]));
    frame.positions[order_[row]] = Cartesian(at);
  }
  last_ = frame.positions;
  frame.periodic = {true, true, true};
  frame.unwrapped = unwrapped_;
  frame.index = index_;
}

}  // namespace

std::unique_ptr<TrajectoryReader> open_netcdf(const std::filesystem::path& file, const TrajectoryOptions& options) {
  return std::make_unique<NetcdfReader>(file, options);
}

}  // namespace lamella
