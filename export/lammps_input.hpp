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
};

/// A short readable LAMMPS input that runs unchanged in the embedded runner and in deepmd-kit's lmp. Steps, temperature,
/// seed and model are LAMMPS index variables at its top, so that `-var steps 200` changes them.
std::string protocol_input(Protocol protocol, const TypeMap& types, const ProtocolOptions& options);
Protocol protocol_from_name(const std::string& name);

}  // namespace lamella
