#pragma once
#include <cstdint>
#include <string>

#include "export/type_map.hpp"

namespace lamella {

/// The paper's three protocols (contract.md, "Protocols").
enum class Protocol { relax, reaction, diffusion };

struct ProtocolOptions {
  std::string model = "model.pb";      ///< path as it stands in pair_style deepmd
  std::string data = "stack.data";
  long steps = 0;                      ///< 0: the protocol's own
  double temperature = 0.0;            ///< K, 0: the protocol's own
  std::uint64_t seed = 1;
  double timestep = 0.001;             ///< ps
  bool vacuum = false;                 ///< the cell holds vacuum along z: the barostat leaves z alone
};

/// A short readable LAMMPS input that runs unchanged in the embedded runner and in deepmd-kit's lmp. Steps, temperature,
/// seed and model are LAMMPS index variables at its top, so that `-var steps 200` changes them.
///
/// Three sections, each opened by a comment line that a runner may look for: `# --- system` (box, atoms, potential),
/// `# --- start` (minimisation, velocities: left out when a run goes on from a restart) and `# --- run`.
/// Throws Error (bad_input) for steps < 0, a temperature or a time step that is not positive and finite.
std::string protocol_input(Protocol protocol, const TypeMap& types, const ProtocolOptions& options);
/// Throws Error (bad_input) for anything but relax, reaction, diffusion.
Protocol protocol_from_name(const std::string& name);
std::string protocol_name(Protocol protocol);
/// The protocol's own number of steps and temperature (K).
long default_steps(Protocol protocol);
double default_temperature(Protocol protocol);
/// LAMMPS takes seeds from 1 to 899,999,999: such a seed is kept, any other is folded into that range.
long lammps_seed(std::uint64_t seed);

}  // namespace lamella
