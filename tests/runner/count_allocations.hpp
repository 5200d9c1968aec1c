#pragma once
#include <atomic>

namespace lamella::test {
/// While `counting`, every operator new of the program adds one to `allocations`.
extern std::atomic<bool> counting;
extern std::atomic<long> allocations;
}  // namespace lamella::test
