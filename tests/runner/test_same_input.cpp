// One input, two programs: the embedded runner and Debian's own lmp.
#include <catch2/catch.hpp>

#include <sstream>

#include "runner/protocol_run.hpp"
#include "tests/runner/lithium_fluoride.hpp"

using namespace lamella;
namespace fs = std::filesystem;

namespace {

/// The lines of numbers under the thermo headers of a LAMMPS log.
std::vector<std::string> thermo_lines(const fs::path& log) {
  std::vector<std::string> lines;
  std::istringstream text(read_whole_file(log));
  bool inside = false;
  for (std::string line; std::getline(text, line);) {
    if (line.find("Step ") != std::string::npos) inside = true;
    else if (line.starts_with("Loop time")) inside = false;
    else if (inside) lines.push_back(line);
  }
  return lines;
}

}  // namespace

TEST_CASE("a protocol's input runs unchanged in Debian's lmp and gives the same numbers") {
  if (std::system("command -v lmp > /dev/null") != 0) {
    WARN("lmp is not installed: not compared");
    return;
  }
  const fs::path folder = test::fresh_folder("same");
  test::write_lithium_fluoride(folder);
  std::string input = test::lithium_fluoride_input();
  const std::string style = "thermo_style custom step vol";
  input.replace(input.find(style), style.size(), "thermo_style custom step temp pe press pzz vol");
  write_whole_file(folder / "lammps/npt.in", input);
  ProtocolRunOptions options;
  options.folder = folder;
  options.protocol = "npt";
  options.threads = 1;
  options.checkpoint_every = 1000;  // a checkpoint begins anew from a restart: another path, to rounding
  run_protocol(options);
  REQUIRE(std::system(fmt::format("cd '{}' && OMPI_MCA_ess_singleton_isolated=1 lmp -in npt.in -log lmp.log -screen none > said.txt 2>&1", (folder / "lammps").string()).c_str()) == 0);
  const auto ours = thermo_lines(folder / "run/npt/log.lammps"), theirs = thermo_lines(folder / "lammps/lmp.log");
  CHECK(ours.size() > 12);
  CHECK(ours == theirs);
  fs::remove_all(folder);
}
