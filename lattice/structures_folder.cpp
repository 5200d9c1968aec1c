#include <dlfcn.h>

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
  // A shared library (the Python module) carries them beside itself. The program's own name here is only what it was started by.
  Dl_info self{};
  if (dladdr(reinterpret_cast<const void*>(&structures_folder), &self) && self.dli_fname && fs::path(self.dli_fname).extension() == ".so")
    if (const fs::path folder = fs::path(self.dli_fname).parent_path() / "structures"; holds_crystals(folder)) return folder;
  const fs::path program = fs::read_symlink("/proc/self/exe", ignored).parent_path();
  if (!program.empty())
    for (const fs::path& folder : {program / "structures", program.parent_path() / "share" / "lamella" / "structures", program.parent_path() / "structures"})
      if (holds_crystals(folder)) return folder;
  if (holds_crystals(LAMELLA_SOURCE_STRUCTURES)) return LAMELLA_SOURCE_STRUCTURES;
  fail_input({"structures", "the folder of bundled crystals is not beside the program", "", "", "set LAMELLA_STRUCTURES to it"});
}

}  // namespace lamella
