#include "lattice/match.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "base/error.hpp"
#include "lattice/shape_index.hpp"
#include "lattice/strain.hpp"

namespace lamella {
namespace {

constexpr long most_superlattices = 4'000'000;
constexpr std::size_t most_matches = 4'000'000;

/// One choice of a superlattice per layer, with corresponding bases (rows).
struct Candidate {
  std::vector<int> lattices;
  std::vector<Int2x2> matrices;
  double max_strain;
};

void check(std::span<const MatchLayer> layers, const MatchLimits& limits, const StrainSharing& sharing) {
  if (layers.empty()) fail_input({"match", "no crystalline layer to match", "", "", "name at least one crystal"});
  if (!(limits.max_area > 0 && std::isfinite(limits.max_area)))
    fail_input({"max_area", "not an area", fmt::format("{:g}", limits.max_area), "> 0 A^2", ""});
  if (!(limits.max_strain >= 0 && limits.max_strain <= 0.3))
    fail_input({"max_strain", "out of range", fmt::format("{:g}", limits.max_strain), "0 to 0.3 (a fraction: 0.03 is 3 %)", ""});
  if (sharing.kind == StrainSharing::Kind::onto && sharing.reference >= layers.size())
    fail_input({"strain", "no such layer", fmt::format("{}", sharing.reference), fmt::format("0 to {}", layers.size() - 1), ""});
  for (const MatchLayer& layer : layers) {
    const double area = layer.basis.determinant();
    if (!layer.basis.allFinite() || !(area > 1e-6))
      fail_input({layer.name, "its surface basis is left-handed or spans no area", fmt::format("{:g} A^2", area), "> 0", ""});
    const double count = 0.83 * (limits.max_area / area) * (limits.max_area / area);
    if (count > most_superlattices)
      fail_input({"max_area", fmt::format("layer {} has about {:.0f} superlattices", layer.name, count), fmt::format("{:g} A^2", limits.max_area),
                  fmt::format("<= {:.0f} A^2", std::sqrt(most_superlattices / 0.83) * area), "lower max_area"});
  }
}

/// The search for one set of layers: knows how strain is shared, and keeps what each layer's superlattices are.
class Search {
 public:
  Search(std::span<const MatchLayer> layers, const MatchLimits& limits, const StrainSharing& sharing)
      : layers_(layers), limits_(limits), kind_(sharing.kind), reference_(sharing.kind == StrainSharing::Kind::onto ? sharing.reference : 0) {
    if (kind_ == StrainSharing::Kind::stiffness && !sharing_warning(layers, sharing).empty()) kind_ = StrainSharing::Kind::equal;
    // Singular values of the maps onto the reference layer's cell: 1 +- strain, or both layers strained at once.
    const double e = limits.max_strain;
    const bool onto = kind_ == StrainSharing::Kind::onto;
    const double low = onto ? 1 - e : (1 - e) / (1 + e), high = onto ? 1 + e : (1 + e) / (1 - e);
    for (std::size_t k = 0; k < layers.size(); ++k) {
      auto list = superlattices(layers[k].basis, max_index(layers[k]), rotations(layers[k]));
      if (k == reference_) targets_ = std::move(list);
      indices_.emplace_back(k == reference_ ? std::vector<Superlattice>{} : std::move(list), low, high);
    }
  }

  std::vector<Match> run() {
    std::vector<Match> matches;
    for (std::size_t t = 0; t < targets_.size(); ++t) {
      candidates_.clear();
      collect(static_cast<int>(t));
      for (const Candidate& candidate : candidates_) {
        Match match = finished(candidate);
        if (match.cell(0, 0) >= limits_.min_length * (1 - 1e-12)) matches.push_back(std::move(match));
      }
      if (matches.size() > most_matches)
        fail_input({"match", "more matches than are worth listing", fmt::format("> {}", most_matches), "", "lower max_area, max_strain or max_atoms"});
    }
    return matches;
  }

 private:
  long max_index(const MatchLayer& layer) const {
    const long by_area = static_cast<long>(limits_.max_area * (1 + 1e-9) / layer.basis.determinant());
    return limits_.max_atoms > 0 && layer.atoms_per_cell > 0 ? std::min(by_area, limits_.max_atoms / layer.atoms_per_cell) : by_area;
  }

  std::vector<Int2x2> rotations(const MatchLayer& layer) const {
    std::vector<Int2x2> list = lattice_rotations(layer.basis);
    if (kind_ != StrainSharing::Kind::stiffness) return list;
    const Mat3& stiffness = *layer.plane_stiffness;
    std::erase_if(list, [&](const Int2x2& g) {
      const Mat2 turned = g.cast<double>() * layer.basis;
      const Mat3 other = rotated_plane_stiffness(stiffness, in_plane_strain(layer.basis, turned).rotation);
      return (other - stiffness).cwiseAbs().maxCoeff() > 1e-6 * stiffness.cwiseAbs().maxCoeff();
    });
    return list;
  }

  const Superlattice& lattice(std::size_t layer, int i) const { return layer == reference_ ? targets_[i] : indices_[layer].lattices()[i]; }

  /// Fills candidates_ with all choices for one superlattice of the reference layer, each once, on its least strained bases.
  void collect(int target) {
    found_.assign(layers_.size(), {});
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      if (k == reference_) {
        found_[k] = {{target, targets_[target].matrix}};
        continue;
      }
      indices_[k].onto(targets_[target], found_[k]);
      if (found_[k].empty()) return;
    }
    if (kind_ == StrainSharing::Kind::onto) keep_best_bases(target);
    Candidate candidate;
    extend(candidate, 0);
    // With shared strain the same superlattices come on several bases: keep the best, the first where they tie.
    std::stable_sort(candidates_.begin(), candidates_.end(), [](const Candidate& a, const Candidate& b) { return a.lattices < b.lattices; });
    std::vector<Candidate> best;
    for (Candidate& c : candidates_) {
      if (best.empty() || best.back().lattices != c.lattices) best.push_back(std::move(c));
      else if (c.max_strain < best.back().max_strain - 1e-11) best.back() = std::move(c);
    }
    candidates_ = std::move(best);
  }

  /// Strained onto one layer, each other layer's best basis is its own affair: choose it before layers are combined.
  void keep_best_bases(int target) {
    const Mat2 cell = targets_[target].matrix.cast<double>() * layers_[reference_].basis;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      if (k == reference_) continue;
      std::vector<ShapeIndex::Found> kept;
      double least = 0.0;
      for (const ShapeIndex::Found& f : found_[k]) {
        const double strain = strain_magnitude(f.matrix.cast<double>() * layers_[k].basis, cell);
        if (strain > limits_.max_strain + 1e-12) continue;
        if (kept.empty() || kept.back().lattice != f.lattice) {
          kept.push_back(f);
          least = strain;
        } else if (strain < least - 1e-11) {
          kept.back() = f;
          least = strain;
        }
      }
      found_[k] = std::move(kept);
    }
  }

  void extend(Candidate& candidate, long atoms) {
    const std::size_t k = candidate.lattices.size();
    if (limits_.max_atoms > 0 && atoms > limits_.max_atoms) return;
    if (k == layers_.size()) {
      candidate.max_strain = 0.0;
      const Mat2 cell = common_cell(candidate.matrices);
      for (std::size_t i = 0; i < layers_.size(); ++i)
        candidate.max_strain = std::max(candidate.max_strain, strain_magnitude(rows(candidate.matrices, i), cell));
      if (candidate.max_strain <= limits_.max_strain + 1e-12) candidates_.push_back(candidate);
      return;
    }
    for (const ShapeIndex::Found& f : found_[k]) {
      candidate.lattices.push_back(f.lattice);
      candidate.matrices.push_back(f.matrix);
      extend(candidate, atoms + lattice(k, f.lattice).index * layers_[k].atoms_per_cell);
      candidate.lattices.pop_back();
      candidate.matrices.pop_back();
    }
  }

  Mat2 rows(const std::vector<Int2x2>& matrices, std::size_t k) const { return matrices[k].cast<double>() * layers_[k].basis; }

  /// In some frame; rows correspond to those of `matrices`.
  Mat2 common_cell(const std::vector<Int2x2>& matrices) const {
    if (kind_ == StrainSharing::Kind::onto || layers_.size() == 1) return rows(matrices, reference_);
    std::vector<StrainedLayer> strained(layers_.size());
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      strained[k].cell = rows(matrices, k);
      if (kind_ == StrainSharing::Kind::stiffness) strained[k].weight = layers_[k].thickness * *layers_[k].plane_stiffness;
    }
    return balanced_cell(strained);
  }

  Match finished(const Candidate& candidate) const {
    const Mat2 raw = common_cell(candidate.matrices);
    const Int2x2 change = reducing_matrix(raw);
    Match match;
    match.cell = along_x(change.cast<double>() * raw);
    match.area = kind_ == StrainSharing::Kind::onto ? lattice(reference_, candidate.lattices[reference_]).area : match.cell.determinant();
    match.max_strain = candidate.max_strain;
    match.atoms = 0;
    for (std::size_t k = 0; k < layers_.size(); ++k) {
      const Superlattice& own = lattice(k, candidate.lattices[k]);
      match.atoms += own.index * layers_[k].atoms_per_cell;
      match.multiplicity *= own.multiplicity;
      LayerMatch layer;
      layer.name = layers_[k].name;
      layer.matrix = change * candidate.matrices[k];
      const InPlaneStrain s = in_plane_strain(layer.matrix.cast<double>() * layers_[k].basis, match.cell);
      layer.strain = s.strain;
      layer.strain = layer.strain.unaryExpr([](double e) { return std::abs(e) < 1e-14 ? 0.0 : e; });  // rounding, not strain
      layer.rotation = std::atan2(s.rotation(1, 0), s.rotation(0, 0)) * 180.0 / std::numbers::pi;
      layer.von_mises = von_mises_strain(layer.strain);
      if (layers_[k].plane_stiffness)
        layer.energy_per_area = strain_energy_per_area(layer.strain, rotated_plane_stiffness(*layers_[k].plane_stiffness, s.rotation), layers_[k].thickness);
      match.layers.push_back(std::move(layer));
    }
    if (match.max_strain < 1e-14) match.max_strain = 0.0;
    return match;
  }

  std::span<const MatchLayer> layers_;
  const MatchLimits& limits_;
  StrainSharing::Kind kind_;
  std::size_t reference_;
  std::vector<Superlattice> targets_;  ///< of the reference layer
  std::vector<ShapeIndex> indices_;    ///< of every layer; empty for the reference
  std::vector<std::vector<ShapeIndex::Found>> found_;
  std::vector<Candidate> candidates_;
};

bool matrices_before(const Match& a, const Match& b) {
  for (std::size_t k = 0; k < a.layers.size(); ++k)
    for (int i = 0; i < 4; ++i) {
      const int x = a.layers[k].matrix(i / 2, i % 2), y = b.layers[k].matrix(i / 2, i % 2);
      if (x != y) return x < y;
    }
  return false;
}

}  // namespace

std::string sharing_warning(std::span<const MatchLayer> layers, const StrainSharing& sharing) {
  if (sharing.kind != StrainSharing::Kind::stiffness) return "";
  std::string missing;
  for (const MatchLayer& layer : layers)
    if (!layer.plane_stiffness || !(layer.thickness > 0)) missing += (missing.empty() ? "" : ", ") + layer.name;
  return missing.empty() ? "" : "strain is shared equally, not by stiffness: no elastic constants for " + missing;
}

std::vector<Match> find_matches(std::span<const MatchLayer> layers, const MatchLimits& limits, const StrainSharing& sharing) {
  check(layers, limits, sharing);
  std::vector<Match> matches = Search(layers, limits, sharing).run();
  // Sorted by handles: a match is a large thing to move about.
  std::vector<const Match*> order;
  for (const Match& match : matches) order.push_back(&match);
  std::sort(order.begin(), order.end(), [](const Match* a, const Match* b) {
    if (a->area != b->area) return a->area < b->area;
    if (a->max_strain != b->max_strain) return a->max_strain < b->max_strain;
    return matrices_before(*a, *b);
  });
  std::vector<Match> sorted;
  sorted.reserve(matches.size());
  for (const Match* match : order) sorted.push_back(std::move(matches[match - matches.data()]));
  return sorted;
}

std::vector<Match> pareto_front(std::vector<Match> matches) {
  const auto smaller = [](const Match& a, const Match& b) { return a.area < b.area; };
  if (!std::is_sorted(matches.begin(), matches.end(), smaller)) std::stable_sort(matches.begin(), matches.end(), smaller);
  std::vector<Match> front;
  constexpr double same = 1e-9;
  for (Match& match : matches) {
    const bool same_area = !front.empty() && match.area < front.back().area * (1 + same);
    if (front.empty() || match.max_strain < front.back().max_strain - same) {
      if (same_area) front.back() = std::move(match);
      else front.push_back(std::move(match));
    } else if (same_area && match.max_strain < front.back().max_strain + same && match.atoms < front.back().atoms) {
      front.back() = std::move(match);
    }
  }
  return front;
}

}  // namespace lamella
