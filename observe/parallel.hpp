#pragma once
#include <cstddef>
#include <functional>

namespace lamella {

/// 0 or less means every core of the machine.
int thread_count(int asked);

/// Calls work(i) for i in [0, count) on up to `threads` threads, in any order; rethrows the first exception. Whoever wants
/// the same result at any thread count writes to a place of i's own and sums afterwards.
void parallel_for(std::size_t count, int threads, const std::function<void(std::size_t)>& work);

}  // namespace lamella
