#include "builder/live_analysis.hpp"

namespace lamella {
namespace {

constexpr std::size_t batch = 4;  // frames looked at together

/// The frame as it stands in the file: coordinates in single precision from the box's corner, the cell by its parameters.
Frame as_written(const RunFrame& run) {
  Frame frame;
  frame.index = run.index;
  frame.step = run.step;
  frame.time = run.time;
  const auto p = run.cell.parameters();
  frame.cell = Cell::from_parameters(p[0], p[1], p[2], p[3], p[4], p[5]);
  frame.unwrapped = true;
  frame.positions.reserve(run.positions.size());
  for (const Cartesian& r : run.positions) {
    Vec3 at;
    for (int k = 0; k < 3; ++k) at[k] = static_cast<double>(static_cast<float>(r[k])) - run.origin[k];
    frame.positions.emplace_back(at);
  }
  return frame;
}

}  // namespace

LiveAnalysis::LiveAnalysis(const std::filesystem::path& folder, std::string protocol, int threads) : folder_(std::filesystem::absolute(folder)), protocol_(std::move(protocol)) {
  analysis_.options.threads = analysis_.options.diffusion.threads = threads;
}

void LiveAnalysis::begin(const RunFrame& frame) {
  begun_ = true;
  expected_ = frame.expected;
  analysis_.input = runs_of_folder(folder_, protocol_).front();
  analysis_.atoms = analysis_.input.reading.reference;
  if (analysis_.atoms.size() != frame.positions.size() || frame.index >= expected_) return;  // the file will tell
  pass_ = std::make_unique<AnalysisPass>(analysis_, expected_);
  if (frame.index == 0) return;
  const auto reader = open_trajectory(analysis_.input.file, analysis_.input.reading);
  for (Frame earlier; pass_->done() < frame.index && reader->next(earlier);) pass_->add({earlier});
}

void LiveAnalysis::add(const RunFrame& frame) {
  if (!begun_) begin(frame);
  if (!pass_) return;
  waiting_.push_back(as_written(frame));
  if (waiting_.size() < batch && frame.index + 1 < frame.expected) return;
  if (pass_->done() + static_cast<long>(waiting_.size()) <= expected_) pass_->add(waiting_);
  else pass_.reset();
  waiting_.clear();
}

Analysis LiveAnalysis::finish() {
  const AnalysisInput input = runs_of_folder(folder_, protocol_).front();
  if (!pass_ || pass_->done() != expected_ || !waiting_.empty()) return analyze(input, analysis_.options, nullptr);
  analysis_.input = input;  // its mean temperature is known now
  pass_->finish();
  return std::move(analysis_);
}

}  // namespace lamella
