#include "runner/memory_file.hpp"

#include <sys/mman.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "base/error.hpp"
#include "base/files.hpp"

namespace lamella {

MemoryFile::MemoryFile(std::string_view bytes) : descriptor_(::memfd_create("lamella", MFD_CLOEXEC)) {
  bool whole = descriptor_ >= 0;
  while (whole && !bytes.empty()) {
    const ssize_t n = ::write(descriptor_, bytes.data(), bytes.size());
    whole = n > 0 || (n < 0 && errno == EINTR);
    if (n > 0) bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  if (whole) return;
  const std::string reason = std::strerror(errno);
  if (descriptor_ >= 0) ::close(descriptor_);
  fail_run({"memory", "a file in memory cannot be made", reason, "", "is there enough memory?"});
}

MemoryFile::~MemoryFile() { ::close(descriptor_); }

std::string MemoryFile::path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

std::string MemoryFile::bytes() const { return read_whole_file(path()); }

}  // namespace lamella
