#pragma once
#include <charconv>
#include <string>
#include <string_view>
#include <vector>

#include "lattice/structure.hpp"

namespace lamella {

/// A growing text. Numbers are written with the fewest digits that read back to the same double (at most 17), so that no
/// reader gets another cell or position than the one in memory; ten times faster than printf.
class TextBuilder {
 public:
  explicit TextBuilder(std::size_t expected_bytes) { text_.reserve(expected_bytes); }

  TextBuilder& operator<<(std::string_view words) {
    text_.append(words);
    return *this;
  }
  TextBuilder& operator<<(char c) {
    text_.push_back(c);
    return *this;
  }
  TextBuilder& operator<<(double value) { return number(value); }
  TextBuilder& operator<<(long value) { return number(value); }
  TextBuilder& operator<<(int value) { return number(static_cast<long>(value)); }
  /// A number with blanks after it up to `width` characters, at least one: columns for people who read the file.
  TextBuilder& column(double value, std::size_t width) {
    const std::size_t start = text_.size();
    number(value);
    const std::size_t used = text_.size() - start;
    text_.append(used < width ? width - used : 1, ' ');
    return *this;
  }
  std::string take() { return std::move(text_); }

 private:
  template <class Number>
  TextBuilder& number(Number value) {
    char digits[32];
    const auto end = std::to_chars(digits, digits + sizeof digits, value);
    text_.append(digits, end.ptr);
    return *this;
  }
  std::string text_;
};

/// A title on one line, without the characters that end a quoted value in extended XYZ or CIF.
std::string one_line(std::string_view title);
/// A name as one word: blanks become underscores.
std::string one_word(std::string_view name);
/// Symbols by atomic number, looked up once per element rather than once per atom.
std::vector<std::string> symbol_table(const Structure& structure);
/// Throws Error (while_running) naming the first atom whose position is not finite, and Error (bad_input) for arrays of
/// different lengths: a file with NaN in it is worse than no file.
void check_writable(const Structure& structure, const std::string& what);

}  // namespace lamella
