#include "runner/deep_potential/hdf5_child.hpp"

#include <fcntl.h>
#include <hdf5.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

#if defined(__SANITIZE_ADDRESS__)
#define LAMELLA_ADDRESS_SANITIZER 1
#elif defined(__has_feature)
#if __has_feature(address_sanitizer)
#define LAMELLA_ADDRESS_SANITIZER 1
#endif
#endif
#ifndef LAMELLA_ADDRESS_SANITIZER
#define LAMELLA_ADDRESS_SANITIZER 0
#endif

namespace lamella {

namespace {

// ---- what both sides agree on: a stream of records, 'E' error text, 'J' json text, 'A' array, 'Z' the end

struct Writer {
  int fd;
  void bytes(const void* data, std::size_t size) const {
    const char* at = static_cast<const char*>(data);
    while (size > 0) {
      const ssize_t n = write(fd, at, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) _exit(3);
      at += n;
      size -= static_cast<std::size_t>(n);
    }
  }
  void number(std::uint64_t value) const { bytes(&value, sizeof value); }
  void text(char kind, const std::string& content) const {
    bytes(&kind, 1);
    number(content.size());
    bytes(content.data(), content.size());
  }
};

// ---- the child

[[noreturn]] void give_up(const Writer& out, const std::string& why) {
  out.text('E', why);
  _exit(0);
}

std::string json_attribute(hid_t file, std::size_t limit, const Writer& out) {
  const hid_t attribute = H5Aopen(file, "json", H5P_DEFAULT);
  if (attribute < 0) give_up(out, "HDF5 without the attribute 'json' of a Deep Potential");
  const hid_t type = H5Aget_type(attribute), space = H5Aget_space(attribute);
  if (H5Tget_class(type) != H5T_STRING || H5Sget_simple_extent_npoints(space) != 1) give_up(out, "the attribute 'json' is not one text");
  if (H5Tis_variable_str(type) > 0) {
    char* text = nullptr;
    const hid_t memory = H5Tcopy(H5T_C_S1);
    H5Tset_size(memory, H5T_VARIABLE);
    H5Tset_cset(memory, H5Tget_cset(type));
    if (H5Aread(attribute, memory, &text) < 0 || !text) give_up(out, "the attribute 'json' cannot be read");
    return text;
  }
  const std::size_t size = H5Tget_size(type);
  if (size == 0 || size > limit) give_up(out, "the attribute 'json' claims more than the file holds");
  std::string text(size, '\0');
  if (H5Aread(attribute, type, text.data()) < 0) give_up(out, "the attribute 'json' cannot be read");
  return text.substr(0, text.find('\0'));
}

struct Walk {
  const Writer& out;
  std::size_t left;  // bytes that the data sets may still claim
};

void send_dataset(hid_t group, const char* name, Walk& walk) {
  const hid_t set = H5Dopen2(group, name, H5P_DEFAULT);
  if (set < 0) give_up(walk.out, "a data set cannot be opened");
  const hid_t type = H5Dget_type(set), space = H5Dget_space(set), plist = H5Dget_create_plist(set);
  const H5T_class_t kind = H5Tget_class(type);
  const std::size_t width = H5Tget_size(type);
  if ((kind != H5T_FLOAT && kind != H5T_INTEGER) || (width != 1 && width != 2 && width != 4 && width != 8)) give_up(walk.out, std::string("data set '") + name + "' does not hold plain numbers");
  const H5D_layout_t layout = H5Pget_layout(plist);
  if ((layout != H5D_CONTIGUOUS && layout != H5D_COMPACT) || H5Pget_nfilters(plist) != 0 || H5Pget_external_count(plist) != 0)
    give_up(walk.out, std::string("data set '") + name + "' is chunked, compressed or stored elsewhere, as deepmd-kit never writes it");
  const int rank = H5Sget_simple_extent_ndims(space);
  if (rank < 0 || rank > 8) give_up(walk.out, std::string("data set '") + name + "' has an impossible shape");
  hsize_t dims[8] = {};
  H5Sget_simple_extent_dims(space, dims, nullptr);
  std::size_t count = H5Sget_simple_extent_type(space) == H5S_NULL ? 0 : 1, size = 0;
  for (int k = 0; k < rank; ++k)
    if (__builtin_mul_overflow(count, static_cast<std::size_t>(dims[k]), &count)) give_up(walk.out, "a shape whose product overflows");
  if (__builtin_mul_overflow(count, width, &size) || size > walk.left) give_up(walk.out, std::string("data set '") + name + "' claims more than the file holds");
  walk.left -= size;
  std::vector<double> values(count);
  if (count > 0 && H5Dread(set, H5T_NATIVE_DOUBLE, H5S_ALL, H5S_ALL, H5P_DEFAULT, values.data()) < 0) give_up(walk.out, std::string("data set '") + name + "' cannot be read");
  walk.out.text('A', std::string("/") + name);
  walk.out.number(kind == H5T_FLOAT && width == 4);
  walk.out.number(static_cast<std::uint64_t>(rank));
  for (int k = 0; k < rank; ++k) walk.out.number(dims[k]);
  walk.out.number(count);
  walk.out.bytes(values.data(), count * sizeof(double));
  H5Pclose(plist);
  H5Sclose(space);
  H5Tclose(type);
  H5Dclose(set);
}

herr_t visit_link(hid_t group, const char* name, const H5L_info_t* info, void* data) {
  Walk& walk = *static_cast<Walk*>(data);
  if (info->type != H5L_TYPE_HARD) give_up(walk.out, "a link to elsewhere, as deepmd-kit never writes it");
  send_dataset(group, name, walk);
  return 0;
}

[[noreturn]] void child(const std::string& bytes, const Writer& out) {
  H5Eset_auto2(H5E_DEFAULT, nullptr, nullptr);
  const hid_t access = H5Pcreate(H5P_FILE_ACCESS);
  H5Pset_fapl_core(access, 1 << 16, 0);
  if (H5Pset_file_image(access, const_cast<char*>(bytes.data()), bytes.size()) < 0) give_up(out, "HDF5 does not take the file");
  const hid_t file = H5Fopen("model", H5F_ACC_RDONLY, access);
  if (file < 0) give_up(out, "HDF5 cannot open it");
  out.text('J', json_attribute(file, bytes.size(), out));
  Walk walk{out, bytes.size()};
  if (H5Literate(file, H5_INDEX_NAME, H5_ITER_INC, nullptr, visit_link, &walk) < 0) give_up(out, "its data sets cannot be listed");
  out.text('Z', "");
  _exit(0);
}

void confine(std::size_t file_bytes) {
  for (int signal : {SIGSEGV, SIGABRT, SIGBUS, SIGFPE, SIGILL, SIGINT, SIGTERM, SIGPIPE}) ::signal(signal, SIG_DFL);
  const rlim_t time = 5 + file_bytes / (std::size_t{20} << 20);
  const rlimit none{0, 0}, seconds{time, time};
  setrlimit(RLIMIT_CORE, &none);
  setrlimit(RLIMIT_CPU, &seconds);
#if !LAMELLA_ADDRESS_SANITIZER  // whose shadow needs terabytes of address space
  // On top of what the parent already maps: the image, what HDF5 copies of it, and the numbers as doubles.
  rlimit space{};
  long pages = 0;
  if (FILE* statm = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(statm, "%ld", &pages) != 1) pages = 0;
    std::fclose(statm);
  }
  space.rlim_cur = space.rlim_max = static_cast<rlim_t>(pages) * static_cast<rlim_t>(sysconf(_SC_PAGESIZE)) + 8 * file_bytes + (std::size_t{256} << 20);
  setrlimit(RLIMIT_AS, &space);
#else
  (void)file_bytes;
#endif
  if (const int quiet = open("/dev/null", O_WRONLY); quiet >= 0) dup2(quiet, STDERR_FILENO);
}

// ---- the parent

struct ChildProcess {
  pid_t pid = -1;
  int fd = -1;
  ~ChildProcess() {
    if (fd >= 0) close(fd);
    if (pid > 0) {
      kill(pid, SIGKILL);
      int status = 0;
      while (waitpid(pid, &status, 0) < 0 && errno == EINTR) {}
    }
  }
};

class Reader {
 public:
  Reader(int fd, const FileBudget& budget) : fd_(fd), budget_(budget) {}
  void bytes(void* data, std::size_t size) const {
    char* at = static_cast<char*>(data);
    while (size > 0) {
      const ssize_t n = read(fd_, at, size);
      if (n < 0 && errno == EINTR) continue;
      if (n <= 0) broken_model(budget_.where(), "HDF5's library crashed on the file, or ran out of its memory or time");
      at += n;
      size -= static_cast<std::size_t>(n);
    }
  }
  std::uint64_t number() const {
    std::uint64_t value = 0;
    bytes(&value, sizeof value);
    return value;
  }
  char text(std::string& content, std::size_t limit) const {
    char kind = 0;
    bytes(&kind, 1);
    const std::uint64_t size = number();
    if (size > limit) broken_model(budget_.where(), "a text larger than the file");
    content.resize(size);
    bytes(content.data(), size);
    return kind;
  }

 private:
  int fd_;
  const FileBudget& budget_;
};

ModelArray receive_array(const Reader& in, FileBudget& budget) {
  ModelArray array;
  array.single = in.number() != 0;
  const std::uint64_t rank = in.number();
  if (rank > 8) broken_model(budget.where(), "an impossible shape");
  for (std::uint64_t k = 0; k < rank; ++k) array.shape.push_back(in.number());
  const std::uint64_t count = in.number();
  budget.take(count, "the data sets");
  array.values.resize(count);
  in.bytes(array.values.data(), count * sizeof(double));
  return array;
}

}  // namespace

Hdf5Content read_hdf5(const std::string& bytes, FileBudget& budget) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) fail_run({budget.where(), "no pipe to HDF5's reader", std::strerror(errno), "", ""});
  ChildProcess process;
  process.fd = ends[0];
  process.pid = fork();
  if (process.pid < 0) {
    close(ends[1]);
    fail_run({budget.where(), "no process for HDF5's reader", std::strerror(errno), "", ""});
  }
  if (process.pid == 0) {
    confine(bytes.size());
    try {
      child(bytes, Writer{ends[1]});
    } catch (...) {
    }
    _exit(4);
  }
  close(ends[1]);
  const Reader in(process.fd, budget);
  Hdf5Content content;
  for (std::string text;;) {
    const char kind = in.text(text, bytes.size() + 4096);
    if (kind == 'Z') return content;
    if (kind == 'E') broken_model(budget.where(), text);
    if (kind == 'J') content.json = text;
    if (kind == 'A') content.arrays[text] = receive_array(in, budget);
  }
}

}  // namespace lamella
