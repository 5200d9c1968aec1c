#include "builder/audit.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>

#include "base/error.hpp"
#include "lattice/closest_pairs.hpp"

namespace lamella {

namespace {

constexpr double reach = 6.0;  // A: every element pair of a solid is found within it

std::string atom_label(const Structure& structure, std::size_t i) {
  return fmt::format("{} (id {}, layer {})", structure.elements[i].symbol(), i + 1, structure.layer_names[static_cast<std::size_t>(structure.layer_of[i])]);
}

std::map<std::pair<std::string, std::string>, double> shortest_distances(const Structure& structure) {
  std::map<std::pair<std::string, std::string>, double> shortest;
  for (const ClosestPair& pair : closest_pairs(structure, reach)) {
    if (const double allowed = shortest_allowed(pair.a, pair.b); pair.distance < allowed)
      fail_run({"audit", fmt::format("{} and {} overlap", atom_label(structure, static_cast<std::size_t>(pair.i)), atom_label(structure, static_cast<std::size_t>(pair.j))),
                fmt::format("{:.3f} A", pair.distance), fmt::format("{:.3f} A and more", allowed), "widen cell.gap, or choose another termination or registry"});
    std::string a = pair.a.symbol(), b = pair.b.symbol();
    if (b < a) std::swap(a, b);
    shortest[{a, b}] = pair.distance;
  }
  return shortest;
}

/// Gaps as the atoms have them: from the topmost atom of a layer to the lowest of the next, images of the cell included.
std::vector<Seam> measured_seams(const Assembled& assembled) {
  const Structure& structure = assembled.structure;
  const std::size_t layers = structure.layer_names.size();
  const double height = structure.cell.c().z();
  std::vector<double> low(layers, std::numeric_limits<double>::infinity()), high(layers, -std::numeric_limits<double>::infinity());
  for (std::size_t i = 0; i < structure.size(); ++i) {
    const auto l = static_cast<std::size_t>(structure.layer_of[i]);
    const double z = structure.positions[i].z();
    low[l] = std::min(low[l], z);
    high[l] = std::max(high[l], z);
  }
  std::vector<Seam> seams = assembled.seams;
  for (std::size_t l = 0; l < layers; ++l) {
    const bool last = l + 1 == layers;
    seams[l].gap = (last ? low[0] + height : low[l + 1]) - high[l];
  }
  return seams;
}

}  // namespace

double shortest_allowed(Element a, Element b) {
  const bool hydrogen = a.number() == 1 || b.number() == 1;
  const double radii = 0.6 * (a.covalent_radius() + b.covalent_radius());
  return hydrogen ? radii : std::max(1.2, std::min(radii, 1.6));
}

long formal_charge(const std::vector<Element>& elements) {
  long charge = 0;
  for (Element element : elements) charge += common_charge(element);
  return charge;
}

Audit audit_stack(const Assembled& assembled) {
  const Structure& structure = assembled.structure;
  Audit audit;
  audit.atoms = static_cast<long>(structure.size());
  audit.volume = structure.cell.volume();
  if (!(structure.cell.rows().determinant() > 0.0)) fail_run({"audit", "left-handed cell", fmt::format("{}", structure.cell.rows().determinant()), "above 0", "please report this"});
  audit.min_distance = shortest_distances(structure);
  audit.net_charge = static_cast<double>(formal_charge(structure.elements));
  audit.seams = measured_seams(assembled);
  for (std::size_t l = 0; l < audit.seams.size(); ++l)
    if (const Seam& seam = audit.seams[l]; std::abs(seam.gap - assembled.seams[l].gap) > 1e-6)
      fail_run({"audit", fmt::format("seam {} | {} is not as asked", seam.lower, seam.upper), fmt::format("{:.6f} A", seam.gap),
                fmt::format("{:.6f} A", assembled.seams[l].gap), "please report this"});
  return audit;
}

}  // namespace lamella
