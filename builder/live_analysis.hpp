#pragma once
#include <filesystem>
#include <memory>
#include <string>

#include "builder/analysis_pass.hpp"
#include "runner/protocol_run.hpp"

namespace lamella {

/// The observables of a run, taken while it runs: what `lamella analyze` would say of its trajectory afterwards, byte for byte,
/// without reading it again. Frames that a resumed run finds written are read once from the file.
class LiveAnalysis {
 public:
  /// Of a built folder's `protocol`. `threads`: of the analysis, 0 for all cores.
  LiveAnalysis(const std::filesystem::path& folder, std::string protocol, int threads);

  /// ProtocolRunOptions::on_frame.
  void add(const RunFrame& frame);
  /// After the last frame. Where the run had another number of frames than it had announced, the trajectory is read.
  Analysis finish();

 private:
  void begin(const RunFrame& frame);

  std::filesystem::path folder_;  // absolute: a run works in a folder of its own
  std::string protocol_;
  Analysis analysis_;
  std::unique_ptr<AnalysisPass> pass_;
  std::vector<Frame> waiting_;
  long expected_ = 0;
  bool begun_ = false;
};

}  // namespace lamella
