#include "base/file_lock.hpp"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"

namespace lamella {
namespace {

int open_lock(const std::filesystem::path& file) {
  const int fd = ::open(file.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0666);
  if (fd < 0) fail_run({file.string(), "its lock cannot be opened", std::strerror(errno), "", "check permissions"});
  return fd;
}

/// flock, again after signals; 0 or errno.
int lock(int descriptor, int operation) {
  while (::flock(descriptor, operation) != 0)
    if (errno != EINTR) return errno;
  return 0;
}

}  // namespace

FileLock::FileLock(const std::filesystem::path& file, Kind kind) : descriptor_(open_lock(file)) {
  if (const int reason = lock(descriptor_, kind == Kind::shared ? LOCK_SH : LOCK_EX); reason != 0) {
    ::close(descriptor_);
    fail_run({file.string(), "cannot be locked", std::strerror(reason), "", "use a file system that knows flock"});
  }
}

std::optional<FileLock> FileLock::try_lock(const std::filesystem::path& file, Kind kind) {
  const int fd = open_lock(file);
  if (lock(fd, (kind == Kind::shared ? LOCK_SH : LOCK_EX) | LOCK_NB) == 0) return FileLock(fd);
  ::close(fd);
  return std::nullopt;
}

FileLock::~FileLock() {
  if (descriptor_ >= 0) ::close(descriptor_);
}

void FileLock::share() { lock(descriptor_, LOCK_SH); }

}  // namespace lamella
