#include "runner/engine.hpp"

#include "base/error.hpp"
#include "runner/lammps_bridge.hpp"

namespace lamella {

struct Engine::Impl {
  void* lammps = nullptr;
};

namespace {

// Runs one piece of work in LAMMPS and turns its fatal errors into ours. `quit` ends the piece, not the process.
template <class Work>
auto guarded(const std::string& where, Work&& work) {
  try {
    return work();
  } catch (const bridge::LammpsError& error) {
    ErrorText text;
    text.where = where;
    text.what = error.text;
    if (!error.command.empty() && error.command != where) text.hint = "the command was: " + error.command;
    throw Error(Failure::while_running, text);
  }
}

std::vector<std::string> arguments_for(const EngineOptions& options) {
  std::vector<std::string> words = {"lamella"};
  if (!options.log.empty()) words.insert(words.end(), {"-log", options.log.string()});
  if (!options.screen) words.insert(words.end(), {"-screen", "none"});
  words.insert(words.end(), options.arguments.begin(), options.arguments.end());
  return words;
}

EvaluatorChoice::Kind backend_from_name(const std::string& name) {
  if (name == "native") return EvaluatorChoice::Kind::fast;
  if (name == "plain") return EvaluatorChoice::Kind::plain;
  if (name == "deepmd") return EvaluatorChoice::Kind::deepmd_kit;
  fail_input({"--backend", "unknown", name, "native, plain, deepmd", ""});
}

}  // namespace

Engine::Engine(const EngineOptions& options) : impl_(std::make_unique<Impl>()) {
  impl_->lammps = guarded("starting LAMMPS", [&] { return bridge::open(arguments_for(options)); });
  bridge::choose_evaluator(impl_->lammps, {backend_from_name(options.backend), options.precision, options.threads});
}

Engine::~Engine() {
  if (impl_->lammps) bridge::close(impl_->lammps);
}

void Engine::command(const std::string& line) {
  guarded(line, [&] {
    try {
      bridge::command(impl_->lammps, line);
    } catch (const bridge::LammpsQuit&) {
    }
  });
}

void Engine::commands(const std::string& lines) {
  guarded("LAMMPS", [&] {
    try {
      bridge::commands(impl_->lammps, lines);
    } catch (const bridge::LammpsQuit&) {
    }
  });
}

void Engine::file(const std::filesystem::path& input) {
  guarded(input.string(), [&] {
    try {
      bridge::file(impl_->lammps, input.string());
    } catch (const bridge::LammpsQuit&) {
    }
  });
}

int Engine::given_input() {
  return guarded("LAMMPS", [&] {
    try {
      bridge::given_input(impl_->lammps);
      return 0;
    } catch (const bridge::LammpsQuit& quit) {
      return quit.status;
    }
  });
}

double Engine::thermo(const std::string& keyword) {
  return guarded("thermo keyword " + keyword, [&] { return bridge::thermo(impl_->lammps, keyword); });
}

long Engine::atom_count() { return bridge::atom_count(impl_->lammps); }

std::vector<Cartesian> Engine::positions() { return bridge::gather(impl_->lammps, bridge::AtomVector::position); }
std::vector<Cartesian> Engine::unwrapped_positions() { return bridge::gather(impl_->lammps, bridge::AtomVector::unwrapped); }
std::vector<Cartesian> Engine::velocities() { return bridge::gather(impl_->lammps, bridge::AtomVector::velocity); }
std::vector<Cartesian> Engine::forces() { return bridge::gather(impl_->lammps, bridge::AtomVector::force); }
std::vector<int> Engine::types() { return bridge::gather_types(impl_->lammps); }

Cell Engine::box() { return bridge::box(impl_->lammps); }
Cartesian Engine::box_origin() { return bridge::box_origin(impl_->lammps); }

void Engine::on_step(long every, std::function<void(long step)> callback) {
  bridge::on_step(impl_->lammps, every, std::move(callback));
}

void* Engine::lammps() { return impl_->lammps; }

}  // namespace lamella
