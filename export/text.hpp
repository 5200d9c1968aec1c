#pragma once
#include <algorithm>
#include <charconv>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#include "export/shortest_decimal.hpp"
#include "lattice/structure.hpp"

namespace lamella {

/// A growing text. Numbers are written with the fewest digits that read back to the same double (at most 17), so that no
/// reader gets another cell or position than the one in memory. Characters gather in a small buffer that stays in the nearest cache.
class TextBuilder {
 public:
  explicit TextBuilder(std::size_t expected_bytes);
  TextBuilder(const TextBuilder&) = delete;
  TextBuilder& operator=(const TextBuilder&) = delete;

  TextBuilder& operator<<(std::string_view words) {
    if (words.size() > longest) {
      flush();
      text_.append(words);
      return *this;
    }
    make_room();
    std::memcpy(at_, words.data(), words.size());
    at_ += words.size();
    return *this;
  }
  TextBuilder& operator<<(char c) {
    make_room();
    *at_++ = c;
    return *this;
  }
  TextBuilder& operator<<(double value) {
    make_room();
    at_ = write_shortest(at_, value);
    return *this;
  }
  TextBuilder& operator<<(long value) {
    make_room();
    at_ = std::to_chars(at_, at_ + 24, value).ptr;
    return *this;
  }
  TextBuilder& operator<<(int value) { return *this << static_cast<long>(value); }
  /// A number with blanks after it up to `width` characters (at most 32), at least one: columns for people who read the file.
  TextBuilder& column(double value, std::size_t width) {
    make_room();
    char* const start = at_;
    at_ = write_shortest(at_, value);
    std::memset(at_, ' ', 32);
    at_ = std::max(at_ + 1, start + width);
    return *this;
  }
  std::string take() {
    flush();
    return std::move(text_);
  }

 private:
  static constexpr std::size_t longest = 128;  // of what is copied into the buffer at once
  void make_room() {
    if (at_ > buffer_ + sizeof buffer_ - longest) flush();
  }
  void flush() {
    text_.append(buffer_, static_cast<std::size_t>(at_ - buffer_));
    at_ = buffer_;
  }
  std::string text_;
  char buffer_[4096];
  char* at_ = buffer_;
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
