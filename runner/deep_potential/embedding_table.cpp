#include "runner/deep_potential/embedding_table.hpp"

#include <algorithm>
#include <cmath>
#include <cstring>

namespace lamella {

namespace {

constexpr int kProbe = 8;        // intervals per cell when the function is first looked at
constexpr int kFinest = 4096;    // intervals per cell, at most
constexpr double kOrder = 5.0;   // the derivative of a quintic Hermite interpolant converges as spacing^5

/// Value and derivatives at one node.
struct Node {
  std::vector<double> f[3];
  explicit Node(int width) { for (auto& v : f) v.resize(width); }
  void set(EmbeddingFunction& function, double s) { function.evaluate(s, f[0].data(), f[1].data(), f[2].data()); }
};

/// Coefficients of the quintic in x = s - s_left that has both nodes' values and derivatives.
void quintic(const Node& a, const Node& b, double h, int m, double c[6]) {
  const double f0 = a.f[0][m], d0 = a.f[1][m], e0 = a.f[2][m], d1 = b.f[1][m], e1 = b.f[2][m], rise = b.f[0][m] - f0;
  c[0] = f0;
  c[1] = d0;
  c[2] = 0.5 * e0;
  c[3] = (10 * rise - (6 * d0 + 4 * d1) * h - (1.5 * e0 - 0.5 * e1) * h * h) / (h * h * h);
  c[4] = (-15 * rise + (8 * d0 + 7 * d1) * h + (1.5 * e0 - e1) * h * h) / (h * h * h * h);
  c[5] = (6 * rise - 3 * (d0 + d1) * h - 0.5 * (e0 - e1) * h * h) / (h * h * h * h * h);
}

/// Largest error of the interpolant and its slope at one point within the interval.
double error_at(EmbeddingFunction& function, const Node& a, const Node& b, double left, double h, double fraction, Node& scratch) {
  const double x = fraction * h;
  scratch.set(function, left + x);
  double worst = 0.0;
  for (int m = 0; m < function.width(); ++m) {
    double c[6];
    quintic(a, b, h, m, c);
    const double g = c[0] + x * (c[1] + x * (c[2] + x * (c[3] + x * (c[4] + x * c[5]))));
    const double d = c[1] + x * (2 * c[2] + x * (3 * c[3] + x * (4 * c[4] + x * 5 * c[5])));
    worst = std::max({worst, std::abs(g - scratch.f[0][m]), std::abs(d - scratch.f[1][m])});
  }
  return worst;
}

/// `wanted` rounded up, 1 to `most`. Clamped before it becomes a whole number: a file's huge or infinite numbers ask for more than an int holds.
int count_of(double wanted, int most) { return wanted < most ? static_cast<int>(std::ceil(std::max(wanted, 1.0))) : most; }

/// Intervals of a cell whose probe was off by `error`.
int finer(double error, double tolerance) { return count_of(kProbe * std::pow(std::max(error, 1e-300) / tolerance, 1.0 / kOrder), kFinest); }

/// The file's own nodes: cells of width 1 with 1/stride intervals, where its ends are whole numbers, as deepmd-kit writes them.
bool plan_from_file(const DeepPotentialModel::Table& table, TablePlan& plan) {
  const auto whole = [](double v) { return std::abs(v - std::round(v)) < 1e-9; };
  if (!whole(table.lower) || !whole(table.upper) || !whole(table.max) || !whole(1.0 / table.stride1) || !whole(1.0 / table.stride2)) return false;
  plan.lower = std::round(table.lower);
  plan.upper = std::round(table.max);
  if (plan.upper <= plan.lower) return false;
  for (double s = plan.lower; s < plan.upper; s += 1.0)
    plan.counts.push_back(static_cast<int>(std::lround(1.0 / (s < table.upper ? table.stride1 : table.stride2))));
  plan.exact_nodes = true;
  return true;
}

}  // namespace

long TablePlan::intervals() const {
  long n = 0;
  for (int c : counts) n += c;
  return n;
}

void replan(TablePlan& plan, double tolerance) {
  if (plan.exact_nodes) return;
  for (std::size_t c = 0; c < plan.counts.size(); ++c) plan.counts[c] = finer(plan.error[c], tolerance);
}

TablePlan plan_table(EmbeddingFunction& function, double lower, double upper, double tolerance, bool own_nodes) {
  TablePlan plan;
  if (own_nodes && function.table() && plan_from_file(*function.table(), plan)) return plan;
  plan.lower = lower;
  plan.upper = upper;
  const int cells = count_of(2.0 * (upper - lower), 256);
  const double h = (upper - lower) / cells / kProbe;
  Node a(function.width()), b(function.width()), scratch(function.width());
  a.set(function, lower);
  for (int c = 0; c < cells; ++c) {
    double worst = 0.0;
    for (int k = 0; k < kProbe; ++k) {
      const double left = lower + (c * kProbe + k) * h;
      b.set(function, left + h);
      // The slope's error of a smooth function is largest near 0.28 and 0.72 of the interval, the value's in the middle.
      worst = std::max({worst, error_at(function, a, b, left, h, 0.28, scratch), error_at(function, a, b, left, h, 0.5, scratch)});
      std::swap(a.f, b.f);
    }
    plan.error.push_back(worst);
  }
  plan.counts.resize(cells);
  replan(plan, tolerance);
  return plan;
}

template <class Real>
EmbeddingTable<Real> fill_table(EmbeddingFunction& function, const TablePlan& plan, int padded) {
  constexpr bool hermite = sizeof(Real) == 8;
  EmbeddingTable<Real> table;
  const std::size_t cells = plan.counts.size(), n = static_cast<std::size_t>(plan.intervals());
  const double width = (plan.upper - plan.lower) / static_cast<double>(cells);
  table.lower = plan.lower;
  table.upper = plan.upper;
  table.inverse_width = 1.0 / width;
  table.padded = padded;
  table.rows.assign(hermite ? (n + 1) * 3 * padded : n * 6 * padded, Real(0));
  Node a(function.width()), b(function.width()), scratch(function.width());
  a.set(function, plan.lower);
  std::size_t index = 0;
  const auto put_node = [&](std::size_t at, const Node& node) {
    for (int d = 0; d < 3; ++d)
      for (int m = 0; m < function.width(); ++m) table.rows[(at * 3 + d) * padded + m] = static_cast<Real>(node.f[d][m]);
  };
  for (std::size_t c = 0; c < cells; ++c) {
    const double start = plan.lower + static_cast<double>(c) * width, h = width / plan.counts[c];
    table.cells.push_back({static_cast<int>(index), static_cast<float>(plan.counts[c]), h});
    for (int k = 0; k < plan.counts[c]; ++k, ++index) {
      const double left = start + k * h;
      b.set(function, left + h);
      if (hermite) put_node(index, a);
      else
        for (int m = 0; m < function.width(); ++m) {
          double coefficient[6];
          quintic(a, b, h, m, coefficient);
          for (int d = 0; d < 6; ++d) table.rows[(index * 6 + d) * padded + m] = static_cast<Real>(coefficient[d]);
        }
      if (k % 4 == 1 || plan.counts[c] == 1) table.error = std::max(table.error, error_at(function, a, b, left, h, 0.28, scratch));
      std::swap(a.f, b.f);
    }
  }
  if (hermite) put_node(index, a);
  return table;
}

template EmbeddingTable<float> fill_table<float>(EmbeddingFunction&, const TablePlan&, int);
template EmbeddingTable<double> fill_table<double>(EmbeddingFunction&, const TablePlan&, int);

}  // namespace lamella
