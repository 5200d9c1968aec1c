#include "builder/analyze.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <future>

#include "base/error.hpp"
#include "builder/analysis_pass.hpp"

namespace lamella {
namespace {

/// Frames of the file that are wanted, a batch at a time, the next batch read while this one is worked on.
class FrameSource {
 public:
  FrameSource(const AnalysisInput& input, const AnalyzeOptions& options) : reader_(open_trajectory(input.file, input.reading)), options_(options) {
    for (long k = 0; k < options.start && reader_->skip(); ++k) ++at_;
  }
  const TrajectoryAtoms& atoms() const { return reader_->atoms(); }
  std::vector<Frame> batch(std::size_t size) {
    std::vector<Frame> frames;
    while (frames.size() < size && (options_.stop < 0 || at_ < options_.stop)) {
      if ((at_ - options_.start) % options_.every != 0) {
        if (!reader_->skip()) break;
      } else {
        frames.emplace_back();
        if (!reader_->next(frames.back())) {
          frames.pop_back();
          break;
        }
      }
      ++at_;
    }
    return frames;
  }

 private:
  std::unique_ptr<TrajectoryReader> reader_;
  const AnalyzeOptions& options_;
  long at_ = 0;
};

long wanted_frames(const AnalysisInput& input, const AnalyzeOptions& options) {
  long total = count_frames(input.file, input.reading);
  if (options.stop >= 0) total = std::min(total, options.stop);
  const long count = total <= options.start ? 0 : (total - options.start + options.every - 1) / options.every;
  if (count == 0) fail_input({input.name, "no frames to analyse", fmt::format("{} in the file", total), "", "look at --start, --stop and --every"});
  return count;
}

void check(const AnalyzeOptions& options) {
  auto at_least = [](const char* name, long value, long least) {
    if (value < least) fail_input({name, "too small", fmt::format("{}", value), fmt::format(">= {}", least), ""});
  };
  at_least("--windows", options.windows, 1);
  at_least("--every", options.every, 1);
  at_least("--start", options.start, 0);
  if (!(options.interval >= 0.0)) fail_input({"--interval", "not a time", fmt::format("{:g}", options.interval), ">= 0 ps", ""});
  if (!(options.temperature >= 0.0)) fail_input({"--temperature", "not a temperature", fmt::format("{:g}", options.temperature), "> 0 K", ""});
}

}  // namespace

Analysis analyze(const AnalysisInput& input, const AnalyzeOptions& options, const Progress& progress) {
  check(options);
  Analysis analysis;
  analysis.input = input;
  analysis.options = options;
  analysis.options.diffusion.threads = options.threads;
  const long frames = wanted_frames(input, options);
  FrameSource source(input, options);
  analysis.atoms = source.atoms();
  AnalysisPass pass(analysis, frames);
  const std::size_t size = std::clamp<std::size_t>((std::size_t(64) << 20) / (analysis.atoms.size() * sizeof(Cartesian)), 1, 32);
  auto read = [&] { return source.batch(size); };
  std::future<std::vector<Frame>> coming = std::async(std::launch::async, read);
  for (long done = 0;;) {
    std::vector<Frame> batch = coming.get();
    if (batch.empty()) break;
    coming = std::async(std::launch::async, read);
    pass.add(batch);
    done += static_cast<long>(batch.size());
    if (progress) progress({"analyze", static_cast<double>(done) / static_cast<double>(frames), fmt::format("frame {} of {}", done, frames)});
  }
  pass.finish();
  return analysis;
}

}  // namespace lamella
