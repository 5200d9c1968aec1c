#include "observe/bonds.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/error.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

constexpr int atom_bits = 28;
constexpr std::uint64_t atom_mask = (std::uint64_t(1) << atom_bits) - 1;

std::uint64_t pack(int kind, int a, int b) { return (std::uint64_t(kind) << (2 * atom_bits)) | (std::uint64_t(a) << atom_bits) | std::uint64_t(b); }
int kind_of(std::uint64_t pair) { return static_cast<int>(pair >> (2 * atom_bits)); }
int first_of(std::uint64_t pair) { return static_cast<int>((pair >> atom_bits) & atom_mask); }
int second_of(std::uint64_t pair) { return static_cast<int>(pair & atom_mask); }

}  // namespace

std::vector<BondKind> default_bond_kinds() {
  auto kind = [](const char* a, const char* b, double cutoff) { return BondKind{fmt::format("{}-{}", a, b), Element::from_symbol(a), Element::from_symbol(b), cutoff}; };
  return {kind("P", "S", 2.6), kind("P", "O", 2.0), kind("Co", "S", 2.7), kind("S", "S", 2.4)};
}

BondTracker::BondTracker(const TrajectoryAtoms& atoms, std::vector<BondKind> kinds, int lifetime) : elements_(atoms.elements), kinds_(std::move(kinds)), lifetime_(lifetime) {
  if (lifetime < 1) fail_input({"lifetime", "not a number of frames", fmt::format("{}", lifetime), ">= 1", ""});
  if (elements_.size() > atom_mask || kinds_.size() > 200) fail_input({"bonds", "too many atoms or kinds of bonds", fmt::format("{}", elements_.size()), "", ""});
  for (std::size_t k = 0; k < kinds_.size(); ++k) {
    const std::string& name = kinds_[k].name;
    if (!(kinds_[k].cutoff > 0.0 && kinds_[k].cutoff < 10.0)) fail_input({"bond " + name, "cut-off out of range", fmt::format("{:g}", kinds_[k].cutoff), "0 to 10 A", ""});
    for (const auto& [known, place] : {std::pair{"P-S", &ps_}, {"P-O", &po_}, {"Co-S", &cos_}, {"S-S", &ss_}})
      if (name == known) *place = static_cast<int>(k);
  }
  for (auto& of_kind : partners_) of_kind.resize(elements_.size());
  bond_counts_.assign(kinds_.size(), 0);
}

std::vector<std::uint64_t> BondTracker::bonded_pairs(const Frame& frame) const {
  double cutoff = 0.0;
  std::vector<int> ends;  // second atoms of any kind
  for (const BondKind& kind : kinds_) cutoff = std::max(cutoff, kind.cutoff);
  for (std::size_t i = 0; i < elements_.size(); ++i)
    if (std::any_of(kinds_.begin(), kinds_.end(), [&](const BondKind& kind) { return kind.b == elements_[i]; })) ends.push_back(static_cast<int>(i));
  std::vector<std::uint64_t> bonded;
  if (ends.empty()) return bonded;
  std::vector<Cartesian> positions;
  for (int i : ends) positions.push_back(frame.positions[i]);
  const NeighbourGrid grid(frame.cell, positions, cutoff, frame.periodic);
  std::vector<Neighbour> found;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    const bool centre = std::any_of(kinds_.begin(), kinds_.end(), [&](const BondKind& kind) { return kind.a == elements_[i]; });
    if (!centre) continue;
    grid.around_point(frame.positions[i], found);
    for (const Neighbour& neighbour : found) {
      const int j = ends[neighbour.index];
      if (j == static_cast<int>(i)) continue;  // itself, and a bond to its own image is none of these
      for (std::size_t k = 0; k < kinds_.size(); ++k) {
        if (kinds_[k].a != elements_[i] || kinds_[k].b != elements_[j] || neighbour.distance >= kinds_[k].cutoff) continue;
        if (kinds_[k].a == kinds_[k].b && j < static_cast<int>(i)) continue;
        bonded.push_back(pack(static_cast<int>(k), static_cast<int>(i), j));
      }
    }
  }
  std::sort(bonded.begin(), bonded.end());
  bonded.erase(std::unique(bonded.begin(), bonded.end()), bonded.end());
  return bonded;
}

void BondTracker::add(std::vector<std::uint64_t> bonded) {
  ++added_;
  if (started_) return follow(bonded);
  early_.push_back(std::move(bonded));
  if (static_cast<int>(early_.size()) == lifetime_) start();
}

/// The majority of the first frames is the state to begin with.
void BondTracker::start() {
  started_ = true;
  std::map<std::uint64_t, std::size_t> votes;
  for (const auto& bonded : early_)
    for (std::uint64_t pair : bonded) ++votes[pair];
  for (const auto& [pair, count] : votes)
    if (2 * count > early_.size()) flip(pair, true, false);
  original_ = partners_[0];
  const std::deque<std::vector<std::uint64_t>> early = std::move(early_);
  early_.clear();
  for (const auto& bonded : early) follow(bonded);
}

void BondTracker::follow(const std::vector<std::uint64_t>& bonded) {
  for (std::uint64_t pair : bonded) states_.try_emplace(pair);
  for (auto at = states_.begin(); at != states_.end();) {
    State& state = at->second;
    const bool now = std::binary_search(bonded.begin(), bonded.end(), at->first);
    state.differing = now != state.bonded ? state.differing + 1 : 0;
    if (state.differing == lifetime_) {
      flip(at->first, now, true);
      state.differing = 0;
    }
    at = !state.bonded && state.differing == 0 ? states_.erase(at) : std::next(at);
  }
  if (++followed_ >= lifetime_) censuses_.push_back(census());
}

void BondTracker::flip(std::uint64_t pair, bool bonded, bool event) {
  const int kind = kind_of(pair), a = first_of(pair), b = second_of(pair);
  states_[pair].bonded = bonded;
  bond_counts_[kind] += bonded ? 1 : -1;
  if (event) events_.push_back({followed_ - lifetime_ + 1, kind, bonded, a, b});
  const int slot = kind == ps_ ? 0 : kind == po_ ? 1 : kind == cos_ ? 2 : kind == ss_ ? 3 : -1;
  if (slot < 0) return;
  for (const auto& [from, to] : {std::pair{a, b}, std::pair{b, a}}) {
    std::vector<int>& list = partners_[slot][from];
    if (bonded) list.insert(std::lower_bound(list.begin(), list.end(), to), to);
    else list.erase(std::find(list.begin(), list.end(), to));
  }
}

BondCensus BondTracker::census() {
  static const Element phosphorus = Element::from_symbol("P"), cobalt = Element::from_symbol("Co");
  BondCensus census;
  census.bonds = bond_counts_;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (elements_[i] == phosphorus) {
      census.tetrahedra += partners_[0][i].size() == 4;
      census.tetrahedra_kept += original_[i].size() == 4 && std::includes(partners_[0][i].begin(), partners_[0][i].end(), original_[i].begin(), original_[i].end());
      census.phosphorus_with_oxygen += !partners_[1][i].empty();
    }
    if (elements_[i] == cobalt) census.cobalt_with_sulphur += !partners_[2][i].empty();
  }
  count_sulphur(census);
  return census;
}

void BondTracker::count_sulphur(BondCensus& census) const {
  std::vector<char> seen(elements_.size(), 0);
  std::vector<int> stack;
  for (std::size_t i = 0; i < elements_.size(); ++i) {
    if (seen[i] || partners_[3][i].empty()) continue;
    long size = 0;
    stack.assign(1, static_cast<int>(i));
    seen[i] = 1;
    while (!stack.empty()) {
      const int at = stack.back();
      stack.pop_back();
      ++size;
      for (int next : partners_[3][at]) {
        if (seen[next]) continue;
        seen[next] = 1;
        stack.push_back(next);
      }
    }
    (size == 2 ? census.dimers : census.chains) += 1;
    if (size > 2) census.longest_chain = std::max(census.longest_chain, size);
  }
}

void BondTracker::finish() {
  if (!started_ && !early_.empty()) start();
  if (added_ > 0 && censuses_.empty()) censuses_.push_back(census());
  while (static_cast<long>(censuses_.size()) < added_) censuses_.push_back(censuses_.back());
}

}  // namespace lamella
