#include "lattice/cif.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <gemmi/cif.hpp>
#include <gemmi/numb.hpp>
#include <gemmi/small.hpp>
#include <gemmi/symmetry.hpp>

#include "base/error.hpp"

namespace lamella {
namespace {

namespace cif = gemmi::cif;

/// Copies of one site closer than this (A) are one position; CIF's four decimals leave up to 0.005 A in a large cell.
constexpr double same_position = 0.1;
constexpr std::size_t most_sites = 200000;

/// A block with the file's name, so that every complaint can name the line.
struct Reader {
  cif::Block& block;
  const std::string& name;

  [[noreturn]] void fail(int line, const std::string& what, const std::string& got = "", const std::string& allowed = "") const {
    fail_input({line > 0 ? fmt::format("{} line {}", name, line) : name, what, got.empty() ? "" : "'" + got.substr(0, 60) + "'", allowed, ""});
  }
  int line_of(const std::string& tag) const {
    for (const cif::Item& item : block.items) {
      if (item.type == cif::ItemType::Pair && gemmi::to_lower(item.pair[0]) == gemmi::to_lower(tag)) return item.line_number;
      if (item.type == cif::ItemType::Loop && item.loop.find_tag(tag) >= 0) return item.line_number;
    }
    return 0;
  }
  double number(const std::string& tag, const std::string& raw) const {
    const double value = cif::as_number(raw);
    if (!std::isfinite(value)) fail(line_of(tag), tag + " is not a number", raw);
    return value;
  }
};

Cell cell_of(const Reader& reader) {
  double values[6];
  const char* tags[6] = {"_cell_length_a", "_cell_length_b", "_cell_length_c", "_cell_angle_alpha", "_cell_angle_beta", "_cell_angle_gamma"};
  for (int i = 0; i < 6; ++i) {
    const std::string* raw = reader.block.find_value(tags[i]);
    if (!raw) reader.fail(0, fmt::format("has no {}", tags[i]));
    values[i] = reader.number(tags[i], *raw);
    if (i < 3 && !(values[i] >= 0.5 && values[i] <= 1000.0)) reader.fail(reader.line_of(tags[i]), fmt::format("{} out of range", tags[i]), *raw, "0.5 to 1000 A");
  }
  try {
    return Cell::from_parameters(values[0], values[1], values[2], values[3], values[4], values[5]);
  } catch (const Error& error) {
    reader.fail(reader.line_of(tags[3]), error.text().what, error.text().got);
  }
}

std::vector<gemmi::Op> listed_operations(const Reader& reader) {
  std::vector<gemmi::Op> operations;
  for (const char* tag : {"_space_group_symop_operation_xyz", "_space_group_symop.operation_xyz", "_symmetry_equiv_pos_as_xyz"}) {
    for (const std::string& raw : reader.block.find_values(tag)) {
      const std::string triplet = cif::as_string(raw);
      try {
        gemmi::Op op = gemmi::parse_triplet(triplet);
        if (std::abs(op.det_rot()) != gemmi::Op::DEN * gemmi::Op::DEN * gemmi::Op::DEN) throw std::runtime_error("");
        operations.push_back(op);
      } catch (const std::exception&) {
        reader.fail(reader.line_of(tag), "not a symmetry operation", triplet, "such as -x,y+1/2,z");
      }
      if (operations.size() > 1000) reader.fail(reader.line_of(tag), "more symmetry operations than any space group has");
    }
    if (!operations.empty()) break;
  }
  return operations;
}

std::vector<gemmi::Op> operations_of(const Reader& reader, const Cell& cell) {
  std::vector<gemmi::Op> operations = listed_operations(reader);
  if (!operations.empty()) return operations;
  auto all = [](const gemmi::GroupOps& group) { return group.all_ops_sorted(); };
  const auto value = [&](const char* tag) {
    const std::string* raw = reader.block.find_value(tag);
    return raw && !cif::is_null(*raw) ? cif::as_string(*raw) : std::string{};
  };
  for (const char* tag : {"_space_group_name_Hall", "_symmetry_space_group_name_Hall"})
    if (const std::string hall = value(tag); !hall.empty()) {
      try {
        return all(gemmi::symops_from_hall(hall.c_str()));
      } catch (const std::exception&) {
        reader.fail(reader.line_of(tag), "not a Hall symbol", hall);
      }
    }
  const auto parameters = cell.parameters();
  for (const char* tag : {"_space_group_name_H-M_alt", "_symmetry_space_group_name_H-M", "_space_group_name_H-M"})
    if (const std::string symbol = value(tag); !symbol.empty()) {
      const gemmi::SpaceGroup* group = gemmi::find_spacegroup_by_name(symbol, parameters[3], parameters[5]);
      if (!group) reader.fail(reader.line_of(tag), "unknown space group", symbol, "Hermann-Mauguin symbols as in International Tables");
      return all(group->operations());
    }
  for (const char* tag : {"_space_group_IT_number", "_symmetry_Int_Tables_number"})
    if (const std::string number = value(tag); !number.empty()) {
      const double n = cif::as_number(number);
      const gemmi::SpaceGroup* group = n >= 1 && n <= 230 ? gemmi::find_spacegroup_by_number(static_cast<int>(n)) : nullptr;
      if (!group) reader.fail(reader.line_of(tag), "unknown space group", number, "1 to 230");
      return all(group->operations());
    }
  return {gemmi::Op::identity()};
}

/// "Li1+", "O2-", "Co3+", "Cl_1": the element in front.
Element element_of(const Reader& reader, const std::string& type, const std::string& label) {
  for (const std::string& text : {type, label}) {
    std::size_t letters = 0;
    while (letters < text.size() && letters < 2 && std::isalpha(static_cast<unsigned char>(text[letters]))) ++letters;
    for (std::size_t n = letters; n >= 1; --n) {
      if (n == 2 && &text != &type && std::isupper(static_cast<unsigned char>(text[1]))) continue;  // label "OW": O, not an element Ow
      const gemmi::El el = gemmi::find_element(text.substr(0, n).c_str());
      if (el != gemmi::El::X && el != gemmi::El::D && el != gemmi::El::END) return Element(static_cast<unsigned char>(el));
    }
  }
  reader.fail(reader.line_of("_atom_site_label"), "unknown element of site " + label, type);
}

struct ListedSite {
  Fractional position;
  Element element;
  double occupancy;
  std::string label;
};

std::vector<ListedSite> listed_sites(const Reader& reader) {
  std::vector<ListedSite> sites;
  cif::Table table = reader.block.find("_atom_site_", {"fract_x", "fract_y", "fract_z", "?label", "?type_symbol", "?occupancy"});
  if (!table.ok()) reader.fail(0, "has no loop with _atom_site_fract_x, _y, _z");
  for (auto row : table) {
    const std::string label = row.has2(3) ? row.str(3) : "", type = row.has2(4) ? row.str(4) : "";
    ListedSite site;
    for (int k = 0; k < 3; ++k) {
      const double x = cif::as_number(row[k]);
      if (!(std::abs(x) < 1000.0)) reader.fail(reader.line_of("_atom_site_fract_x"), "site " + label + ": not a fractional coordinate", row[k]);
      site.position[k] = x;
    }
    site.element = element_of(reader, type, label);
    site.occupancy = row.has2(5) ? reader.number("_atom_site_occupancy", row[5]) : 1.0;
    if (!(site.occupancy >= 0.0 && site.occupancy <= 1.001)) reader.fail(reader.line_of("_atom_site_occupancy"), "site " + label + ": occupancy out of range", row[5], "0 to 1");
    if (site.occupancy > 0.999) site.occupancy = 1.0;
    site.label = label.empty() ? fmt::format("{}{}", site.element.symbol(), sites.size() + 1) : label;
    if (site.occupancy > 1e-6) sites.push_back(site);
  }
  if (sites.empty()) reader.fail(reader.line_of("_atom_site_fract_x"), "no atoms");
  return sites;
}

double distance(const Cell& cell, const Fractional& p, const Fractional& q) {
  Vec3 d = q.vec() - p.vec();
  for (int k = 0; k < 3; ++k) d[k] -= std::round(d[k]);
  return cell.to_cartesian(Fractional(d)).norm();
}

/// Adds a share to the site; the same element twice at one place adds up.
void add_share(AverageSite& site, Element element, double occupancy) {
  for (auto& share : site.shares)
    if (share.element == element) {
      share.occupancy += occupancy;
      return;
    }
  site.shares.push_back({element, occupancy});
  std::sort(site.shares.begin(), site.shares.end(), [](const auto& a, const auto& b) { return a.element < b.element; });
}

/// Every symmetry copy of every listed site; sites of several labels at one place become one with shares.
std::vector<AverageSite> expanded(const Reader& reader, const Cell& cell, const std::vector<gemmi::Op>& operations, const std::vector<ListedSite>& listed) {
  std::vector<AverageSite> sites;
  if (listed.size() * operations.size() > most_sites) reader.fail(reader.line_of("_atom_site_fract_x"), "too many sites", fmt::format("{}", listed.size() * operations.size()), fmt::format("up to {}", most_sites));
  int orbits = 0;
  for (const ListedSite& site : listed) {
    std::vector<Fractional> copies;
    for (const gemmi::Op& op : operations) {
      const auto image = op.apply_to_xyz({{site.position.x(), site.position.y(), site.position.z()}});
      const Fractional p(wrapped_unit(image[0]), wrapped_unit(image[1]), wrapped_unit(image[2]));
      if (std::none_of(copies.begin(), copies.end(), [&](const Fractional& q) { return distance(cell, p, q) < same_position; })) copies.push_back(p);
    }
    auto there = [&](const Fractional& p) {
      return std::find_if(sites.begin(), sites.end(), [&](const AverageSite& s) { return distance(cell, p, s.position) < same_position; });
    };
    if (const auto host = there(copies[0]); host != sites.end()) {  // shares the positions of an orbit before it
      for (const Fractional& p : copies) {
        const auto s = there(p);
        if (s == sites.end()) reader.fail(reader.line_of("_atom_site_fract_x"), "two sites share some positions but not all of them", site.element.symbol());
        add_share(*s, site.element, site.occupancy);
      }
      continue;
    }
    for (const Fractional& p : copies) sites.push_back({p, {{site.element, site.occupancy}}, orbits, site.label});
    ++orbits;
  }
  for (AverageSite& site : sites) {
    double sum = 0.0;
    for (const auto& share : site.shares) sum += share.occupancy;
    if (sum > 1.01)
      reader.fail(reader.line_of("_atom_site_fract_x"), fmt::format("a position holds more than one atom ({} ...)", site.shares[0].element.symbol()), fmt::format("{:.3f}", sum), "a sum of occupancies up to 1");
    if (sum > 1.0)
      for (auto& share : site.shares) share.occupancy /= sum;
  }
  return sites;
}

std::map<Element, double> charges_of(const Reader& reader) {
  std::map<Element, double> charges;
  for (auto row : reader.block.find({"_atom_type_symbol", "_atom_type_oxidation_number"}))
    if (!cif::is_null(row[1])) charges[element_of(reader, row.str(0), row.str(0))] = reader.number("_atom_type_oxidation_number", row[1]);
  return charges;
}

/// loop_ _lamella_elastic_i _lamella_elastic_j _lamella_elastic_GPa: the upper triangle, Voigt; what is not named is zero.
std::optional<Eigen::Matrix<double, 6, 6>> stiffness_of(const Reader& reader) {
  auto table = reader.block.find({"_lamella_elastic_i", "_lamella_elastic_j", "_lamella_elastic_GPa"});
  if (!table.ok() || table.length() == 0) return std::nullopt;
  Eigen::Matrix<double, 6, 6> c = Eigen::Matrix<double, 6, 6>::Zero();
  for (auto row : table) {
    const double i = reader.number("_lamella_elastic_i", row[0]), j = reader.number("_lamella_elastic_j", row[1]);
    if (!(i >= 1 && i <= 6 && j >= 1 && j <= 6)) reader.fail(reader.line_of("_lamella_elastic_i"), "a Voigt index is out of range", row[0], "1 to 6");
    c(static_cast<int>(i) - 1, static_cast<int>(j) - 1) = c(static_cast<int>(j) - 1, static_cast<int>(i) - 1) = reader.number("_lamella_elastic_GPa", row[2]);
  }
  if (Eigen::LLT<Eigen::Matrix<double, 6, 6>>(c).info() != Eigen::Success) reader.fail(reader.line_of("_lamella_elastic_i"), "the elastic constants are not those of a stable crystal");
  return c;
}

}  // namespace

AverageCrystal parse_cif(const std::string& text, const std::string& name) {
  cif::Document document;
  try {
    document = cif::read_memory(text.data(), text.size(), name.c_str());
  } catch (const std::exception& error) {  // "name:line:column(byte): what"
    std::string what = error.what(), where = name;
    if (what.rfind(name + ":", 0) == 0) {
      what = what.substr(name.size() + 1);
      const std::size_t digits = what.find_first_not_of("0123456789");
      if (digits != std::string::npos && digits > 0) {
        where += " line " + what.substr(0, digits);
        const std::size_t rest = what.find(": ");
        what = rest == std::string::npos ? what.substr(digits) : what.substr(rest + 2);
      }
    }
    fail_input({where, "not a CIF: " + what, "", "", ""});
  }
  for (cif::Block& block : document.blocks) {
    const Reader reader{block, name};
    if (!block.find_values("_atom_site_fract_x") && !block.find_value("_cell_length_a")) continue;
    AverageCrystal crystal;
    crystal.cell = cell_of(reader);
    const auto listed = listed_sites(reader);
    crystal.sites = expanded(reader, crystal.cell, operations_of(reader, crystal.cell), listed);
    crystal.charges = charges_of(reader);
    crystal.stiffness = stiffness_of(reader);
    return crystal;
  }
  fail_input({name, "holds no crystal", "", "a data block with _cell_length_a and _atom_site_fract_x", ""});
}

}  // namespace lamella
