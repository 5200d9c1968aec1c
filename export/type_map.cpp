#include "export/type_map.hpp"

#include <algorithm>

#include "base/error.hpp"

namespace lamella {

TypeMap TypeMap::from_structure(const Structure& structure) {
  TypeMap map;
  for (const FormulaTerm& term : formula_of(structure.elements)) map.elements_.push_back(term.element);
  return map;
}

TypeMap TypeMap::from_model(std::span<const std::string> model_types, const Structure& structure) {
  TypeMap map;
  std::string known;
  for (const std::string& name : model_types) {
    map.elements_.push_back(Element::from_symbol(name));
    known += (known.empty() ? "" : " ") + name;
  }
  for (const FormulaTerm& term : formula_of(structure.elements))
    if (std::find(map.elements_.begin(), map.elements_.end(), term.element) == map.elements_.end())
      fail_input({"model", "does not know an element of the stack", term.element.symbol(), known, "use a model trained for it"});
  return map;
}

int TypeMap::type_of(Element element) const {
  const auto place = std::find(elements_.begin(), elements_.end(), element);
  if (place == elements_.end()) fail_input({"type map", "no type for an element", element.symbol(), names(), ""});
  return static_cast<int>(place - elements_.begin()) + 1;
}

std::string TypeMap::names() const {
  std::string text;
  for (Element element : elements_) text += (text.empty() ? "" : " ") + element.symbol();
  return text;
}

}  // namespace lamella
