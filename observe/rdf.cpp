#include "observe/rdf.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <map>
#include <memory>
#include <numbers>

#include "base/error.hpp"
#include "observe/pair_counts.hpp"
#include "observe/parallel.hpp"

namespace lamella {

RdfAccumulator::RdfAccumulator(std::vector<RdfPair> pairs, std::size_t atoms, double r_max, int bins, int threads)
    : pairs_(std::move(pairs)), r_max_(r_max), bins_(bins), threads_(thread_count(threads)) {
  if (!(r_max > 0.0) || !std::isfinite(r_max)) fail_input({"r_max", "not a distance", fmt::format("{:g}", r_max), "> 0 A", ""});
  if (bins < 1 || bins > 1000000) fail_input({"bins", "out of range", fmt::format("{}", bins), "1 to 1000000", ""});
  group_atoms(atoms);
  weighted_.assign(pairs_.size(), std::vector<double>(static_cast<std::size_t>(bins), 0.0));
  plain_ = weighted_;
}

/// Atoms that belong to the same selections form a group; pairs are counted by group, and each g(r) sums its groups.
void RdfAccumulator::group_atoms(std::size_t atoms) {
  std::vector<std::vector<char>> membership(atoms, std::vector<char>(2 * pairs_.size(), 0));
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    for (int side = 0; side < 2; ++side) {
      const std::vector<int>& selection = side == 0 ? pairs_[p].a : pairs_[p].b;
      if (selection.empty()) fail_input({"g(r) of " + pairs_[p].name, "a selection without atoms", "", "", ""});
      for (int i : selection) {
        if (i < 0 || static_cast<std::size_t>(i) >= atoms) fail_input({"g(r) of " + pairs_[p].name, "no such atom", fmt::format("{}", i), "", ""});
        membership[static_cast<std::size_t>(i)][2 * p + side] = 1;
      }
    }
  std::map<std::vector<char>, int> known;
  in_a_.resize(pairs_.size());
  in_b_.resize(pairs_.size());
  for (const auto& member : membership) {
    if (std::find(member.begin(), member.end(), 1) == member.end()) {
      group_of_.push_back(-1);
      continue;
    }
    const auto [at, fresh] = known.emplace(member, groups_);
    group_of_.push_back(at->second);
    if (!fresh) continue;
    for (std::size_t p = 0; p < pairs_.size(); ++p) {
      if (member[2 * p]) in_a_[p].push_back(groups_);
      if (member[2 * p + 1]) in_b_[p].push_back(groups_);
    }
    ++groups_;
  }
}

void RdfAccumulator::add(const Cell& cell, std::span<const Cartesian> positions, std::array<bool, 3> periodic) {
  Frame frame;
  frame.cell = cell;
  frame.positions.assign(positions.begin(), positions.end());
  frame.periodic = periodic;
  add(std::span<const Frame>(&frame, 1));
}

void RdfAccumulator::add(std::span<const Frame> frames) {
  const std::size_t size = static_cast<std::size_t>(groups_) * groups_ * bins_;
  // A frame is split only where there are too few of them to keep the threads busy.
  const int parts = frames.size() >= 2 * static_cast<std::size_t>(threads_) || threads_ == 1 ? 1 : 2 * threads_;
  std::vector<std::unique_ptr<PairGrid>> grids(frames.size());
  std::vector<std::vector<std::uint64_t>> counts(frames.size() * static_cast<std::size_t>(parts));
  auto build = [&](std::size_t f) {
    if (frames[f].positions.size() != group_of_.size())
      fail_input({fmt::format("frame {}", frames[f].index), "another number of atoms", fmt::format("{}", frames[f].positions.size()), fmt::format("{}", group_of_.size()), ""});
    grids[f] = std::make_unique<PairGrid>(frames[f].cell, frames[f].positions, group_of_, r_max_, frames[f].periodic);
  };
  if (parts > 1) parallel_for(frames.size(), threads_, build);
  parallel_for(counts.size(), threads_, [&](std::size_t task) {
    const std::size_t f = task / parts;
    if (parts == 1) build(f);
    counts[task].assign(size, 0);
    grids[f]->count(counts[task], groups_, bins_, static_cast<int>(task % parts), parts);
    if (parts == 1) grids[f].reset();
  });
  for (std::size_t f = 0; f < frames.size(); ++f) {
    std::vector<std::uint64_t>& sum = counts[f * parts];
    for (int part = 1; part < parts; ++part)
      for (std::size_t k = 0; k < size; ++k) sum[k] += counts[f * parts + part][k];
    merge(sum, frames[f].cell.volume());
  }
}

void RdfAccumulator::merge(const std::vector<std::uint64_t>& counts, double volume) {
  auto at = [&](int a, int b, int shell) { return counts[(static_cast<std::size_t>(a) * groups_ + b) * bins_ + shell]; };
  for (std::size_t p = 0; p < pairs_.size(); ++p)
    for (int shell = 0; shell < bins_; ++shell) {
      std::uint64_t ordered = 0;
      for (int a : in_a_[p])
        for (int b : in_b_[p]) ordered += at(a, b, shell) + at(b, a, shell);
      plain_[p][shell] += static_cast<double>(ordered);
      weighted_[p][shell] += volume * static_cast<double>(ordered);
    }
  volume_sum_ += volume;
  ++frames_;
}

RdfResult RdfAccumulator::result(std::size_t p) const {
  RdfResult result;
  result.name = pairs_[p].name;
  result.frames = frames_;
  const double width = r_max_ / bins_, per = frames_ > 0 ? 1.0 / static_cast<double>(frames_) : 0.0;
  const double n_a = static_cast<double>(pairs_[p].a.size()), n_b = static_cast<double>(pairs_[p].b.size());
  double within = 0.0;
  for (int k = 0; k < bins_; ++k) {
    const double inner = k * width, outer = (k + 1) * width;
    const double volume = 4.0 / 3.0 * std::numbers::pi * (outer * outer * outer - inner * inner * inner);
    within += plain_[p][k] * per;
    result.r.push_back(0.5 * (inner + outer));
    result.g.push_back(weighted_[p][k] * per / (n_a * n_b * volume));
    result.one_pair.push_back(volume_sum_ * per * per / (n_a * n_b * volume));
    result.coordination.push_back(within / n_a);
  }
  result.mean_pairs = within;
  return result;
}

std::vector<RdfResult> RdfAccumulator::results() const {
  std::vector<RdfResult> all;
  for (std::size_t p = 0; p < pairs_.size(); ++p) all.push_back(result(p));
  return all;
}

}  // namespace lamella
