#pragma once
#include <cstdlib>
#include <initializer_list>

namespace lamella {

/// What `named` holds for the instruction set that $LAMELLA_KERNELS names (avx512, avx2, baseline), else for the widest that this machine has.
/// `named`: from such a name to a pointer, null where the machine cannot run it; never for "baseline".
template <class Named>
auto best_of_instruction_sets(const Named& named) {
  if (const char* wish = std::getenv("LAMELLA_KERNELS"))
    if (const auto found = named(wish)) return found;
  for (const char* name : {"avx512", "avx2"})
    if (const auto found = named(name)) return found;
  return named("baseline");
}

}  // namespace lamella
