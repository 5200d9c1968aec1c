#include "builder/sweep.hpp"

#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <map>
#include <thread>

#include "base/error.hpp"
#include "base/files.hpp"
#include "builder/build_folder.hpp"

namespace lamella {

namespace {

/// What a worker wrote to standard error, kept in memory: a pipe could fill up and stop it.
std::string text_of(int descriptor) {
  std::string text(65536, '\0');
  const ssize_t n = ::pread(descriptor, text.data(), text.size(), 0);
  ::close(descriptor);
  text.resize(n > 0 ? static_cast<std::size_t>(n) : 0);
  return text;
}

std::string error_of(const std::string& text, int status) {
  constexpr std::string_view mark = "lamella: error: ";
  if (const std::size_t at = text.find(mark); at != std::string::npos) return text.substr(at + mark.size(), text.find('\n', at) - at - mark.size());
  if (WIFSIGNALED(status)) return fmt::format("its process was ended by signal {}", WTERMSIG(status));
  return fmt::format("its process ended with status {}", WEXITSTATUS(status));
}

/// Worker processes, one point each.
class Workers {
 public:
  explicit Workers(std::vector<std::string> words) : words_(std::move(words)) {}
  ~Workers() {
    for (const auto& [pid, worker] : running_) ::kill(pid, SIGKILL);
    for (const auto& [pid, worker] : running_) ::waitpid(pid, nullptr, 0), ::close(worker.errors);
  }
  std::size_t count() const { return running_.size(); }

  void start(std::size_t point) {
    std::vector<std::string> words = words_;
    words.insert(words.end(), {"--points", std::to_string(point + 1)});
    std::vector<char*> arguments;
    for (std::string& word : words) arguments.push_back(word.data());
    arguments.push_back(nullptr);
    const int errors = ::memfd_create("lamella-worker", MFD_CLOEXEC);
    const pid_t parent = ::getpid(), pid = ::fork();
    if (errors < 0 || pid < 0) fail_run({"sweep", "a worker cannot be started", std::strerror(errno), "", "use fewer workers: -j"});
    if (pid == 0) {  // only what is safe after fork
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      if (::getppid() != parent) ::_exit(1);
      ::dup2(errors, STDERR_FILENO);
      ::dup2(errors, STDOUT_FILENO);
      ::execv("/proc/self/exe", arguments.data());
      ::_exit(127);
    }
    running_[pid] = {point, errors};
  }

  struct Ended {
    std::size_t point;
    int status;
    std::string text;
  };
  /// Waits for the next one to end.
  Ended wait() {
    int status = 0;
    pid_t pid = 0;
    do pid = ::waitpid(-1, &status, 0);
    while ((pid < 0 && errno == EINTR) || (pid > 0 && !running_.contains(pid)));
    if (pid < 0) fail_run({"sweep", "its workers are lost", std::strerror(errno), "", "run it again: it resumes"});
    const Worker worker = running_[pid];
    running_.erase(pid);
    return {worker.point, status, text_of(worker.errors)};
  }

 private:
  struct Worker {
    std::size_t point;
    int errors;
  };
  std::vector<std::string> words_;
  std::map<pid_t, Worker> running_;
};

/// "12 of 50 points", and the time left from the mean time of a point built now.
class Clock {
 public:
  ProgressReport report(std::size_t done, std::size_t total) {
    using seconds = std::chrono::duration<double>;
    const double elapsed = seconds(std::chrono::steady_clock::now() - start_).count();
    std::string detail = fmt::format("{} of {} points", done, total);
    if (const std::size_t built = done - first_; built > 0) {
      const double left = elapsed / static_cast<double>(built) * static_cast<double>(total - done);
      detail += left < 120 ? fmt::format(", {:.0f} s left", left) : fmt::format(", {:.0f} min left", left / 60);
    }
    return {"sweep", static_cast<double>(done) / static_cast<double>(total), detail};
  }
  explicit Clock(std::size_t first) : first_(first) {}

 private:
  std::size_t first_;
  std::chrono::steady_clock::time_point start_ = std::chrono::steady_clock::now();
};

/// Workers share the machine: each gets its part of the cores unless the user has said how many threads.
void share_cores(int jobs) {
  const unsigned cores = std::max(1u, std::thread::hardware_concurrency());
  ::setenv("OMP_NUM_THREADS", std::to_string(std::max(1u, cores / static_cast<unsigned>(jobs))).c_str(), 0);
}

}  // namespace

PointResult build_point(const PlannedPoint& point, const SweepFolder& folder, const Progress& progress, const Warn& warn) {
  const FileLock lock = folder.take(point.name);
  const PointMarker marker = InputHashes().marker_of(point.specification);
  if (auto manifest = folder.finished(point.name, marker)) return {PointResult::Status::was_done, std::move(*manifest), ""};
  if (const std::string aside = folder.move_aside(point.name); !aside.empty())
    warn(fmt::format("{} is built anew; it held files of yours and is now {}", point.name, aside));
  BuildOptions options;
  options.progress = progress;
  options.cache = folder.cache();
  const Stack stack = build_stack(point.specification, options);
  FolderOptions writing;
  writing.replace = true;
  writing.progress = progress;
  nlohmann::ordered_json manifest = write_build_folder(stack, folder.point(point.name), writing);
  if (InputHashes().marker_of(point.specification).json() != marker.json())
    fail_run({point.name, "an input changed while the point was built", "", "", "run the sweep again"});
  folder.finish(point.name, marker);
  return {PointResult::Status::built, std::move(manifest), ""};
}

std::vector<PointResult> run_sweep(const SweepPlan& plan, const SweepFolder& folder, const SweepOptions& options) {
  std::vector<std::optional<PointResult>> results(plan.points.size());
  std::vector<PointMarker> markers;
  std::vector<std::size_t> waiting;
  InputHashes hashes;
  const auto collect = [&](std::size_t i, PointResult::Status status) {
    auto manifest = folder.finished(plan.points[i].name, markers[i]);
    if (manifest) results[i] = PointResult{status, std::move(*manifest), ""};
    return results[i].has_value();
  };
  for (std::size_t i = 0; i < plan.points.size(); ++i) {
    markers.push_back(hashes.marker_of(plan.points[i].specification));
    if (!collect(i, PointResult::Status::was_done)) waiting.push_back(i);
  }
  const auto save = [&] { write_whole_file(folder.root() / "sweep.csv", sweep_csv(plan, results)); };
  save();
  share_cores(options.jobs);
  Workers workers(options.worker);
  Clock clock(plan.points.size() - waiting.size());
  options.progress(clock.report(plan.points.size() - waiting.size(), plan.points.size()));
  std::size_t next = 0, done = plan.points.size() - waiting.size();
  while (next < waiting.size() || workers.count() > 0) {
    while (next < waiting.size() && workers.count() < static_cast<std::size_t>(options.jobs)) workers.start(waiting[next++]);
    const Workers::Ended ended = workers.wait();
    const bool well = WIFEXITED(ended.status) && WEXITSTATUS(ended.status) == 0;
    if (!well) results[ended.point] = PointResult{PointResult::Status::failed, nullptr, error_of(ended.text, ended.status)};
    else if (!collect(ended.point, PointResult::Status::built))
      results[ended.point] = PointResult{PointResult::Status::failed, nullptr, "its inputs changed while the sweep ran; run it again"};
    save();
    options.progress(clock.report(++done, plan.points.size()));
  }
  std::vector<PointResult> all;
  for (auto& result : results) all.push_back(std::move(*result));
  return all;
}

}  // namespace lamella
