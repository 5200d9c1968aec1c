#pragma once
#include <vector>

#include "runner/deep_potential/embedding_function.hpp"

namespace lamella {

/// One embedding net as piecewise quintics of s, in the layout of the kernels. The range is cut into cells of equal width,
/// each cell into as many equal intervals as the wanted accuracy asks for: near saturation few, where the net bends many.
///
/// double: nodes [f, f', f''][padded width], an interval is two neighbouring nodes (quintic Hermite, twice continuously differentiable,
/// half the memory of coefficients). float: six coefficients [c0 .. c5][padded width] of the same polynomial per interval,
/// because (f1 - f0)/h of rounded floats would lose digits.
template <class Real>
struct EmbeddingTable {
  struct Cell {
    int first = 0;         // interval (float) or node (double) of its left end
    float count = 1;       // intervals in the cell
    double spacing = 1.0;  // of s
  };
  double lower = 0.0, upper = 0.0, inverse_width = 0.0;  ///< range of s, 1 / cell width
  std::vector<Cell> cells;
  int padded = 0;                ///< channels, in whole vectors
  std::vector<Real> rows;
  double error = 0.0;            ///< largest error of G and dG/ds seen between the nodes, against the function it was made from
  std::size_t bytes() const { return rows.size() * sizeof(Real) + cells.size() * sizeof(Cell); }
};

/// How finely each cell must be cut, found before any table is filled so that the sizes of all tables are known.
struct TablePlan {
  double lower = 0.0, upper = 0.0;
  std::vector<int> counts;           ///< intervals per cell
  std::vector<double> error;         ///< of G or dG/ds at `probe_count` intervals per cell
  bool exact_nodes = false;          ///< a compressed file's own nodes: nothing is lost
  long intervals() const;
};

/// Looks at the function over [lower, upper]; `tolerance` is for the larger of the errors of G and dG/ds. Where the
/// function is a compressed file's table and `own_nodes`, its nodes are taken as they are (the range becomes the table's).
TablePlan plan_table(EmbeddingFunction& function, double lower, double upper, double tolerance, bool own_nodes = true);
/// The same plan for another tolerance, from the errors seen.
void replan(TablePlan& plan, double tolerance);

template <class Real>
EmbeddingTable<Real> fill_table(EmbeddingFunction& function, const TablePlan& plan, int padded);

}  // namespace lamella
