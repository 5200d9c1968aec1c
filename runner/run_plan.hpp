#pragma once
#include <filesystem>
#include <map>
#include <string>

#include "runner/input_script.hpp"
#include "runner/protocol_run.hpp"

namespace lamella {

/// Everything about a protocol run that is settled before LAMMPS starts.
struct RunPlan {
  std::string protocol;                     ///< its name
  std::filesystem::path input;              ///< the LAMMPS input
  std::filesystem::path output;             ///< folder/run/<protocol>
  std::filesystem::path stack;              ///< folder/stack.extxyz, absolute: who the atoms are
  InputScript script;
  std::string input_sha256, model_sha256;
  std::map<std::string, std::string> variables;  ///< given from outside, paths relative to `output`
  std::string variables_text;               ///< "name=value" by lines, as a checkpoint keeps it
  long frame_every = 0, thermo_every = 100; ///< steps; frame_every 0: the input writes what it wants
  double target_temperature = 300.0;        ///< K
};

/// Throws Error (bad_input): no such folder, protocol, input or model.
RunPlan make_run_plan(const ProtocolRunOptions& options);

}  // namespace lamella
