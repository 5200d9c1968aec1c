#pragma once
#include <string>

namespace lamella {

/// The instruction set the fast evaluator uses on this machine: "AVX-512", "AVX2" or "baseline" (SSE2).
std::string kernel_name();

}  // namespace lamella
