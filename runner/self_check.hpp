#pragma once
#include <string>
#include <vector>

namespace lamella {

/// One thing that `lamella doctor` looked at.
struct CheckedItem {
  std::string name;
  bool good = false;
  std::string found;  ///< what is there, or what is wrong
  std::string hint;   ///< what to do about it, where it is not good
};

/// Libraries, ranks, the bundled structures and potential, a ten-step run, and energy and forces of a small tilted cell against
/// those that deepmd-kit 3.2.0 gave (structures/potential/starter.check.json). Never throws. Collective.
std::vector<CheckedItem> check_installation();

}  // namespace lamella
