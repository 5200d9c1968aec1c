#include "runner/deep_potential/file_budget.hpp"

#include "base/error.hpp"

namespace lamella {

void FileBudget::take(std::size_t count, const std::string& what) {
  if (count > left_) broken_model(where_, what + " claims more numbers than the file can hold", std::to_string(count), "at most " + std::to_string(left_));
  left_ -= count;
}

std::size_t checked_product(std::size_t a, std::size_t b, const FileBudget& budget, const std::string& what) {
  std::size_t product = 0;
  if (__builtin_mul_overflow(a, b, &product)) broken_model(budget.where(), what + " has a shape whose product overflows");
  return product;
}

void refuse_model(const std::string& where, const std::string& what, const std::string& got) {
  fail_input({where, what, got, "se_e2_a energy models", "run it through deepmd-kit's own library with --backend deepmd"});
}

void broken_model(const std::string& where, const std::string& what, const std::string& got, const std::string& allowed) {
  fail_input({where, what, got, allowed, "the file is damaged, or not a Deep Potential"});
}

}  // namespace lamella
