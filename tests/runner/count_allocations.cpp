// In a file of its own: a compiler that sees both ends inlined takes malloc under new for a mistake.
#include "tests/runner/count_allocations.hpp"

#include <cstdlib>
#include <new>

namespace lamella::test {
std::atomic<bool> counting{false};
std::atomic<long> allocations{0};
}  // namespace lamella::test

void* operator new(std::size_t n) {
  if (lamella::test::counting) ++lamella::test::allocations;
  if (void* p = std::malloc(n ? n : 1)) return p;
  throw std::bad_alloc();
}
// AddressSanitizer has its own of this one, which would not pair with the delete below.
void* operator new(std::size_t n, const std::nothrow_t&) noexcept {
  if (lamella::test::counting) ++lamella::test::allocations;
  return std::malloc(n ? n : 1);
}
void operator delete(void* p) noexcept { std::free(p); }
void operator delete(void* p, std::size_t) noexcept { std::free(p); }
