#include "runner/run_plan.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/error.hpp"
#include "base/files.hpp"
#include "base/words.hpp"
#include "export/lammps_input.hpp"
#include "runner/bundled_model.hpp"

namespace lamella {

namespace {

namespace fs = std::filesystem;

bool is_there(const fs::path& path) {
  std::error_code code;
  return fs::exists(path, code);
}

void find_input(const ProtocolRunOptions& options, RunPlan& plan) {
  if (!is_there(options.folder)) fail_input({options.folder.string(), "no such folder", "", "", "lamella build SPEC -o " + options.folder.string()});
  plan.input = options.folder / "lammps" / (options.protocol + ".in");
  plan.protocol = options.protocol;
  if (is_there(plan.input)) return;
  if (is_there(options.protocol) && !fs::is_directory(options.protocol)) {
    plan.input = options.protocol;
    plan.protocol = plan.input.stem().string();
    return;
  }
  protocol_from_name(options.protocol);  // says what protocols there are
  fail_input({plan.input.string(), "the folder holds no such input", "", "", "is " + options.folder.string() + " a built folder?"});
}

// LAMMPS splits a variable's value at blanks and ends it at quotes and comments: such a path goes by a link in the output folder.
std::string plain_path(const fs::path& target, const fs::path& output, const std::string& link_name) {
  const std::string relative = fs::relative(fs::absolute(target), fs::absolute(output)).string();
  if (relative.find_first_of(" \t\"'#$&") == std::string::npos) return relative;
  std::error_code code;
  fs::remove(output / link_name, code);
  fs::create_symlink(fs::absolute(target), output / link_name, code);
  if (code) fail_run({target.string(), "LAMMPS cannot take a path with blanks, and no link to it can be made", code.message(), "", "rename it"});
  return link_name;
}

void choose_models(const ProtocolRunOptions& options, RunPlan& plan) {
  std::vector<fs::path> models = options.models;
  if (models.empty()) {
    const std::string named = index_variable(plan.script, "model");
    if (named.empty()) return;  // the input's own affair
    const fs::path beside = plan.input.parent_path() / named;
    models.push_back(is_there(beside) ? beside : bundled_model());
  }
  std::string value, hashes;
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (!is_there(models[m])) fail_input({"--model", "no such file", models[m].string(), "", "a Deep Potential: .pb, .dp or .yaml"});
    const std::string link = fmt::format("model{}{}", models.size() > 1 ? fmt::format("-{}", m + 1) : "", models[m].extension().string());
    value += (m ? " " : "") + plain_path(models[m], plan.output, link);
    hashes += (m ? " " : "") + sha256_of_file(models[m]);
  }
  plan.variables["model"] = value;
  plan.model_sha256 = hashes;
}

void find_data(RunPlan& plan) {
  const auto given = plan.variables.find("data");
  const std::string named = given != plan.variables.end() ? given->second : index_variable(plan.script, "data");
  if (named.empty()) return;
  fs::path data = plan.input.parent_path() / named;
  if (given != plan.variables.end() && is_there(named)) data = named;
  if (!is_there(data)) fail_input({"data", "no such file", data.string(), "", ""});
  plan.variables["data"] = plain_path(data, plan.output, "stack.data");
}

double number_of(const RunPlan& plan, const std::string& name, double otherwise) {
  const auto given = plan.variables.find(name);
  const std::string text = given != plan.variables.end() ? given->second : index_variable(plan.script, name);
  if (text.empty()) return otherwise;
  double value = 0.0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size() || !std::isfinite(value))
    fail_input({name, "not a number", text, "", ""});
  return value;
}

void check_variables(const ProtocolRunOptions& options, const RunPlan& plan) {
  for (const auto& [name, value] : options.variables)
    if (index_variable(plan.script, name).empty())
      fail_input({plan.input.string(), "has no index variable of this name", name, "", "the input's first lines list them"});
}

}  // namespace

RunPlan make_run_plan(const ProtocolRunOptions& options) {
  RunPlan plan;
  find_input(options, plan);
  plan.script = read_input_script(plan.input);
  plan.input_sha256 = sha256_of_file(plan.input);
  plan.output = options.folder / "run" / plan.protocol;
  plan.stack = fs::absolute(options.folder / "stack.extxyz");
  std::error_code code;
  fs::create_directories(plan.output, code);
  if (code) fail_run({plan.output.string(), "cannot be made", code.message(), "", ""});
  check_variables(options, plan);
  plan.variables = options.variables;
  choose_models(options, plan);
  find_data(plan);
  const double frames = number_of(plan, "dump_every", 0);
  if (frames > 0 && plan.script.resumable) {
    // The trajectory is ours to write: binary, and cut back exactly when a run is resumed.
    plan.frame_every = static_cast<long>(frames);
    plan.variables["dump_every"] = "0";
  }
  plan.thermo_every = std::max(1L, static_cast<long>(number_of(plan, "thermo_every", 100)));
  plan.target_temperature = number_of(plan, "temperature", 300.0);
  for (const auto& [name, value] : plan.variables)
    if (name != "steps") plan.variables_text += name + "=" + value + "\n";
  return plan;
}

}  // namespace lamella
