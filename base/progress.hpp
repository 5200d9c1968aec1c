#pragma once
#include <functional>
#include <string>

namespace lamella {

/// One report of a long task: what is being done, how far it is (0 to 1; negative: unknown), and a short detail such as
/// "T 1830 K, 42 s left". The library never prints; the command line decides what to show.
struct ProgressReport {
  std::string task;
  double fraction = -1.0;
  std::string detail;
};

using Progress = std::function<void(const ProgressReport&)>;
/// Warnings go through a call-back as well.
using Warn = std::function<void(const std::string&)>;

}  // namespace lamella
