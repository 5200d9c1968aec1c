// The one door to LAMMPS's C++ headers; only the runner's LAMMPS sources include it. Debian's LAMMPS (29 Sep 2021) was written
// for the fmt 7 it bundles; its headers name a function that fmt 9 no longer has, in templates that we never instantiate.
// Hence the rule: hand `Error::all` and friends a std::string, never a literal, so that no template is chosen.
#pragma once
#include <fmt/format.h>

#if FMT_VERSION >= 90000
namespace fmt {
template <class... Args, class S, class... Rest>
inline format_args make_args_checked(const S&, const Rest&...) { return {}; }
}  // namespace fmt
#endif

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wunused-parameter"
#include <lammps.h>

#include <atom.h>
#include <comm.h>
#include <compute.h>
#include <domain.h>
#include <error.h>
#include <fix.h>
#include <force.h>
#include <group.h>
#include <input.h>
#include <memory.h>
#include <modify.h>
#include <neighbor.h>
#include <output.h>
#include <pair.h>
#include <timer.h>
#include <update.h>
#include <universe.h>
#pragma GCC diagnostic pop
