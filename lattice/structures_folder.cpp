#include <cstdlib>

#include "base/error.hpp"
#include "lattice/crystal.hpp"

namespace lamella {
namespace fs = std::filesystem;

fs::path structures_folder() {
  std::error_code ignored;
  auto holds_crystals = [&](const fs::path& folder) { return fs::exists(folder / "LiCoO2.cif", ignored); };
  if (const char* wanted = std::getenv("LAMELLA_STRUCTURES"); wanted && *wanted) {
    if (!fs::is_directory(wanted, ignored)) fail_input({"LAMELLA_STRUCTURES", "not a folder", wanted, "", "unset it to use the bundled structures"});
    return wanted;
  }
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  if (!program.empty())
    for (const fs::path& folder : {program / "structures", program.parent_path() / "share" / "lamella" / "structures", program.parent_path() / "structures"})
      if (holds_crystals(folder)) return folder;
  if (holds_crystals(LAMELLA_SOURCE_STRUCTURES)) return LAMELLA_SOURCE_STRUCTURES;
  fail_input({"structures", "the folder of bundled crystals is not beside the program", "", "", "set LAMELLA_STRUCTURES to it"});
}

}  // namespace lamella
