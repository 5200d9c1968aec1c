#define ION_SET avx2
#include "runner/ion_pairs/kernel_body.hpp"
