#include "observe/voids.hpp"

#include <CGAL/Delaunay_triangulation_3.h>
#include <CGAL/Delaunay_triangulation_cell_base_3.h>
#include <CGAL/Exact_predicates_inexact_constructions_kernel.h>
#include <CGAL/Triangulation_vertex_base_with_info_3.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>
#include <tuple>

#include "base/error.hpp"
#include "lattice/neighbours.hpp"

namespace lamella {
namespace {

using Kernel = CGAL::Exact_predicates_inexact_constructions_kernel;
using Vertex = CGAL::Triangulation_vertex_base_with_info_3<int, Kernel>;  // info: the atom, or -1 for an image
using Delaunay = CGAL::Delaunay_triangulation_3<Kernel, CGAL::Triangulation_data_structure_3<Vertex, CGAL::Delaunay_triangulation_cell_base_3<Kernel>>>;
using Point = Kernel::Point_3;

Vec3 vec(const Point& p) { return {p.x(), p.y(), p.z()}; }

/// The points in the cell and all their images within `margin` of it.
Delaunay triangulate(const Cell& cell, const std::vector<Cartesian>& points, double margin) {
  const Vec3 heights = cell.heights();
  std::array<double, 3> border{};
  std::array<int, 3> reach{};
  for (int k = 0; k < 3; ++k) {
    border[k] = margin / heights[k];
    reach[k] = static_cast<int>(std::ceil(border[k]));
  }
  std::vector<std::pair<Point, int>> all;
  for (int x = -reach[0]; x <= reach[0]; ++x)
    for (int y = -reach[1]; y <= reach[1]; ++y)
      for (int z = -reach[2]; z <= reach[2]; ++z)
        for (std::size_t i = 0; i < points.size(); ++i) {
          const Fractional f = cell.to_fractional(points[i]) + Fractional(x, y, z);
          bool near = true;
          for (int k = 0; k < 3; ++k) near = near && f[k] >= -border[k] && f[k] < 1.0 + border[k];
          if (!near) continue;
          const Cartesian r = cell.to_cartesian(f);
          all.emplace_back(Point(r.x(), r.y(), r.z()), x == 0 && y == 0 && z == 0 ? static_cast<int>(i) : -1);
        }
  return Delaunay(all.begin(), all.end());
}

/// Centre and radius of a cell's empty sphere.
std::pair<Vec3, double> empty_sphere(const Delaunay& delaunay, Delaunay::Cell_handle cell) {
  const Vec3 centre = vec(delaunay.dual(cell));
  return {centre, (vec(cell->vertex(0)->point()) - centre).norm()};
}

/// The widest empty sphere at any of the cell's own points; infinite where the images do not surround one.
double widest_sphere(const Delaunay& delaunay) {
  double widest = 0.0;
  for (auto v = delaunay.finite_vertices_begin(); v != delaunay.finite_vertices_end(); ++v) {
    if (v->info() < 0) continue;
    std::vector<Delaunay::Cell_handle> cells;
    delaunay.incident_cells(v, std::back_inserter(cells));
    for (const Delaunay::Cell_handle c : cells)
      widest = std::max(widest, delaunay.is_infinite(c) ? std::numeric_limits<double>::infinity() : empty_sphere(delaunay, c).second);
  }
  return widest;
}

/// Volume of a point's Voronoi cell: a pyramid over each of its faces, whose corners are the centres around a Delaunay edge.
double voronoi_volume(const Delaunay& delaunay, Delaunay::Vertex_handle vertex) {
  std::vector<Delaunay::Edge> edges;
  delaunay.finite_incident_edges(vertex, std::back_inserter(edges));
  const Vec3 site = vec(vertex->point());
  double volume = 0.0;
  for (const Delaunay::Edge& edge : edges) {
    std::vector<Vec3> corners;
    Delaunay::Cell_circulator at = delaunay.incident_cells(edge), begin = at;
    do corners.push_back(vec(delaunay.dual(at)) - site);
    while (++at != begin);
    double six = 0.0;
    for (std::size_t k = 1; k + 1 < corners.size(); ++k) six += corners[0].dot(corners[k].cross(corners[k + 1]));
    volume += std::abs(six) / 6.0;
  }
  return volume;
}

/// Empty spheres above the probe, largest first; one whose centre lies in a larger one (its own image included) adds nothing.
void collect_voids(const Delaunay& delaunay, const Cell& cell, double probe, VoronoiReport& report) {
  std::vector<Void> found;
  double volume = 0.0;
  for (auto c = delaunay.finite_cells_begin(); c != delaunay.finite_cells_end(); ++c) {
    // Of all images of a tetrahedron, the share of those whose corners lie in the cell adds up to one: four corners, a quarter each.
    int own = 0;
    for (int k = 0; k < 4; ++k) own += c->vertex(k)->info() >= 0;
    if (own == 0) continue;
    const auto [centre, radius] = empty_sphere(delaunay, c);
    if (radius <= probe) continue;
    volume += 0.25 * own * std::abs(delaunay.tetrahedron(c).volume());
    found.push_back({cell.wrapped(Cartesian(centre)), radius});
  }
  report.void_share = volume / cell.volume();
  std::sort(found.begin(), found.end(), [](const Void& p, const Void& q) {
    return std::tuple(-p.radius, p.centre.x(), p.centre.y(), p.centre.z()) < std::tuple(-q.radius, q.centre.x(), q.centre.y(), q.centre.z());
  });
  if (found.empty()) return;
  std::vector<Cartesian> centres;
  for (const Void& v : found) centres.push_back(v.centre);
  const NeighbourGrid grid(cell, centres, found.front().radius);
  std::vector<char> kept(found.size(), 0);
  std::vector<Neighbour> near;
  for (std::size_t i = 0; i < found.size(); ++i) {
    grid.around_point(found[i].centre, near);
    kept[i] = std::none_of(near.begin(), near.end(), [&](const Neighbour& n) {
      return static_cast<std::size_t>(n.index) < i && kept[n.index] && n.distance < found[n.index].radius;
    });
    if (kept[i]) report.voids.push_back(found[i]);
  }
}

}  // namespace

VoronoiReport voronoi(const Cell& cell, std::span<const Cartesian> points, double probe) {
  if (points.empty()) fail_input({"voronoi", "no points", "", "at least one", ""});
  std::vector<Cartesian> wrapped;
  for (const Cartesian& p : points) wrapped.push_back(cell.wrapped(p));
  // A sphere that touches one of the cell's points reaches at most two radii out of the cell: the images must go that far.
  double margin = 2.5 * std::cbrt(cell.volume() / static_cast<double>(points.size()));
  Delaunay delaunay = triangulate(cell, wrapped, margin);
  for (double widest = widest_sphere(delaunay); 2.0 * widest > margin; widest = widest_sphere(delaunay)) {
    margin = std::isfinite(widest) ? std::max(2.1 * widest, 1.3 * margin) : 1.6 * margin;
    delaunay = triangulate(cell, wrapped, margin);
  }
  VoronoiReport report;
  report.volumes.assign(points.size(), -1.0);
  for (auto v = delaunay.finite_vertices_begin(); v != delaunay.finite_vertices_end(); ++v)
    if (v->info() >= 0) report.volumes[v->info()] = voronoi_volume(delaunay, v);
  for (std::size_t i = 0; i < points.size(); ++i)
    if (report.volumes[i] < 0.0) fail_input({"voronoi", "two points at one place", "point " + std::to_string(i), "", ""});
  collect_voids(delaunay, cell, probe, report);
  return report;
}

}  // namespace lamella
