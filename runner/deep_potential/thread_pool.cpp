#include "runner/deep_potential/thread_pool.hpp"

#include <sched.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <exception>
#include <limits>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <vector>

namespace lamella {

int usable_cores() {
  cpu_set_t mask;
  CPU_ZERO(&mask);
  if (sched_getaffinity(0, sizeof mask, &mask) == 0) return std::max(1, CPU_COUNT(&mask));
  return std::max(1u, std::thread::hardware_concurrency());  // more than 1024 cores: the plain mask is too small
}

struct ThreadPool::Impl {
  std::mutex mutex;
  std::condition_variable wake, done;
  const std::function<void(int, int)>* work = nullptr;
  long job = 0;
  int busy = 0;       // workers within the job
  bool open = false;  // more may join it: who wakes too late, on a busy machine, is not waited for
  bool stop = false;
  int items = 0;
  std::atomic<int> next{0};
  int failed_item = std::numeric_limits<int>::max();
  std::exception_ptr failure;
  std::vector<std::thread> workers;

  void take_items(int thread) {
    for (int item; (item = next.fetch_add(1, std::memory_order_relaxed)) < items;) {
      try {
        (*work)(item, thread);
      } catch (...) {
        const std::lock_guard<std::mutex> lock(mutex);
        if (item < failed_item) failed_item = item, failure = std::current_exception();
      }
    }
  }

  void serve(int thread) {
    for (long seen = 0;;) {
      {
        std::unique_lock<std::mutex> lock(mutex);
        wake.wait(lock, [&] { return stop || (open && job != seen); });
        if (stop) return;
        seen = job;
        ++busy;
      }
      take_items(thread);
      const std::lock_guard<std::mutex> lock(mutex);
      if (--busy == 0) done.notify_one();
    }
  }
};

ThreadPool::ThreadPool(int threads) : impl_(std::make_unique<Impl>()) {
  const int wanted = threads > 0 ? threads : usable_cores();
  try {
    for (int t = 1; t < wanted; ++t) impl_->workers.emplace_back([this, t] { impl_->serve(t); });
  } catch (const std::system_error&) {
    // The machine gives fewer threads than asked: go on with those there are; results do not depend on the number.
  }
}

ThreadPool::~ThreadPool() {
  {
    const std::lock_guard<std::mutex> lock(impl_->mutex);
    impl_->stop = true;
  }
  impl_->wake.notify_all();
  for (std::thread& worker : impl_->workers) worker.join();
}

int ThreadPool::threads() const { return static_cast<int>(impl_->workers.size()) + 1; }

void ThreadPool::run(int items, const std::function<void(int, int)>& work) {
  Impl& p = *impl_;
  {
    const std::lock_guard<std::mutex> lock(p.mutex);
    p.work = &work;
    p.items = items;
    p.next = 0;
    p.failed_item = std::numeric_limits<int>::max();
    p.failure = nullptr;
    p.open = true;
    ++p.job;
  }
  p.wake.notify_all();
  p.take_items(0);
  std::unique_lock<std::mutex> lock(p.mutex);
  p.open = false;
  p.done.wait(lock, [&] { return p.busy == 0; });
  if (p.failure) std::rethrow_exception(std::exchange(p.failure, nullptr));
}

}  // namespace lamella
