// LAMMPS as Debian builds it ends the process on errors. The program defines these members of its Error class itself and
// exports them (ENABLE_EXPORTS), so that the dynamic linker binds LAMMPS's own calls to ours, which throw.
#include <dlfcn.h>

#include <cstdlib>

#include "runner/lammps_bridge.hpp"
#include "runner/lammps_headers.hpp"

namespace LAMMPS_NS {

namespace {

// Input keeps the command's name protected; a derived class may look at it.
struct CommandPeek : Input {
  static const char* of(Input* input) { return input->*(&CommandPeek::command); }
};

std::string last_command(Input* input) {
  const char* name = input ? CommandPeek::of(input) : nullptr;
  if (!name) return {};
  std::string line = name;
  for (int i = 0; i < input->narg; ++i) line += std::string(" ") + input->arg[i];
  return line;
}

void write_to(FILE* file, const std::string& text) {
  if (!file) return;
  std::fputs(text.c_str(), file);
  std::fflush(file);
}

}  // namespace

void Error::all(const std::string&, int, const std::string& text) {
  const std::string line = last_command(input);
  int me = 0;
  MPI_Comm_rank(world, &me);
  if (me == 0) write_to(logfile, "ERROR: " + text + "\nLast command: " + line + "\n");
  throw lamella::bridge::LammpsError{text, line};
}

void Error::one(const std::string& file, int where, const std::string& text) {
  int size = 1;
  MPI_Comm_size(world, &size);
  if (size == 1) all(file, where, text);
  // Only this rank knows: the others would wait for ever.
  const std::string line = last_command(input);
  write_to(stderr, "lamella: error: " + line + ": " + text + "\n");
  write_to(logfile, "ERROR: " + text + "\nLast command: " + line + "\n");
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

void Error::universe_all(const std::string& file, int where, const std::string& text) { all(file, where, text); }

void Error::universe_one(const std::string&, int, const std::string& text) {
  write_to(stderr, "lamella: error: " + text + "\n");
  MPI_Abort(MPI_COMM_WORLD, 1);
  std::abort();
}

void Error::done(int status) { throw lamella::bridge::LammpsQuit{status}; }

}  // namespace LAMMPS_NS

namespace lamella::bridge {

bool lammps_throws() {
  // What LAMMPS's calls are bound to is what a look-up in load order finds first.
  constexpr const char* kName =
      "_ZN9LAMMPS_NS5Error3allERKNSt7__cxx1112basic_stringIcSt11char_traitsIcESaIcEEEiS8_";
  Dl_info bound{}, ours{};
  void* address = dlsym(RTLD_DEFAULT, kName);
  static const char anchor = 0;
  return address && dladdr(address, &bound) && dladdr(&anchor, &ours) && bound.dli_fbase == ours.dli_fbase;
}

}  // namespace lamella::bridge
