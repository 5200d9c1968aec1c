#include "runner/step_hook.hpp"

#include <map>
#include <string>

#include "runner/lammps_bridge.hpp"
#include "runner/lammps_headers.hpp"
#include "runner/memory_file.hpp"

namespace LAMMPS_NS {
// command.h is not installed; this is all of it.
class Command : protected Pointers {
 public:
  explicit Command(LAMMPS* lmp) : Pointers(lmp) {}
  virtual void command(int, char**) = 0;
};
}  // namespace LAMMPS_NS

namespace lamella::bridge {

namespace {

using namespace LAMMPS_NS;

struct Hook {
  long every = 0;
  std::function<void(long)> callback;
  RunRewriter rewriter;
  DataWriter data_writer;
  std::map<std::string, Input::CommandCreator> wrapped;  // LAMMPS's own creators
};
std::map<LAMMPS*, Hook> hooks;  // one entry per living instance

constexpr const char* kFixId = "lamella_step";

class StepFix : public Fix {
 public:
  StepFix(LAMMPS* lmp, int narg, char** arg) : Fix(lmp, narg, arg) { nevery = static_cast<int>(hooks.at(lmp).every); }
  int setmask() override { return FixConst::END_OF_STEP | FixConst::MIN_POST_FORCE; }
  void init() override { ask_for_energy(); }
  void end_of_step() override { call(); }
  void min_post_force(int) override {
    if (update->ntimestep == last_ || update->ntimestep % nevery) return;  // several evaluations per iteration
    call();
  }

 private:
  void call() {
    last_ = update->ntimestep;
    modify->clearstep_compute();  // or thermo keywords would repeat what was computed steps ago
    hooks.at(lmp).callback(static_cast<long>(update->ntimestep));
    ask_for_energy();
  }
  // Energy and virial are summed only on steps that somebody announced.
  void ask_for_energy() {
    const bigint next = (update->ntimestep / nevery + 1) * nevery;
    for (const char* id : {"thermo_pe", "thermo_press"}) {
      const int i = modify->find_compute(id);
      if (i >= 0) modify->compute[i]->addstep(next);
    }
  }
  bigint last_ = -1;
};

Fix* make_step_fix(LAMMPS* lmp, int narg, char** arg) { return new StepFix(lmp, narg, arg); }

class HookedCommand : public Command {
 public:
  HookedCommand(LAMMPS* lmp, Command* original, bool is_run) : Command(lmp), original_(original), is_run_(is_run) {}
  ~HookedCommand() override { delete original_; }
  void command(int narg, char** arg) override {
    if (modify->find_fix(kFixId) >= 0) modify->delete_fix(kFixId);
    const Hook& hook = hooks.at(lmp);
    if (hook.callback && domain->box_exist) {
      modify->add_fix(std::string(kFixId) + " all lamella/step");
    }
    if (!is_run_ || !hook.rewriter) return original_->command(narg, arg);
    std::vector<std::string> words = hook.rewriter(std::vector<std::string>(arg, arg + narg));
    std::vector<char*> rewritten;
    for (std::string& word : words) rewritten.push_back(word.data());
    if (!words.empty()) original_->command(static_cast<int>(rewritten.size()), rewritten.data());
  }

 private:
  Command* original_;
  bool is_run_;
};

class WriteDataCommand : public Command {
 public:
  WriteDataCommand(LAMMPS* lmp, Command* original) : Command(lmp), original_(original) {}
  ~WriteDataCommand() override { delete original_; }
  void command(int narg, char** arg) override {
    const DataWriter& writer = hooks.at(lmp).data_writer;
    if (!writer || narg < 1) return original_->command(narg, arg);
    std::string file = arg[0];
    if (const std::size_t star = file.find('*'); star != std::string::npos) file.replace(star, 1, std::to_string(update->ntimestep));
    const MemoryFile memory;
    std::string path = memory.path();
    std::vector<char*> words(arg, arg + narg);
    words[0] = path.data();
    original_->command(narg, words.data());
    on_root([&] { writer(file, memory.bytes()); });
  }

 private:
  Command* original_;
};

Command* make_write_data(LAMMPS* lmp) { return new WriteDataCommand(lmp, hooks.at(lmp).wrapped.at("write_data")(lmp)); }
Command* make_run(LAMMPS* lmp) { return new HookedCommand(lmp, hooks.at(lmp).wrapped.at("run")(lmp), true); }
Command* make_minimize(LAMMPS* lmp) { return new HookedCommand(lmp, hooks.at(lmp).wrapped.at("minimize")(lmp), false); }

}  // namespace

void install_step_hook(LAMMPS* lmp) {
  Hook& hook = hooks[lmp];
  if (!hook.wrapped.empty()) return;
  auto& commands = *lmp->input->command_map;
  hook.wrapped = {{"run", commands.at("run")}, {"minimize", commands.at("minimize")}, {"write_data", commands.at("write_data")}};
  commands["run"] = make_run;
  commands["minimize"] = make_minimize;
  commands["write_data"] = make_write_data;
}

void remove_step_hook(LAMMPS* lmp) { hooks.erase(lmp); }

void set_run_rewriter(LAMMPS* lmp, RunRewriter rewriter) { hooks.at(lmp).rewriter = std::move(rewriter); }

void set_data_writer(LAMMPS* lmp, DataWriter writer) { hooks.at(lmp).data_writer = std::move(writer); }

void set_step_callback(LAMMPS* lmp, long every, std::function<void(long)> callback) {
  Hook& hook = hooks.at(lmp);
  hook.every = every;
  hook.callback = every > 0 ? std::move(callback) : nullptr;
}

void register_step_fix(LAMMPS* lmp) { (*lmp->modify->fix_map)["lamella/step"] = make_step_fix; }

}  // namespace lamella::bridge
