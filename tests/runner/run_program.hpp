// `lamella run` as a process of its own, to be killed, starved or disturbed from outside.
#pragma once
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include <chrono>
#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <string>
#include <thread>
#include <vector>

#include "base/files.hpp"

namespace lamella::test {

struct Outcome {
  bool killed = false;
  int status = 0;
  std::string said;  ///< on standard error
  std::string told;  ///< on standard output
};

struct Circumstances {
  int milliseconds = -1;                 ///< after these comes `signal`; negative: never
  int signal = SIGKILL;
  rlim_t largest = RLIM_INFINITY;        ///< no file longer than this many bytes
  std::map<std::string, std::string> environment;
  std::filesystem::path file{};          ///< the signal comes as soon as this file is there
};

inline Outcome run_program(const std::filesystem::path& folder, const std::vector<std::string>& words, const Circumstances& c = {}) {
  const std::filesystem::path said = folder / "said.txt", told = folder / "told.txt";
  std::vector<std::string> all = {LAMELLA_BINARY, "run", folder.string()};
  all.insert(all.end(), words.begin(), words.end());
  std::fflush(nullptr);  // or the child would write it again
  const pid_t child = fork();
  if (child == 0) {
    if (!freopen(said.c_str(), "w", stderr) || !freopen(told.c_str(), "w", stdout)) _exit(99);
    const rlimit limit = {c.largest, c.largest};
    setrlimit(RLIMIT_FSIZE, &limit);
    signal(SIGXFSZ, SIG_IGN);
    for (const auto& [name, value] : c.environment) setenv(name.c_str(), value.c_str(), 1);
    std::vector<char*> argv;
    for (std::string& word : all) argv.push_back(word.data());
    argv.push_back(nullptr);
    execv(argv[0], argv.data());
    _exit(98);
  }
  Outcome outcome;
  int status = 0;
  if (!c.file.empty()) {
    siginfo_t ended{};
    while (!std::filesystem::exists(c.file) && waitid(P_PID, static_cast<id_t>(child), &ended, WEXITED | WNOHANG | WNOWAIT) == 0 && ended.si_pid == 0)
      std::this_thread::sleep_for(std::chrono::milliseconds(2));
    kill(child, c.signal);
  }
  if (c.milliseconds >= 0) {
    std::this_thread::sleep_for(std::chrono::milliseconds(c.milliseconds));
    kill(child, c.signal);
  }
  waitpid(child, &status, 0);
  outcome.killed = WIFSIGNALED(status);
  outcome.status = WIFEXITED(status) ? WEXITSTATUS(status) : -1;
  outcome.said = read_whole_file(said);
  outcome.told = read_whole_file(told);
  return outcome;
}

inline bool has_checkpoint(const std::filesystem::path& folder) {
  for (const char* name : {"checkpoint", "checkpoint.next", "checkpoint.previous"})
    if (std::filesystem::exists(folder / "run/npt" / name)) return true;
  return false;
}

/// What a run of lithium_fluoride_input() leaves, byte for byte.
inline std::map<std::string, std::string> outputs(const std::filesystem::path& folder) {
  std::map<std::string, std::string> files;
  for (const char* name : {"trajectory.nc", "thermo.csv", "final.data"}) files[name] = read_whole_file(folder / "run/npt" / name);
  return files;
}

}  // namespace lamella::test
