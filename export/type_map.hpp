// export: files other programs read. One header, one source, one test per format; everything goes through one TypeMap.
#pragma once
#include <span>
#include <string>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// The one element-to-type map: the model's type_map where one is given, else order of first appearance in the stack.
/// The same map drives data file, pair_coeff, POSCAR, POTCAR.spec and the embedded run.
class TypeMap {
 public:
  /// Order of first appearance.
  static TypeMap from_structure(const Structure& structure);
  /// A model's type map; throws Error (bad_input) when `structure` holds an element the model lacks, naming it.
  static TypeMap from_model(std::span<const std::string> model_types, const Structure& structure);

  const std::vector<Element>& elements() const { return elements_; }
  std::size_t size() const { return elements_.size(); }
  /// 1-based LAMMPS type. Throws Error (bad_input) for an element outside the map.
  int type_of(Element element) const;
  /// "Li Co O P S Cl F": what follows `pair_coeff * *`.
  std::string names() const;

 private:
  std::vector<Element> elements_;
};

}  // namespace lamella
