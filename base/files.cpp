#include "base/files.hpp"

#include <fcntl.h>
#include <openssl/evp.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <sstream>
#include <system_error>
#include <thread>
#include <vector>

#include "base/error.hpp"

namespace lamella {
namespace fs = std::filesystem;
namespace {

[[noreturn]] void fail_write(const fs::path& path, const std::string& what, int reason) {
  fail_run({path.string(), what, std::strerror(reason), "", "check the disk's space and permissions"});
}

/// fsync of a file or folder, so that a rename survives a power cut. Returns 0 or errno.
int sync_path(const fs::path& path) {
  const int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0) return errno;
  const int status = ::fsync(fd) == 0 ? 0 : errno;
  ::close(fd);
  return status;
}

/// Some file systems know no fsync of folders; that is no failure.
bool is_device_failure(int error) { return error == EIO || error == ENOSPC || error == EDQUOT; }

/// fsync of a folder and everything below it; returns 0 or the errno of a device that failed. Many at once: a journal takes them in
/// one commit, one after the other waits for one each (380 small files: 2 s against 0.15 s).
int sync_tree(const fs::path& root) {
  std::vector<fs::path> paths = {root};
  for (const auto& entry : fs::recursive_directory_iterator(root)) paths.push_back(entry.path());
  std::atomic<std::size_t> next{0};
  std::atomic<int> failed{0};
  const auto work = [&] {
    for (std::size_t i = next++; i < paths.size(); i = next++)
      if (const int status = sync_path(paths[i]); is_device_failure(status)) failed = status;
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t t = 1; t < std::min<std::size_t>(16, paths.size() / 4); ++t) others.emplace_back(work);
    work();
  }
  return failed;
}

fs::path folder_of(const fs::path& path) { return path.has_parent_path() ? path.parent_path() : fs::path("."); }

/// In pieces that set out for the disk at once, so that the fsync to come finds most of them there: 15 % of a large file's time.
int write_all(int fd, std::string_view bytes) {
  constexpr std::size_t piece = std::size_t(4) << 20;
  off_t written = 0;
  while (!bytes.empty()) {
    const ssize_t n = ::write(fd, bytes.data(), std::min(bytes.size(), piece));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return errno;
#ifdef SYNC_FILE_RANGE_WRITE
    if (bytes.size() > piece) ::sync_file_range(fd, written, n, SYNC_FILE_RANGE_WRITE);  // a hint: whether it works, fsync decides
#endif
    written += n;
    bytes.remove_prefix(static_cast<std::size_t>(n));
  }
  return 0;
}

}  // namespace

std::string read_whole_file(const fs::path& path) {
  std::error_code ec;
  if (fs::is_directory(path, ec)) fail_input({path.string(), "is a folder, not a file", "", "", ""});
  std::ifstream file(path, std::ios::binary);
  if (!file) fail_input({path.string(), "cannot be read", std::strerror(errno), "", "check the path"});
  std::ostringstream bytes;
  bytes << file.rdbuf();
  if (file.bad()) fail_run({path.string(), "reading stopped", std::strerror(errno), "", ""});
  return std::move(bytes).str();
}

void write_whole_file(const fs::path& path, std::string_view bytes) {
  const fs::path temporary = path.string() + ".tmp" + std::to_string(::getpid());
  const int fd = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0) fail_write(path, "cannot be written", errno);
  int status = write_all(fd, bytes);
  if (status == 0 && ::fsync(fd) != 0) status = errno;
  if (::close(fd) != 0 && status == 0) status = errno;
  if (status == 0 && ::rename(temporary.c_str(), path.c_str()) != 0) status = errno;
  if (status != 0) {
    ::unlink(temporary.c_str());
    fail_write(path, "writing failed, nothing was changed", status);
  }
  sync_folder(folder_of(path));
}

void sync_folder(const fs::path& folder) {
  if (const int status = sync_path(folder); is_device_failure(status)) fail_write(folder, "the folder could not be made safe on the disk", status);
}

std::string sha256(std::string_view bytes) {
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned int size = 0;
  if (EVP_Digest(bytes.data(), bytes.size(), digest, &size, EVP_sha256(), nullptr) != 1)
    fail_run({"sha256", "OpenSSL could not hash", "", "", ""});
  static constexpr char digits[] = "0123456789abcdef";
  std::string hex;
  for (unsigned int i = 0; i < size; ++i) {
    hex += digits[digest[i] >> 4];
    hex += digits[digest[i] & 15];
  }
  return hex;
}

std::string sha256_of_file(const fs::path& path) { return sha256(read_whole_file(path)); }

void check_target_free(const fs::path& target, bool replace) {
  std::error_code ec;
  if (fs::exists(target, ec) && !fs::is_directory(target, ec))
    fail_input({target.string(), "exists and is not a folder", "", "", "choose another folder with -o"});
  if (!replace && fs::exists(target, ec) && !fs::is_empty(target, ec))
    fail_input({target.string(), "exists and is not empty", "", "", "choose another folder with -o, or replace it with --force"});
}

StagedFolder::StagedFolder(fs::path target, bool replace) : target_(std::move(target)), replace_(replace) {
  if (target_.filename().empty()) target_ = target_.parent_path();  // "out/" is "out"
  check_target_free(target_, replace);
  std::error_code ec;
  fs::create_directories(folder_of(target_), ec);
  staging_ = target_.string() + ".partial" + std::to_string(::getpid());
  fs::remove_all(staging_, ec);
  if (!fs::create_directory(staging_, ec)) fail_write(target_, "its folder cannot be made", ec ? ec.value() : EEXIST);
}

StagedFolder::~StagedFolder() {
  std::error_code ec;
  if (!committed_) fs::remove_all(staging_, ec);
}

void StagedFolder::commit() {
  if (const int status = sync_tree(staging_); status != 0) fail_write(target_, "the finished folder could not be made safe on the disk", status);
  std::error_code ec;
  const fs::path old = target_.string() + ".replaced" + std::to_string(::getpid());
  const bool swapped = fs::exists(target_, ec) && (replace_ || fs::is_empty(target_, ec));
  if (swapped) fs::rename(target_, old, ec);
  if (!ec) fs::rename(staging_, target_, ec);
  if (ec) {
    std::error_code back;
    if (swapped && !fs::exists(target_, back)) fs::rename(old, target_, back);
    fail_write(target_, "the finished folder could not take its place", ec.value());
  }
  committed_ = true;
  if (swapped) fs::remove_all(old, ec);
  sync_folder(folder_of(target_));
}

}  // namespace lamella
