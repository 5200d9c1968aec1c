#pragma once
#include <functional>
#include <memory>

namespace lamella {

/// Cores this process may use: its affinity mask, so that a batch system's or mpirun's binding is respected.
int usable_cores();

/// Threads that sleep between jobs. Exceptions in a worker reach the caller of `run`, the one of the lowest item first;
/// the process never ends by them.
class ThreadPool {
 public:
  /// `threads` includes the caller; 0: usable_cores().
  explicit ThreadPool(int threads);
  ~ThreadPool();
  ThreadPool(const ThreadPool&) = delete;
  ThreadPool& operator=(const ThreadPool&) = delete;

  int threads() const;
  /// Calls work(item, thread) for every item of [0, items), each once, in any order, 0 <= thread < threads(). Returns when
  /// all are done. The result must not depend on which thread took which item.
  void run(int items, const std::function<void(int item, int thread)>& work);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

}  // namespace lamella
