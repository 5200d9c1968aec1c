#define ION_SET avx512
#include "runner/ion_pairs/kernel_body.hpp"
