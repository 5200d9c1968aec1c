#include "runner/checkpoint.hpp"

#include <nlohmann/json.hpp>

#include "base/error.hpp"
#include "base/files.hpp"

namespace lamella {

namespace {

using Json = nlohmann::ordered_json;
namespace fs = std::filesystem;

constexpr std::string_view kMagic = "lamella checkpoint 1\n";
constexpr std::size_t kHashLength = 64;

Json header_of(const Checkpoint& c) {
  return Json{{"protocol", c.protocol},
              {"input_sha256", c.input_sha256},
              {"model_sha256", c.model_sha256},
              {"variables", c.variables},
              {"precision", c.precision},
              {"threads", c.threads},
              {"ranks", c.ranks},
              {"interval", c.interval},
              {"run", c.run},
              {"begin", c.begin},
              {"end", c.end},
              {"step", c.step},
              {"complete", c.complete},
              {"volume", c.volume},
              {"trajectory_frames", c.trajectory.frames},
              {"trajectory_bytes", c.trajectory.bytes},
              {"log_bytes", c.log_bytes},
              {"thermo_bytes", c.thermo_bytes},
              {"deviation_bytes", c.deviation_bytes},
              {"restart_bytes", c.restart.size()}};
}

Checkpoint from_header(const Json& h) {
  Checkpoint c;
  c.protocol = h.at("protocol");
  c.input_sha256 = h.at("input_sha256");
  c.model_sha256 = h.at("model_sha256");
  c.variables = h.at("variables");
  c.precision = h.at("precision");
  c.threads = h.at("threads");
  c.ranks = h.at("ranks");
  c.interval = h.at("interval");
  c.run = h.at("run");
  c.begin = h.at("begin");
  c.end = h.at("end");
  c.step = h.at("step");
  c.complete = h.at("complete");
  c.volume = h.value("volume", 0.0);  // checkpoints of before 28 November 2026 have none
  c.trajectory.frames = h.at("trajectory_frames");
  c.trajectory.bytes = h.at("trajectory_bytes");
  c.log_bytes = h.at("log_bytes");
  c.thermo_bytes = h.at("thermo_bytes");
  c.deviation_bytes = h.at("deviation_bytes");
  return c;
}

std::optional<Checkpoint> try_load(const fs::path& file, std::string& reason) {
  std::error_code code;
  if (!fs::exists(file, code)) return std::nullopt;
  try {
    return parse_checkpoint(read_whole_file(file), file.string());
  } catch (const Error& error) {
    reason = error.what();
    return std::nullopt;
  }
}

}  // namespace

std::string checkpoint_bytes(const Checkpoint& checkpoint) {
  std::string bytes(kMagic);
  bytes += header_of(checkpoint).dump() + "\n";
  bytes += checkpoint.restart;
  bytes += sha256(bytes) + "\n";
  return bytes;
}

Checkpoint parse_checkpoint(std::string_view bytes, const std::string& where) {
  if (!bytes.starts_with(kMagic)) fail_input({where, "not a checkpoint of lamella", "", "", ""});
  if (bytes.size() < kMagic.size() + kHashLength + 1 || bytes.back() != '\n') fail_input({where, "a checkpoint that is cut off", "", "", ""});
  const std::string_view body = bytes.substr(0, bytes.size() - kHashLength - 1);
  if (sha256(body) != bytes.substr(body.size(), kHashLength)) fail_input({where, "the checksum does not fit: the file is damaged", "", "", ""});
  const std::size_t end = body.find('\n', kMagic.size());
  if (end == std::string_view::npos) fail_input({where, "a checkpoint without a header", "", "", ""});
  try {
    const Json header = Json::parse(body.substr(kMagic.size(), end - kMagic.size()));
    Checkpoint checkpoint = from_header(header);
    checkpoint.restart = body.substr(end + 1);
    if (checkpoint.restart.size() != header.at("restart_bytes").get<std::size_t>()) fail_input({where, "a checkpoint of the wrong length", "", "", ""});
    return checkpoint;
  } catch (const nlohmann::json::exception& error) {
    fail_input({where, "a checkpoint whose header cannot be read", error.what(), "", ""});
  }
}

void save_checkpoint(const fs::path& folder, const Checkpoint& checkpoint) {
  const fs::path current = folder / "checkpoint", previous = folder / "checkpoint.previous", next = folder / "checkpoint.next";
  write_whole_file(next, checkpoint_bytes(checkpoint));  // safe on the disk before anything is moved
  std::error_code code;
  if (fs::exists(current)) fs::rename(current, previous, code);
  if (!code) fs::rename(next, current, code);
  if (code) fail_run({current.string(), "the checkpoint cannot be put in place", code.message(), "", "the previous one is kept"});
  sync_folder(folder);
}

std::optional<Checkpoint> load_checkpoint(const fs::path& folder, std::string& warning) {
  // A kill between the two renames leaves a whole `checkpoint.next` and no `checkpoint`: it is the newest then.
  std::string damaged;
  bool any = false;
  for (const char* name : {"checkpoint", "checkpoint.next", "checkpoint.previous"}) {
    std::error_code code;
    if (!fs::exists(folder / name, code)) continue;
    if (std::string_view(name) == "checkpoint.next" && fs::exists(folder / "checkpoint", code) && damaged.empty()) continue;
    any = true;
    std::string reason;
    if (auto checkpoint = try_load(folder / name, reason)) {
      if (!damaged.empty()) warning = damaged + "; going on from " + name;
      return checkpoint;
    }
    damaged = reason;
  }
  if (any) fail_input({folder.string(), "no checkpoint is whole", damaged, "", "start the run again without --resume"});
  return std::nullopt;
}

}  // namespace lamella
