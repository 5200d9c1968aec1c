// Preloaded into `lamella run` by test_faults.cpp: counts the calls that change files under $FAULT_UNDER (write, pwrite, writev,
// truncate, fsync, rename, creating open; stdio's through a cookie stream) and makes the one numbered $FAULT_AT fail.
//   FAULT_HOW   ENOSPC (this call, after half of it was written, and every later one) | EIO (this call alone) | KILL (SIGKILL half-way)
//   FAULT_TRACE a file that gets one line for every call: its kind and file name
#include <dlfcn.h>
#include <fcntl.h>
#include <stdarg.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

#include <atomic>
#include <cerrno>
#include <climits>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>

namespace {

std::atomic<long> calls{0};
thread_local bool inside = false;  // what we call ourselves is not counted

const char* setting(const char* name) {
  const char* value = std::getenv(name);
  return value ? value : "";
}

template <class F>
F real(const char* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

std::string path_of(int fd) {
  char link[64], path[PATH_MAX];
  std::snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
  const ssize_t n = readlink(link, path, sizeof path);
  return n > 0 ? std::string(path, static_cast<std::size_t>(n)) : std::string();
}

std::string absolute(const char* path) {
  if (path[0] == '/') return path;
  char here[PATH_MAX];
  return std::string(getcwd(here, sizeof here) ? here : "") + "/" + path;
}

enum class Fate { pass, fail, half_then_fail, half_then_die };

/// Counts one call on `path`; errno is set for a failing one.
Fate fate_of(const char* kind, const std::string& path) {
  static const std::string under = setting("FAULT_UNDER"), how = setting("FAULT_HOW"), trace = setting("FAULT_TRACE");
  static const long at = std::atol(setting("FAULT_AT"));
  if (inside || under.empty() || path.rfind(under, 0) != 0) return Fate::pass;
  const long n = ++calls;
  if (!trace.empty()) {
    static const int file = static_cast<int>(syscall(SYS_openat, AT_FDCWD, trace.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
    const std::string line = std::string(kind) + " " + path.substr(path.rfind('/') + 1) + "\n";
    syscall(SYS_write, file, line.data(), line.size());
  }
  if (at == 0 || n < at || (n > at && how != "ENOSPC")) return Fate::pass;
  errno = how == "EIO" ? EIO : ENOSPC;
  if (how == "KILL") return Fate::half_then_die;
  return how == "EIO" || n > at ? Fate::fail : Fate::half_then_fail;
}

[[noreturn]] void die() {
  raise(SIGKILL);
  _exit(1);
}

/// A call that writes nothing by itself: it fails, or the process dies before it.
bool refused(const char* kind, const std::string& path) {
  const Fate fate = fate_of(kind, path);
  if (fate == Fate::half_then_die) die();
  return fate != Fate::pass;
}

ssize_t faulty_write(const std::string& path, const void* bytes, std::size_t size, ssize_t (*write_some)(const void*, std::size_t, long), long where) {
  const Fate fate = fate_of("write", path);
  if (fate == Fate::fail) return -1;
  if (fate == Fate::pass) return write_some(bytes, size, where);
  const int reason = errno;
  const ssize_t half = size > 1 ? write_some(bytes, size / 2, where) : 0;
  if (fate == Fate::half_then_die) die();
  if (half > 0) return half;  // a full disk takes what still fits; the rest fails with the next call
  errno = reason;
  return -1;
}

ssize_t plain_write(const void* bytes, std::size_t size, long fd) { return syscall(SYS_write, static_cast<int>(fd), bytes, size); }

// A stream for stdio whose every flush is a counted write.
ssize_t stream_write(void* fd, const char* bytes, std::size_t size) {
  const long file = reinterpret_cast<long>(fd);
  const std::string path = path_of(static_cast<int>(file));
  std::size_t done = 0;
  while (done < size) {
    const ssize_t n = faulty_write(path, bytes + done, size - done, plain_write, file);
    if (n < 0) return static_cast<ssize_t>(done);  // fewer than asked: stdio marks the stream as failed
    done += static_cast<std::size_t>(n);
  }
  return static_cast<ssize_t>(done);
}
ssize_t stream_read(void* fd, char* bytes, std::size_t size) { return read(static_cast<int>(reinterpret_cast<long>(fd)), bytes, size); }
int stream_seek(void* fd, off64_t* offset, int whence) {
  const off_t at = lseek(static_cast<int>(reinterpret_cast<long>(fd)), *offset, whence);
  if (at < 0) return -1;
  *offset = at;
  return 0;
}
int stream_close(void* fd) { return close(static_cast<int>(reinterpret_cast<long>(fd))); }

std::FILE* open_stream(const char* path, const char* mode, const char* name, void* caller) {
  const auto open_really = real<std::FILE* (*)(const char*, const char*)>(name);
  Dl_info from{};
  const bool cxx = dladdr(caller, &from) && from.dli_fname && std::strstr(from.dli_fname, "libstdc++");  // it writes to the descriptor itself
  const bool writes = mode[0] == 'w' || mode[0] == 'a';
  if (!writes || cxx) return open_really(path, mode);
  const std::string full = absolute(path);
  if (full.rfind(setting("FAULT_UNDER"), 0) != 0 || !*setting("FAULT_UNDER")) return open_really(path, mode);
  if (refused("create", full)) return nullptr;
  const int fd = static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT | (mode[0] == 'w' ? O_TRUNC : O_APPEND), 0666));
  if (fd < 0) return nullptr;
  return fopencookie(reinterpret_cast<void*>(static_cast<long>(fd)), mode, {stream_read, stream_write, stream_seek, stream_close});
}

int open_file(const char* path, int flags, mode_t mode) {
  if ((flags & O_CREAT) && refused("create", absolute(path))) return -1;
  return static_cast<int>(syscall(SYS_openat, AT_FDCWD, path, flags, mode));
}

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, std::size_t size) { return faulty_write(path_of(fd), bytes, size, plain_write, fd); }

ssize_t writev(int fd, const iovec* parts, int count) {
  const Fate fate = fate_of("write", path_of(fd));
  if (fate == Fate::half_then_die) {
    if (count > 0 && syscall(SYS_write, fd, parts[0].iov_base, parts[0].iov_len) < 0) _exit(1);
    die();
  }
  return fate == Fate::pass ? static_cast<ssize_t>(syscall(SYS_writev, fd, parts, count)) : -1;
}

ssize_t pwrite64(int fd, const void* bytes, std::size_t size, off64_t offset) {
  if (refused("write", path_of(fd))) return -1;
  return syscall(SYS_pwrite64, fd, bytes, size, offset);
}
ssize_t pwrite(int fd, const void* bytes, std::size_t size, off_t offset) { return pwrite64(fd, bytes, size, offset); }

int fsync(int fd) { return refused("fsync", path_of(fd)) ? -1 : static_cast<int>(syscall(SYS_fsync, fd)); }
int fdatasync(int fd) { return refused("fsync", path_of(fd)) ? -1 : static_cast<int>(syscall(SYS_fdatasync, fd)); }
int rename(const char* from, const char* to) { return refused("rename", absolute(to)) ? -1 : static_cast<int>(syscall(SYS_renameat2, AT_FDCWD, from, AT_FDCWD, to, 0)); }
int truncate64(const char* path, off64_t size) { return refused("truncate", absolute(path)) ? -1 : static_cast<int>(syscall(SYS_truncate, path, size)); }
int truncate(const char* path, off_t size) { return truncate64(path, size); }
int ftruncate64(int fd, off64_t size) { return refused("truncate", path_of(fd)) ? -1 : static_cast<int>(syscall(SYS_ftruncate, fd, size)); }
int ftruncate(int fd, off_t size) { return ftruncate64(fd, size); }

int open64(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_file(path, flags, mode);
}
int open(const char* path, int flags, ...) {
  va_list rest;
  va_start(rest, flags);
  const mode_t mode = (flags & O_CREAT) ? va_arg(rest, mode_t) : 0;
  va_end(rest);
  return open_file(path, flags, mode);
}

std::FILE* fopen64(const char* path, const char* mode) { return open_stream(path, mode, "fopen64", __builtin_return_address(0)); }
std::FILE* fopen(const char* path, const char* mode) { return open_stream(path, mode, "fopen", __builtin_return_address(0)); }

}  // extern "C"
