#include <fmt/format.h>

#include <cmath>

#include "base/error.hpp"
#include "export/structure_files.hpp"
#include "export/text.hpp"

namespace lamella {
namespace {

/// LAMMPS wants a along x and b in the xy plane; what rounding left there (below 1e-9 A) is dropped.
void check_restricted(const Mat3& rows) {
  for (const auto& [i, k, what] : {std::tuple{0, 1, "a_y"}, {0, 2, "a_z"}, {1, 2, "b_z"}})
    if (std::abs(rows(i, k)) > 1e-9)
      fail_input({"LAMMPS data", fmt::format("the cell is not in LAMMPS's form: {} is not zero", what), fmt::format("{:.6g} A", rows(i, k)),
                  "a = (lx, 0, 0), b = (xy, ly, 0), c = (xz, yz, lz)", "rotate the structure first"});
  for (int i = 0; i < 3; ++i)
    if (!(rows(i, i) > 0.0)) fail_input({"LAMMPS data", "a box length is not positive", fmt::format("{:.6g} A", rows(i, i)), "> 0", "rotate the structure first"});
}

/// A tilt that rounding carried just past half the box (a = b at 60 or 120 degrees) is put back onto the limit, which
/// every LAMMPS takes without `box tilt large`.
double within_limit(double tilt, double length) {
  const double limit = 0.5 * length;
  return std::abs(tilt) > limit && std::abs(tilt) < limit * (1.0 + 1e-12) ? std::copysign(limit, tilt) : tilt;
}

}  // namespace

std::string lammps_data_text(const Structure& structure, const TypeMap& types, const std::string& title) {
  check_writable(structure, "LAMMPS data");
  const Mat3& rows = structure.cell.rows();
  check_restricted(rows);
  const double lx = rows(0, 0), ly = rows(1, 1), lz = rows(2, 2);
  const double xy = within_limit(rows(1, 0), lx), xz = within_limit(rows(2, 0), lx), yz = within_limit(rows(2, 1), ly);
  const bool skewed = std::abs(xy) > 0.5 * lx || std::abs(xz) > 0.5 * lx || std::abs(yz) > 0.5 * ly;
  std::vector<int> type(256, 0);
  for (const FormulaTerm& term : formula_of(structure.elements)) type[term.element.number()] = types.type_of(term.element);

  TextBuilder text(structure.size() * 80 + 1000);
  text << "# " << one_line(title) << (skewed ? " (tilted past half a box length: say 'box tilt large' before read_data)" : "") << "\n\n";
  text << static_cast<long>(structure.size()) << " atoms\n" << static_cast<long>(types.size()) << " atom types\n\n";
  text << "0 " << lx << " xlo xhi\n0 " << ly << " ylo yhi\n0 " << lz << " zlo zhi\n" << xy << ' ' << xz << ' ' << yz << " xy xz yz\n";
  text << "\nMasses\n\n";
  for (std::size_t k = 0; k < types.size(); ++k)
    text << static_cast<long>(k + 1) << ' ' << types.elements()[k].mass() << " # " << types.elements()[k].symbol() << '\n';
  text << "\nAtoms # atomic\n\n";
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const Cartesian& r = structure.positions[i];
    text << static_cast<long>(i + 1) << ' ' << type[structure.elements[i].number()] << ' ';
    text.column(r.x(), 20).column(r.y(), 20) << r.z() << '\n';
  }
  return text.take();
}

}  // namespace lamella
