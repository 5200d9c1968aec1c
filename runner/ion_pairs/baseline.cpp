#define ION_SET baseline
#include "runner/ion_pairs/kernel_body.hpp"
