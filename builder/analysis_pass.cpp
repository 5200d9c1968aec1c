#include "builder/analysis_pass.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "builder/analysis_selection.hpp"
#include "lattice/neighbours.hpp"
#include "observe/parallel.hpp"

namespace lamella {
namespace {

constexpr std::size_t path_budget = std::size_t(300) << 20, other_budget = std::size_t(100) << 20;
constexpr double ordered_share = 0.25;  // of F with six Li: above it a coating has begun to crystallise

}  // namespace

AnalysisPass::AnalysisPass(Analysis& analysis, long frames)
    : a_(analysis), frames_(frames), windows_(static_cast<int>(std::min<long>(analysis.options.windows, frames))), unwrapper_(analysis.atoms) {
  const TrajectoryAtoms& atoms = a_.atoms;
  const AnalyzeOptions& options = a_.options;
  coating_ = coating_layer(atoms, options.coating, a_.input.coating);
  pairs_ = chosen_pairs(atoms, options, coating_ >= 0 ? atoms.layer_names[coating_] : "");
  for (int w = 0; w < windows_; ++w) rdf_.emplace_back(pairs_, atoms.size(), options.r_max, options.bins, options.threads);
  if (windows_ < options.windows) a_.warnings.push_back(fmt::format("{} frames make {} windows, not {}", frames, windows_, options.windows));
  bonds_ = std::make_unique<BondTracker>(atoms, options.bonds, options.lifetime);
  const Element mobile = Element::from_symbol(options.mobile);
  std::vector<int> movers, rest;
  for (std::size_t i = 0; i < atoms.size(); ++i) (atoms.elements[i] == mobile ? movers : rest).push_back(static_cast<int>(i));
  mobile_ = std::make_unique<PathStore>(movers, path_budget);
  others_ = std::make_unique<PathStore>(rest, other_budget);
  mobile_->expect(static_cast<std::size_t>(frames));
  others_->expect(static_cast<std::size_t>(frames));
  if (coating_ >= 0) {
    residence_ = std::make_unique<ResidenceTracker>(atoms, coating_, mobile, options.lifetime);
    a_.residence_layer = atoms.layer_names[coating_];
    a_.residence_ions = residence_->ions();
  }
}

void AnalysisPass::note_time(const Frame& frame) {
  const AnalyzeOptions& options = a_.options;
  const bool known = std::isfinite(frame.time);
  if (done_ == 0) {
    a_.timed = known || options.interval > 0.0;
    if (!a_.timed) a_.warnings.push_back("the file carries no times: 1 ps between frames is assumed; say --interval");
  }
  const double interval = options.interval > 0.0 ? options.interval * static_cast<double>(options.every) : 1.0;
  const bool by_interval = options.interval > 0.0 || !known;
  a_.time.push_back(by_interval ? static_cast<double>(a_.time.size()) * interval : frame.time);
  a_.step.push_back(frame.step);
}

void AnalysisPass::add_rdf(const std::vector<Frame>& batch) {
  if (pairs_.empty()) return;
  for (std::size_t begin = 0; begin < batch.size();) {
    const int w = window_of(done_ + static_cast<long>(begin));
    std::size_t end = begin + 1;
    while (end < batch.size() && window_of(done_ + static_cast<long>(end)) == w) ++end;
    rdf_[w].add(std::span<const Frame>(batch).subspan(begin, end - begin));
    begin = end;
  }
}

void AnalysisPass::add_bonds(const std::vector<Frame>& batch) {
  std::vector<std::vector<std::uint64_t>> bonded(batch.size());
  parallel_for(batch.size(), a_.options.threads, [&](std::size_t f) { bonded[f] = bonds_->bonded_pairs(batch[f]); });
  for (auto& pairs : bonded) bonds_->add(std::move(pairs));
}

/// Regular Li-F tetrahedra, in frames spread evenly over the run, the last one among them.
void AnalysisPass::add_order(const std::vector<Frame>& batch) {
  static const Element lithium = Element::from_symbol("Li"), fluorine = Element::from_symbol("F");
  const TrajectoryAtoms& atoms = a_.atoms;
  if (std::find(atoms.elements.begin(), atoms.elements.end(), fluorine) == atoms.elements.end()) return;
  const long count = std::min<long>(std::max(a_.options.order_frames, 1), frames_);
  std::vector<std::size_t> chosen;
  for (std::size_t f = 0; f < batch.size(); ++f) {
    const long at = done_ + static_cast<long>(f);
    // The k-th of `count` frames is number k (frames - 1) / (count - 1), rounded down.
    const bool wanted = count == 1 ? at == frames_ - 1 : (at == 0 || at * (count - 1) / (frames_ - 1) != (at - 1) * (count - 1) / (frames_ - 1));
    if (wanted) chosen.push_back(f);
  }
  std::vector<OrderReport> reports(chosen.size());
  parallel_for(chosen.size(), a_.options.threads, [&](std::size_t k) {
    const Frame& frame = batch[chosen[k]];
    Structure structure;
    structure.cell = frame.cell;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (atoms.elements[i] != fluorine) continue;
      structure.elements.push_back(fluorine);
      structure.positions.push_back(frame.positions[i]);
    }
    // Li without any F beside it is no centre of a tetrahedron: leave it out, most of a stack's Li is such.
    const NeighbourGrid grid(frame.cell, structure.positions, a_.options.order.bond, frame.periodic);
    std::vector<Neighbour> found;
    for (std::size_t i = 0; i < atoms.size(); ++i) {
      if (atoms.elements[i] != lithium) continue;
      grid.around_point(frame.positions[i], found);
      if (found.empty()) continue;
      structure.elements.push_back(lithium);
      structure.positions.push_back(frame.positions[i]);
    }
    reports[k] = local_order(structure, std::span(&lithium, 1), std::span(&fluorine, 1), a_.options.order, frame.periodic);
    reports[k].centres.clear();  // the counts are wanted, not every atom of every frame
  });
  for (std::size_t k = 0; k < chosen.size(); ++k) {
    a_.order_at.push_back(static_cast<std::size_t>(done_) + chosen[k]);
    a_.order.push_back(std::move(reports[k]));
  }
}

void AnalysisPass::add_tracked(const Frame& frame) {
  const TrackedFrame& tracked = unwrapper_.track(frame);
  if (done_ == 0) {
    first_cell_ = tracked.cell;
    for (int w = 0; w < windows_; ++w) profiles_.emplace_back(a_.atoms, tracked.cell);
  }
  mobile_->add(tracked);
  others_->add(tracked);
  profiles_[window_of(done_)].add(tracked);
  if (residence_) residence_->add(tracked);
  a_.box.push_back(box_state(tracked.cell, first_cell_));
}

void AnalysisPass::add(const std::vector<Frame>& batch) {
  add_rdf(batch);
  add_bonds(batch);
  add_order(batch);
  for (const Frame& frame : batch) {
    note_time(frame);
    add_tracked(frame);
    ++done_;
  }
}

/// Frames are of use for a MSD only while they are evenly spaced.
void AnalysisPass::finish_diffusion() {
  if (done_ < 2) return;
  const double spacing = (a_.time.back() - a_.time.front()) / static_cast<double>(done_ - 1);
  double worst = 0.0;
  for (std::size_t k = 1; k < a_.time.size(); ++k) worst = std::max(worst, std::abs(a_.time[k] - a_.time[k - 1] - spacing));
  if (!(spacing > 0.0) || worst > 1e-3 * spacing) {
    a_.warnings.push_back("frames are not evenly spaced in time: no MSD and no D; choose an even part with --start, --stop, --every");
    return;
  }
  for (const PathStore* store : {mobile_.get(), others_.get()})
    for (const MsdGroup& group : msd_groups(a_.atoms)) {
      const bool here = std::binary_search(store->atoms().begin(), store->atoms().end(), group.atoms.front());
      if (here) a_.diffusion.push_back(diffusion_of(*store, group, spacing * static_cast<double>(store->stride()), a_.options.diffusion));
    }
  if (mobile_->stride() > 1) a_.warnings.push_back(fmt::format("the paths of {} were kept at every {}th frame to stay within memory", a_.options.mobile, mobile_->stride()));
}

/// A coating that was built as a glass and is one no longer: six Li around F is rock salt's, and rare in the glass.
void AnalysisPass::finish_order() {
  if (a_.input.coating.empty() || a_.order.empty()) return;
  // Without layers all F counts as the coating's.
  if (coating_ >= 0 && select_atoms(a_.atoms, "F:" + a_.atoms.layer_names[coating_]).empty()) return;
  const std::size_t fifth = std::max<std::size_t>(1, a_.order.size() / 5);
  const auto share = [](std::span<const OrderReport> reports) {
    long six = 0, all = 0;
    for (const OrderReport& r : reports) {
      const HistogramSum fluorine = sum_of(r.ligand_histogram, 6);
      six += fluorine.above;
      all += fluorine.entries;
    }
    return static_cast<double>(six) / static_cast<double>(all);
  };
  const double end = share(std::span(a_.order).last(fifth)), start = share(std::span(a_.order).first(1));
  if (end > ordered_share && end > 2.0 * start)
    a_.warnings.push_back(fmt::format("{} is no glass any more: {:.0f} % of F have six Li around them at the end, {:.0f} % in the first frame", a_.input.coating, 100.0 * end, 100.0 * start));
}

/// The whole run is the mean of its windows, weighted by their frames.
void AnalysisPass::finish_rdf() {
  for (const RdfAccumulator& window : rdf_) a_.rdf.push_back(pairs_.empty() ? std::vector<RdfResult>{} : window.results());
  for (std::size_t p = 0; p < pairs_.size(); ++p) {
    RdfResult whole = a_.rdf[0][p];
    for (std::size_t k = 0; k < whole.g.size(); ++k) {
      double g = 0.0, coordination = 0.0, one = 0.0;
      long frames = 0;
      for (const auto& window : a_.rdf) {
        const double n = static_cast<double>(window[p].frames);
        g += n * window[p].g[k];
        coordination += n * window[p].coordination[k];
        one += n * n * window[p].one_pair[k];
        frames += window[p].frames;
      }
      const double n = static_cast<double>(frames);
      whole.g[k] = g / n;
      whole.coordination[k] = coordination / n;
      whole.one_pair[k] = one / (n * n);
      whole.frames = frames;
    }
    a_.rdf_whole.push_back(std::move(whole));
  }
  const double temperature = a_.options.temperature > 0.0 ? a_.options.temperature : a_.input.temperature;
  if (temperature > 0.0)
    for (const RdfResult& rdf : a_.rdf_whole) a_.potentials.push_back(potential_of_mean_force(rdf, temperature));
  else
    a_.warnings.push_back("the temperature is not known, so there is no V(r): say --temperature");
}

void AnalysisPass::finish() {
  for (int w = 0; w < windows_; ++w) {
    std::size_t first = a_.time.size(), last = 0;
    for (std::size_t k = 0; k < a_.time.size(); ++k)
      if (window_of(static_cast<long>(k)) == w) first = std::min(first, k), last = k;
    a_.window_times.emplace_back(a_.time[first], a_.time[last]);
  }
  finish_rdf();
  bonds_->finish();
  a_.bonds = bonds_->censuses();
  a_.events = bonds_->events();
  if (done_ < a_.options.lifetime) a_.warnings.push_back(fmt::format("{} frames are fewer than the life-time of {}: bonds are those of the majority", done_, a_.options.lifetime));
  for (const ProfileAccumulator& profile : profiles_) a_.profiles.push_back(profile.result());
  if (residence_) a_.residence = residence_->counts();
  finish_order();
  finish_diffusion();
  std::string still;
  for (const Diffusion& d : a_.diffusion)
    if (!d.diffusive && (d.name == a_.options.mobile || d.name.starts_with(a_.options.mobile + ":"))) still += (still.empty() ? "" : ", ") + d.name;
  if (!still.empty())
    a_.warnings.push_back(fmt::format("D of {}: the MSD does not reach {:g} A^2 early enough in the run; D is an upper guess at best", still, a_.options.diffusion.msd_start));
}

}  // namespace lamella
