#pragma once
#include <memory>
#include <vector>

#include "builder/analyze.hpp"
#include "observe/unwrap.hpp"

namespace lamella {

/// All observables of one pass through a trajectory: fed from a file by `lamella analyze`, from memory by a run that is analysed
/// while it runs. `analysis` has its input, options and atoms filled in, and outlives the pass.
class AnalysisPass {
 public:
  /// `frames`: how many will come, at least one.
  AnalysisPass(Analysis& analysis, long frames);
  /// The next frames; the same numbers however they are batched.
  void add(const std::vector<Frame>& batch);
  long done() const { return done_; }
  /// Once, after the last frame: fills in what needs all of them.
  void finish();

 private:
  int window_of(long frame) const { return static_cast<int>(frame * windows_ / frames_); }
  void note_time(const Frame& frame);
  void add_rdf(const std::vector<Frame>& batch);
  void add_bonds(const std::vector<Frame>& batch);
  void add_order(const std::vector<Frame>& batch);
  void add_tracked(const Frame& frame);
  void finish_diffusion();
  void finish_rdf();
  void finish_order();

  Analysis& a_;
  long frames_, done_ = 0;
  int windows_, coating_;
  std::vector<RdfPair> pairs_;
  std::vector<RdfAccumulator> rdf_;
  std::unique_ptr<BondTracker> bonds_;
  Unwrapper unwrapper_;
  std::unique_ptr<PathStore> mobile_, others_;
  std::vector<ProfileAccumulator> profiles_;
  std::unique_ptr<ResidenceTracker> residence_;
  Cell first_cell_;
};

}  // namespace lamella
