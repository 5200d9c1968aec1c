#include "amorph/cut.hpp"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

namespace lamella {
namespace {

/// Heights of one element's atoms in [0, c), sorted, with the atom each belongs to.
struct Ladder {
  std::vector<double> heights;
  std::vector<int> atoms;
  std::size_t wanted = 0;
};

std::vector<Ladder> ladders(const Structure& bulk, const Formula& formula, long units) {
  const double c = bulk.cell.rows()(2, 2);
  std::vector<Ladder> all;
  for (const FormulaTerm& term : formula) {
    std::vector<std::pair<double, int>> rungs;
    for (std::size_t i = 0; i < bulk.size(); ++i)
      if (bulk.elements[i] == term.element) rungs.emplace_back(wrapped_unit(bulk.positions[i].z() / c) * c, static_cast<int>(i));
    std::sort(rungs.begin(), rungs.end());
    Ladder ladder;
    ladder.wanted = static_cast<std::size_t>(units) * term.count;
    if (ladder.wanted > rungs.size()) throw std::invalid_argument("cut_flat: more formula units than the bulk holds");
    for (const auto& [z, i] : rungs) {
      ladder.heights.push_back(z);
      ladder.atoms.push_back(i);
    }
    all.push_back(std::move(ladder));
  }
  return all;
}

/// Height of the k-th rung at or above `from`, counted on through the periodic boundary, relative to `from`.
double rung(const Ladder& ladder, double from, std::size_t k, double c) {
  const std::size_t n = ladder.heights.size();
  const std::size_t first = static_cast<std::size_t>(std::lower_bound(ladder.heights.begin(), ladder.heights.end(), from) - ladder.heights.begin());
  const std::size_t turns = (first + k) / n;
  return ladder.heights[(first + k) % n] + static_cast<double>(turns) * c - from;
}

struct Window {
  double top = 0.0;   // highest atom taken
  double next = 0.0;  // lowest atom left above
};

Window window_from(const std::vector<Ladder>& all, double from, double c) {
  Window w{0.0, std::numeric_limits<double>::infinity()};
  for (const Ladder& ladder : all) {
    w.top = std::max(w.top, rung(ladder, from, ladder.wanted - 1, c));
    w.next = std::min(w.next, rung(ladder, from, ladder.wanted, c));
  }
  return w;
}

}  // namespace

Cut cut_flat(const Structure& bulk, const Formula& formula, long units) {
  const Mat3& rows = bulk.cell.rows();
  const double c = rows(2, 2);
  const std::vector<Ladder> all = ladders(bulk, formula, units);
  double best_from = 0.0, best_gap = -std::numeric_limits<double>::infinity();
  for (const Ladder& ladder : all)
    for (const double from : ladder.heights) {
      // A wide gap above, and one below: the plane below is the top plane of what is left, so both count.
      const Window w = window_from(all, from, c);
      const double gap = w.next - w.top;
      if (gap > best_gap) {
        best_gap = gap;
        best_from = from;
      }
    }
  const Window window = window_from(all, best_from, c);
  long held = 0;
  for (const FormulaTerm& t : formula) held += t.count;
  const double share = static_cast<double>(units * held) / static_cast<double>(bulk.size());
  Cut cut;
  cut.overlap = std::max(0.0, -best_gap);
  cut.slab.plane = rows.topLeftCorner<2, 2>();
  cut.slab.thickness = c * share;
  const double lift = 0.5 * (cut.slab.thickness - window.top);
  cut.lift = lift - best_from;
  for (const Ladder& ladder : all) {
    const std::size_t n = ladder.heights.size();
    const std::size_t first = static_cast<std::size_t>(std::lower_bound(ladder.heights.begin(), ladder.heights.end(), best_from) - ladder.heights.begin());
    for (std::size_t k = 0; k < ladder.wanted; ++k) {
      const int i = ladder.atoms[(first + k) % n];
      cut.atoms.push_back(i);
      cut.slab.elements.push_back(bulk.elements[i]);
      const Cartesian& p = bulk.positions[i];
      cut.slab.positions.emplace_back(p.x(), p.y(), rung(ladder, best_from, k, c) + lift);
    }
  }
  return cut;
}

double face_roughness(const Slab& slab, bool top) {
  const Vec2 a = slab.plane.row(0), b = slab.plane.row(1);
  const int na = std::max(1, static_cast<int>(a.norm() / 2.0)), nb = std::max(1, static_cast<int>(b.norm() / 2.0));
  const Mat2 inverse = slab.plane.inverse();
  const double sign = top ? 1.0 : -1.0;
  std::vector<double> outermost(static_cast<std::size_t>(na) * nb, -std::numeric_limits<double>::infinity());
  for (const Cartesian& p : slab.positions) {
    const Vec2 f = inverse.transpose() * Vec2(p.x(), p.y());
    const int i = std::min(na - 1, static_cast<int>(wrapped_unit(f.x()) * na)), j = std::min(nb - 1, static_cast<int>(wrapped_unit(f.y()) * nb));
    double& held = outermost[static_cast<std::size_t>(i) * nb + j];
    held = std::max(held, sign * p.z());
  }
  double sum = 0.0, squares = 0.0;
  long columns = 0;
  for (const double z : outermost) {
    // A column without an atom in the outer half of the layer is a hole right through: it would drown the rest.
    if (z < sign * 0.5 * slab.thickness) continue;
    sum += z;
    squares += z * z;
    ++columns;
  }
  if (columns == 0) return 0.0;
  const double mean = sum / columns;
  return std::sqrt(std::max(0.0, squares / columns - mean * mean));
}

}  // namespace lamella
