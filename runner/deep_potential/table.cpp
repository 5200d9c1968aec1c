#include "runner/deep_potential/table.hpp"

#include <algorithm>
#include <cmath>

namespace lamella {

namespace {

struct Place {
  long row;
  double dx;      // inside the row's interval
  double beyond;  // how far past an end of the table, 0 inside
};

Place locate(const DeepPotentialModel::Table& table, double s) {
  const long rows = static_cast<long>(table.data.size()) / (6L * table.width);
  const long first = static_cast<long>((table.upper - table.lower) / table.stride1);
  if (s < table.lower) return {0, 0.0, s - table.lower};
  if (s < table.upper) {
    const long row = std::min(static_cast<long>((s - table.lower) / table.stride1), rows - 1);
    return {row, s - (row * table.stride1 + table.lower), 0.0};
  }
  if (s < table.max) {
    const long row = std::min(first + static_cast<long>((s - table.upper) / table.stride2), rows - 1);
    return {row, s - ((row - first) * table.stride2 + table.upper), 0.0};
  }
  const long row = rows - 1;
  return {row, table.max - ((row - first) * table.stride2 + table.upper), s - table.max};
}

}  // namespace

long table_rows(const DeepPotentialModel::Table& table) {
  return static_cast<long>((table.upper - table.lower) / table.stride1) + static_cast<long>((table.max - table.upper) / table.stride2);
}

bool look_up(const DeepPotentialModel::Table& table, double s, std::span<double> value, std::span<double> slope) {
  const Place place = locate(table, s);
  const double x = place.dx;
  const double* a = table.data.data() + static_cast<std::size_t>(place.row) * table.width * 6;
  for (int m = 0; m < table.width; ++m, a += 6) {
    slope[m] = a[1] + (2 * a[2] + (3 * a[3] + (4 * a[4] + 5 * a[5] * x) * x) * x) * x;
    value[m] = a[0] + (a[1] + (a[2] + (a[3] + (a[4] + a[5] * x) * x) * x) * x) * x + slope[m] * place.beyond;
  }
  return s < table.max;
}

}  // namespace lamella
