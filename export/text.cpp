#include "export/text.hpp"

#include <fmt/format.h>
#include <sys/mman.h>

#include <algorithm>
#include <cctype>
#include <cstdint>

#include "base/error.hpp"

namespace lamella {

TextBuilder::TextBuilder(std::size_t expected_bytes) {
  text_.reserve(expected_bytes);
  // Tens of MB are first touched here: in pages of 2 MB where the system offers them. It may refuse; nothing depends on it.
  constexpr std::size_t page = std::size_t(1) << 21;
  const auto begin = (reinterpret_cast<std::uintptr_t>(text_.data()) + page - 1) / page * page;
  const auto end = (reinterpret_cast<std::uintptr_t>(text_.data()) + text_.capacity()) / page * page;
  if (end > begin) ::madvise(reinterpret_cast<void*>(begin), end - begin, MADV_HUGEPAGE);
}

std::string one_line(std::string_view title) {
  std::string text(title);
  for (char& c : text) {
    if (static_cast<unsigned char>(c) < 32) c = ' ';
    if (c == '"' || c == '{' || c == '}' || c == '\\') c = '\'';
  }
  const std::size_t last = text.find_last_not_of(' ');
  text.resize(last == std::string::npos ? 0 : last + 1);
  return text;
}

std::string one_word(std::string_view name) {
  std::string text = one_line(name);
  std::replace_if(text.begin(), text.end(), [](unsigned char c) { return std::isspace(c) || c == '\''; }, '_');
  return text.empty() ? "_" : text;
}

std::vector<std::string> symbol_table(const Structure& structure) {
  std::vector<std::string> symbols(256);
  for (const FormulaTerm& term : formula_of(structure.elements)) symbols[term.element.number()] = term.element.symbol();
  return symbols;
}

void check_writable(const Structure& structure, const std::string& what) {
  const std::size_t n = structure.size();
  if (structure.positions.size() != n || (!structure.layer_of.empty() && structure.layer_of.size() != n))
    fail_input({what, "elements, positions and layers differ in number", fmt::format("{}, {}, {}", n, structure.positions.size(), structure.layer_of.size()), "", ""});
  for (std::size_t i = 0; i < n; ++i)
    if (!structure.positions[i].vec().allFinite())
      fail_run({what, "a position is not a number", fmt::format("atom {} ({})", i + 1, structure.elements[i].symbol()), "", "nothing was written"});
  const auto layers = static_cast<int>(structure.layer_names.size());
  for (int layer : structure.layer_of)
    if (layer < 0 || layer >= layers) fail_input({what, "an atom belongs to no layer", std::to_string(layer), fmt::format("0 to {}", layers - 1), ""});
}

}  // namespace lamella
